// Owns: the rates a node says of its machine over counters that are given, and the counters of this machine and of real child processes. Must not
// know: nvidia-smi, heartbeats.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { totalmem } from "node:os";
import { MachineReport, machineReadings, readingAt } from "@gradus/domain";
import { MachineMeter } from "@gradus/worker/machine/machine-meter";
import type { MachineSources } from "@gradus/worker/machine/machine-meter";
import { descendantRss } from "@gradus/worker/machine/process-tree";
import { expect, test } from "vitest";

interface Moment {
  readonly atMs: number;
  readonly busyMs: readonly number[];
  readonly idleMs: readonly number[];
  readonly workerMs: number;
}

const gpu = { index: 1, name: "card", utilisation: 0.5, memoryUsedBytes: 1, memoryTotalBytes: 2, powerWatts: null, temperatureCelsius: 40 };

function metered(first: Moment): { meter: MachineMeter; now: (moment: Moment) => void } {
  let at = first;
  const sources: MachineSources = {
    cores: () => at.busyMs.map((busyMs, core) => ({ busyMs, idleMs: at.idleMs[core] ?? 0 })),
    workerMs: () => at.workerMs,
    nowMs: () => at.atMs,
    memory: () => ({ usedBytes: 3, totalBytes: 4, rssBytes: 2 }),
    children: async () => ({ absent: "no /proc" }),
    gpus: async () => ({ gpus: [gpu], absent: { "gpu.1.powerWatts": "nvidia-smi says [N/A]" } }),
  };
  return { meter: new MachineMeter(sources), now: (moment) => (at = moment) };
}

test("cores in use are over the time since the report before, and each report begins anew", async () => {
  const { meter, now } = metered({ atMs: 0, busyMs: [500, 0], idleMs: [500, 1_000], workerMs: 100 });
  now({ atMs: 10_000, busyMs: [8_000, 2_500], idleMs: [3_000, 8_500], workerMs: 5_100 });
  const report = await meter.read();
  expect(MachineReport.parse(report)).toEqual(report);
  expect(report).toEqual({
    cores: 2,
    coresUsed: 1,
    workerCoresUsed: 0.5,
    rssBytes: 2,
    childrenRssBytes: null,
    memoryUsedBytes: 3,
    memoryTotalBytes: 4,
    gpus: [gpu],
    absent: { childrenRssBytes: "no /proc", "gpu.1.powerWatts": "nvidia-smi says [N/A]" },
  });
  now({ atMs: 20_000, busyMs: [8_000, 2_500], idleMs: [13_000, 18_500], workerMs: 5_100 });
  expect(await meter.read()).toMatchObject({ coresUsed: 0, workerCoresUsed: 0 });
});

test("counters that stand still are not a machine at rest: null, and why", async () => {
  const { meter } = metered({ atMs: 0, busyMs: [5], idleMs: [5], workerMs: 1 });
  expect(await meter.read()).toMatchObject({
    coresUsed: null,
    workerCoresUsed: null,
    absent: { coresUsed: expect.stringMatching(/have not moved/), workerCoresUsed: expect.stringMatching(/no time has passed/) },
  });
});

test("every reading has its name, its unit and, where it is null, a reason", async () => {
  const { meter, now } = metered({ atMs: 0, busyMs: [0], idleMs: [0], workerMs: 0 });
  now({ atMs: 10, busyMs: [5], idleMs: [5], workerMs: 5 });
  const report = await meter.read();
  const readings = machineReadings(report, 12);
  expect(readings.map((value, place) => [readingAt(place).name, readingAt(place).unit, value])).toEqual([
    ["coresUsed", "cores", 0.5],
    ["workerCoresUsed", "cores", 0.5],
    ["rssBytes", "bytes", 2],
    ["childrenRssBytes", "bytes", null],
    ["memoryUsedBytes", "bytes", 3],
    ["queueWaitMs", "milliseconds", 12],
    // No card 0 was told of; card 1 stands where card 1 always stands.
    ["gpu.0.utilisation", "1", null],
    ["gpu.0.memoryUsedBytes", "bytes", null],
    ["gpu.0.powerWatts", "watts", null],
    ["gpu.0.temperatureCelsius", "celsius", null],
    ["gpu.1.utilisation", "1", 0.5],
    ["gpu.1.memoryUsedBytes", "bytes", 1],
    ["gpu.1.powerWatts", "watts", null],
    ["gpu.1.temperatureCelsius", "celsius", 40],
  ]);
  const unknown = readings.flatMap((value, place) => (value === null ? [readingAt(place).name] : []));
  expect(unknown.filter((name) => !name.startsWith("gpu.0."))).toEqual(Object.keys(report.absent).toSorted());
});

test("this machine tells of itself, and a process that works is seen working", async () => {
  const meter = new MachineMeter();
  let work = 0;
  for (let turn = 0; turn < 2e7; turn++) work += Math.sqrt(turn);
  expect(work).toBeGreaterThan(0);
  const report = await meter.read();
  expect(MachineReport.parse(report)).toEqual(report);
  expect(report.workerCoresUsed).toBeGreaterThan(0);
  expect(report.memoryTotalBytes).toBe(totalmem());
  expect(report.rssBytes).toBeLessThan(report.memoryTotalBytes);
  expect(report.gpus.length > 0 || report.absent["gpu"] !== undefined).toBe(true);
});

test.runIf(process.platform === "linux")("memory of children and of theirs is counted, and a leaf has none below it", async () => {
  const held = `const held = Buffer.alloc(100 << 20, 1); console.log(process.pid); setInterval(() => held, 1000)`;
  // A name with spaces and parentheses must not shift the fields that follow it.
  const outer = spawn("sh", ["-c", `exec 3<&0; "$0" --title='a (b) c' -e "$1" & wait`, process.execPath, held]);
  const [printed] = (await once(outer.stdout, "data")) as [Buffer];
  const inner = Number(printed.toString());
  try {
    const below = await descendantRss(outer.pid as number);
    expect(below).toEqual({ bytes: expect.any(Number) });
    expect("bytes" in below ? below.bytes : 0).toBeGreaterThan(100 << 20);
    expect(await descendantRss(inner)).toEqual({ bytes: 0 });
  } finally {
    process.kill(inner, "SIGKILL");
    await once(outer, "close");
  }
});

test("without /proc the memory of children is not known, and not 0", async () => {
  expect(await descendantRss(process.pid, "/no-such-proc")).toEqual({ absent: expect.stringMatching(/^\/no-such-proc is not there/) });
});
