// Owns: that what follows a broken machine runs on another slot. The slots' processes stand in, because no real one breaks on demand.
import { PassThrough } from "node:stream";
import type { ConfinedProcess, Ending, Launcher } from "@gradus/worker/sandbox/confined-process";
import { ExecutionSlot, executeOn } from "@gradus/worker/sandbox/execution-slot";
import { DEFAULT_LIMITS } from "@gradus/worker/sandbox/sandbox";
import { SlotPool } from "@gradus/worker/sandbox/slot-pool";
import { expect, it } from "vitest";

const ENDING: Ending = { how: "EXIT", code: 0, cpuMs: 1, wallMs: 1, starvedMs: null };
const REQUEST = { language: "python", source: "", probes: [], limits: DEFAULT_LIMITS } as const;

/** A process that says these lines and ends. */
function saying(text: string): ConfinedProcess {
  const [channel, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  // What is written to it goes nowhere; what it says is there to read.
  channel.write = (() => true) as never;
  for (const stream of [stdout, stderr]) stream.end();
  channel.push(text);
  channel.push(null);
  return { channel, stdout, stderr, ended: Promise.resolve(ENDING), kill: () => {} };
}

it("gives up the slot whose process ended before it said a word, though what makes its processes still lives", async () => {
  const used: number[] = [];
  const closed: number[] = [];
  let made = 0;
  const start = async (): Promise<Launcher> => {
    const ordinal = made++;
    return {
      healthy: true,
      strays: () => 0,
      close: async () => void closed.push(ordinal),
      launch: async () => {
        used.push(ordinal);
        return saying(ordinal === 0 ? "" : "H\nL\n");
      },
    };
  };
  const pool = new SlotPool(1, async () => new ExecutionSlot(start));
  const outcomes = [];
  for (let at = 0; at < 3; at++) outcomes.push((await executeOn(pool, REQUEST)).outcome);
  expect(outcomes).toEqual(["SANDBOX_ERROR", "EXECUTED", "EXECUTED"]);
  expect(used).toEqual([0, 1, 1]);
  expect(closed).toEqual([0]);
  expect(pool.load()).toMatchObject({ finished: 3, replacedSlots: 1 });
  await pool.close();
});
