// Owns: what is said to a program with its last question, and when its place is free for the next. A process stands in, to be held at its last answer.
import { PassThrough } from "node:stream";
import type { ConfinedProcess, Ending, Launcher } from "@gradus/worker/sandbox/confined-process";
import { runRequest } from "@gradus/worker/sandbox/run-request";
import { DEFAULT_LIMITS, type SandboxProbe } from "@gradus/worker/sandbox/sandbox";
import { expect, it } from "vitest";

const ENDING: Ending = { how: "EXIT", code: 0, cpuMs: 1, wallMs: 1, starvedMs: null };
const call = (args: string): SandboxProbe => ({ kind: "call", entry: "f", args });

const checkers = async (): Promise<Launcher> => expect.unreachable("there is no check");

/** One request in a process that says what a test lets it say, and ends when a test says so. */
function run(probes: readonly SandboxProbe[]) {
  const [channel, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const asked: string[] = [];
  channel.write = ((text: string) => (asked.push(text), true)) as never;
  const ended = Promise.withResolvers<Ending>();
  const steps: string[] = [];
  const process: ConfinedProcess = { channel, stdout, stderr, ended: ended.promise, kill: () => void steps.push("killed") };
  const launcher: Launcher = { healthy: true, strays: () => 0, close: async () => {}, launch: async () => process };
  const request = { language: "python", source: "", probes, limits: DEFAULT_LIMITS } as const;
  const ran = runRequest(request, launcher, checkers, () => void steps.push("left"));
  return {
    asked,
    steps,
    ran,
    says: async (text: string) => (channel.push(text), await new Promise((resolve) => setImmediate(resolve))),
    ends: (ending: Partial<Ending> = {}) => {
      for (const stream of [channel, stdout, stderr]) stream.push(null);
      ended.resolve({ ...ENDING, ...ending });
    },
  };
}

it("dismisses the program with its last question: nothing more is said to it", async () => {
  const { asked, says, ends, ran } = run([call("1"), call("2")]);
  await says("H\nL\nR i0x1;\nR i0x2;\n");
  ends();
  await ran;
  // The request itself, the questions, an empty line.
  expect(asked.join("").split("\n").slice(1)).toEqual(["A f 1", "A f 2", "", ""]);
});

it("has left at the last answer, not before, and is done only at the end", async () => {
  const { steps, says, ends, ran } = run([call("1"), call("2")]);
  let done = false;
  void ran.then(() => (done = true));
  await says("H\nL\nR i0x1;\n");
  expect(steps).toEqual([]);
  await says("R i0x2;\n");
  expect(steps).toEqual(["left"]);
  expect(done).toBe(false);
  ends();
  expect((await ran).execution.probes.map(({ outcome }) => outcome)).toEqual(["RETURNED", "RETURNED"]);
});

it("has not left where an answer is missing: how it ends is an answer too", async () => {
  const { steps, says, ends, ran } = run([call("1"), call("2")]);
  await says("H\nL\nR i0x1;\n");
  ends({ how: "SIGNAL", code: 11 });
  expect((await ran).execution.probes.map(({ outcome }) => outcome)).toEqual(["RETURNED", "RUNTIME"]);
  expect(steps).toEqual([]);
});

it("kills who does not go, and lets the answers stand; but not where more is said than was asked", async () => {
  for (const [more, outcome] of [
    ["", "RETURNED"],
    ["R i0x2;\n", "RUNTIME"],
  ] as const) {
    const { steps, says, ends, ran } = run([call("1")]);
    await says("H\nL\nR i0x1;\n");
    await expect.poll(() => steps).toEqual(["left", "killed"]);
    await says(more);
    ends({ how: "KILLED", code: 9 });
    expect((await ran).execution.probes[0]?.outcome).toBe(outcome);
  }
});
