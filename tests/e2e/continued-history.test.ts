// Owns: that a run goes on in a new execution when its history has grown long, with all that was said to it. Here a history is long after one step.
import { setTimeout as pause } from "node:timers/promises";
import { pauseSignal, resumeSignal, trainingRunWorkflowId } from "@gradus/workflows";
import { afterAll, beforeAll, expect, test } from "vitest";
import { stepCompleted } from "../testkit/chaos.ts";
import { connectTemporal, plantExperiment, startExperiment, traceOf } from "../testkit/planted-experiment.ts";
import { startWorld } from "../testkit/world.ts";
import type { World } from "../testkit/world.ts";

const STEPS = 5;

let world: World;
let client: Awaited<ReturnType<typeof connectTemporal>>;

beforeAll(async () => {
  world = await startWorld({ settings: ["limit.historyCount.suggestContinueAsNew=5"] });
  client = await connectTemporal(world.temporal.address);
  await world.startWorker();
});
afterAll(async () => {
  await client.connection.close();
  await world.close();
});

const statusOf = async (id: string): Promise<string> => (await world.database.prisma.run.findUniqueOrThrow({ where: { id } })).status;

test("a pause that comes while the last step before a hand-over is under way takes hold, and the run ends as one without either", async () => {
  const training = { steps: STEPS };
  const [plain = ""] = await plantExperiment(world, { id: "plain", training });
  await (
    await startExperiment(client, "plain")
  )();
  const [runId = ""] = await plantExperiment(world, { id: "paused", training });
  const ended = await startExperiment(client, "paused");
  await stepCompleted(world, runId, 1);
  const handle = client.workflow.getHandle(trainingRunWorkflowId(runId));
  const { runId: execution } = await handle.describe();
  await handle.signal(pauseSignal, { cause: "to look" });
  while ((await statusOf(runId)) !== "PAUSED") {
    expect(await statusOf(runId)).toBe("RUNNING");
    await pause(50);
  }
  expect((await world.database.prisma.run.findUniqueOrThrow({ where: { id: runId } })).cause).toBe("to look");
  // Every step is an execution of its own, so that the pause went from one to the next.
  expect((await handle.describe()).runId).not.toBe(execution);
  await handle.signal(resumeSignal);
  expect(await ended()).toMatchObject({ status: "COMPLETED" });
  expect(await traceOf(world.database, runId)).toEqual(await traceOf(world.database, plain));
});
