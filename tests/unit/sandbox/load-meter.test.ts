// Owns: the rates that a node says with its heartbeats, over counts that are given. Must not know: sandboxes.
import { SandboxReport } from "@gradus/domain";
import { LoadMeter } from "@gradus/worker/load-meter";
import type { SandboxLoad } from "@gradus/worker/sandbox/sandbox";
import { expect, it } from "vitest";

const NOTHING: SandboxLoad = {
  running: 0,
  waiting: 0,
  finished: 0,
  sandboxErrors: 0,
  busyMs: 0,
  queueWaitMs: 0,
  replacedSlots: 0,
  leakedProcesses: 0,
};

function metered(): { meter: LoadMeter; now: (load: Partial<SandboxLoad>) => void } {
  let load = NOTHING;
  const meter = new LoadMeter({ backend: "bubblewrap", slots: 2, load: () => load }, 0);
  return { meter, now: (next) => (load = { ...NOTHING, ...next }) };
}

it("says what runs, waits, broke and leaked as it is, and rates over what has passed", () => {
  const { meter, now } = metered();
  now({ running: 2, waiting: 3, finished: 10, sandboxErrors: 1, busyMs: 10_000, queueWaitMs: 500, replacedSlots: 1, leakedProcesses: 4 });
  const report = meter.read(10_000);
  expect(report).toEqual({
    backend: "bubblewrap",
    slots: 2,
    running: 2,
    waiting: 3,
    finished: 10,
    sandboxErrors: 1,
    replacedSlots: 1,
    leakedProcesses: 4,
    utilisation: 0.5,
    queueWaitMs: 50,
  });
  expect(SandboxReport.parse(report)).toEqual(report);
});

it("forgets what is older than a minute in its rates, not in its counts", () => {
  const { meter, now } = metered();
  now({ finished: 100, busyMs: 20_000, queueWaitMs: 10_000 });
  meter.read(10_000);
  for (let at = 20_000; at <= 70_000; at += 10_000) meter.read(at);
  expect(meter.read(75_000)).toMatchObject({ finished: 100, utilisation: 0, queueWaitMs: null });
});

it("never says more than whole, though an execution counts only when it ends", () => {
  const { meter, now } = metered();
  for (let at = 10_000; at <= 120_000; at += 10_000) meter.read(at);
  now({ finished: 1, busyMs: 400_000 });
  expect(meter.read(130_000).utilisation).toBe(1);
});
