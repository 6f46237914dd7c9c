// Owns: when a program that the wall clock ended is executed once more, and alone. Processes stand in: no real machine is slow on demand.
import { PassThrough } from "node:stream";
import type { ConfinedProcess, Ending, Launcher } from "@gradus/worker/sandbox/confined-process";
import { ExecutionSlot, executeOn } from "@gradus/worker/sandbox/execution-slot";
import { DEFAULT_LIMITS } from "@gradus/worker/sandbox/sandbox";
import { SlotPool } from "@gradus/worker/sandbox/slot-pool";
import { expect, it } from "vitest";

const request = (source: string) =>
  ({ language: "python", source, probes: [{ kind: "call", entry: "f", args: "" }], limits: DEFAULT_LIMITS }) as const;
const { wallMs } = DEFAULT_LIMITS;
const WALL: Ending = { how: "WALL", code: 9, cpuMs: 20, wallMs, starvedMs: 0 };
const RIGHT: Ending = { how: "EXIT", code: 0, cpuMs: 20, wallMs: 30, starvedMs: 0 };

/** A process that says these lines and ends so, once `until` has come. */
function process(said: string, ending: Ending, until: Promise<unknown> = Promise.resolve()): ConfinedProcess {
  const [channel, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  channel.write = (() => true) as never; // what it is asked goes nowhere
  for (const stream of [stdout, stderr]) stream.end();
  const ended = (async () => {
    await until;
    channel.push(said);
    channel.push(null);
    return ending;
  })();
  return { channel, stdout, stderr, ended, kill: () => {} };
}

const late = (ending: Partial<Ending> = {}) => process("H\nL\n", { ...WALL, ...ending });
const right = () => process("H\nL\nR i0x1;\n", RIGHT);

/** A pool whose slots run these processes one after another, whichever slot is asked. */
function poolOf(slots: number, processes: (() => ConfinedProcess)[]) {
  const launched: number[] = [];
  const start = async (): Promise<Launcher> => ({
    healthy: true,
    strays: () => 0,
    close: async () => {},
    launch: async () => {
      launched.push(pool.load().running);
      return (processes.shift() ?? expect.unreachable("one more was launched"))();
    },
  });
  const pool: SlotPool<ExecutionSlot> = new SlotPool(slots, async () => new ExecutionSlot(start));
  return { pool, launched };
}

it("takes the second word of a program that the wall clock ended", async () => {
  const { pool, launched } = poolOf(1, [late, right]);
  expect((await executeOn(pool, request("")))?.probes).toEqual([{ outcome: "RETURNED", value: "i0x1;" }]);
  expect(launched).toHaveLength(2);
});

it("lets a TIMEOUT of the wall clock stand that comes twice, and asks no third time", async () => {
  const { pool, launched } = poolOf(1, [late, late]);
  const { outcome, probes } = await executeOn(pool, request(""));
  expect([outcome, probes[0]]).toEqual(["EXECUTED", { outcome: "TIMEOUT", detail: `took more than ${wallMs} ms, 20 ms of them CPU` }]);
  expect(launched).toHaveLength(2);
});

it("lets a TIMEOUT of CPU time stand at once", async () => {
  const { pool, launched } = poolOf(1, [() => late({ how: "CPU", cpuMs: 2_001 })]);
  expect((await executeOn(pool, request(""))).probes[0]?.outcome).toBe("TIMEOUT");
  expect(launched).toHaveLength(1);
});

it.each([
  ["waited for a processor is run again alone", { starvedMs: wallMs / 10 }, 1],
  ["may have waited for one, where the kernel does not tell, is run again alone", { starvedMs: null }, 1],
  ["did not wait is run again beside others, so that a sleeper holds up nobody", { starvedMs: 10 }, 2],
])("a program that %s", async (_, ending, running) => {
  const { promise: over, resolve: end } = Promise.withResolvers<void>();
  const neighbour = () => process("H\nL\nR i0x1;\n", RIGHT, over);
  const { pool, launched } = poolOf(2, [neighbour, () => late(ending), right]);
  const beside = executeOn(pool, request("neighbour"));
  const execution = executeOn(pool, request("late"));
  // A second try that waits to be alone does so until its neighbour has ended.
  await expect.poll(() => [launched.length, pool.load().waiting]).toEqual(running === 1 ? [2, 1] : [3, 0]);
  end();
  await Promise.all([beside, execution]);
  expect(launched.at(-1)).toBe(running);
});
