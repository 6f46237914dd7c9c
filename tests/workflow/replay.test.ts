// Owns: that today's workflow code still replays runs begun under earlier code. Histories: tests/testkit/record-histories.ts.
import { readdirSync, readFileSync } from "node:fs";
import { DeterminismViolationError } from "@temporalio/workflow";
import proto from "@temporalio/proto";
import { Worker } from "@temporalio/worker";
import type { WorkflowBundle } from "@temporalio/worker";
import { beforeAll, expect, test } from "vitest";
import { workflowBundle } from "@gradus/worker/control/join-control";

const folder = new URL("histories/", import.meta.url);
const recorded = readdirSync(folder).filter((name) => name.endsWith(".bin"));

let bundle: WorkflowBundle;
let traced: WorkflowBundle;
beforeAll(async () => {
  bundle = await workflowBundle();
  traced = await workflowBundle(undefined, true);
});

const historyOf = (name: string) => proto.temporal.api.history.v1.History.decode(readFileSync(new URL(name, folder)));

test("there are histories of an experiment, of one that passed over a paused run, of a run, of one that was paused and lengthened, of two that were given another length before they began, by the code of then and of now, and of a synthesis", () => {
  expect(recorded.toSorted()).toEqual([
    "experiment-held.bin",
    "experiment.bin",
    "synthesis.bin",
    "training-run-early-before.bin",
    "training-run-early.bin",
    "training-run-steered.bin",
    "training-run.bin",
  ]);
});

test.each(recorded)("%s replays", async (name) => {
  await Worker.runReplayHistory({ workflowBundle: bundle }, historyOf(name));
});

test.each(recorded)("%s, begun without traces, replays where they are told", async (name) => {
  await Worker.runReplayHistory({ workflowBundle: traced }, historyOf(name));
});

test("a run, an experiment that sampled for all of them, and a synthesis let go of the weights that their node holds", () => {
  for (const name of recorded) {
    const asked = historyOf(name).events.map((event) => event.activityTaskScheduledEventAttributes?.activityType?.name);
    expect([name, asked.filter((activity) => activity === "releasePolicy").length]).toEqual([name, 1]);
  }
});

test("a workflow that asks for its stages in another order is found", async () => {
  const code = "code" in bundle ? bundle.code : "";
  const reordered = { code: code.replace(/await stages\.executeRollouts\(\{\s*scope\s*\}\);(\s+const credited)/, "$1") };
  expect(reordered.code).not.toBe(code);
  await expect(Worker.runReplayHistory({ workflowBundle: reordered }, historyOf("training-run.bin"))).rejects.toThrow(
    DeterminismViolationError,
  );
});
