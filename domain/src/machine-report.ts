// Owns: what a node says of the machine it is on, what could not be read and why, and the series that these make over time. Must not know: how
// it is read, where it is kept.
import { z } from "zod";

const amount = z.number().nonnegative().nullable();

/** One graphics card. A null member has its reason in the report's `absent`, under the name that `readingAt` gives it. */
export const GpuReport = z.strictObject({
  index: z.int().min(0).max(255),
  name: z.string().max(200),
  /** Share of the time in which some kernel ran, 0 to 1. */
  utilisation: z.number().min(0).max(1).nullable(),
  memoryUsedBytes: amount,
  memoryTotalBytes: amount,
  powerWatts: amount,
  temperatureCelsius: z.number().nullable(),
});
export type GpuReport = z.infer<typeof GpuReport>;

/** What is not known is null and never 0; `absent` says why, by the names of `readingAt`, and `gpu` where no card could be asked. */
export const MachineReport = z.strictObject({
  /** Processor cores of the machine, as its operating system counts them. */
  cores: z.int().positive(),
  /** Those of them that were busy since the report before, whoever kept them busy; a fraction. */
  coresUsed: amount,
  /** Those that the worker's own process kept busy, without its children. */
  workerCoresUsed: amount,
  /** Resident memory of the worker's own process. */
  rssBytes: z.number().nonnegative(),
  /** Resident memory of all that the worker started, and of what that started; pages that several share count for each. */
  childrenRssBytes: amount,
  memoryUsedBytes: z.number().nonnegative(),
  memoryTotalBytes: z.number().positive(),
  gpus: z.array(GpuReport).max(64),
  absent: z.record(z.string().max(100), z.string().max(500)),
});
export type MachineReport = z.infer<typeof MachineReport>;

/** How long each reading is kept, in milliseconds. */
export const TELEMETRY_KEPT_MS = 7 * 86_400_000;

const ON_EVERY_NODE = {
  coresUsed: "cores",
  workerCoresUsed: "cores",
  rssBytes: "bytes",
  childrenRssBytes: "bytes",
  memoryUsedBytes: "bytes",
  queueWaitMs: "milliseconds",
} as const;
const OF_A_GPU = { utilisation: "1", memoryUsedBytes: "bytes", powerWatts: "watts", temperatureCelsius: "celsius" } as const;
const onEveryNode = Object.keys(ON_EVERY_NODE) as (keyof typeof ON_EVERY_NODE)[];
const ofAGpu = Object.keys(OF_A_GPU) as (keyof typeof OF_A_GPU)[];

/**
 * What changes from report to report, in the order in which it is stored: null = not known. A card's readings stand where its index says, so
 * that a place means the same in every row. `queueWaitMs`: of the sandbox.
 */
export function machineReadings(machine: MachineReport, queueWaitMs: number | null): (number | null)[] {
  const told = { ...machine, queueWaitMs };
  const cards = machine.gpus.reduce((most, { index }) => Math.max(most, index + 1), 0);
  const byIndex = new Map(machine.gpus.map((gpu) => [gpu.index, gpu]));
  return [
    ...onEveryNode.map((reading) => told[reading]),
    ...Array.from({ length: cards }, (_, index) => ofAGpu.map((reading) => byIndex.get(index)?.[reading] ?? null)).flat(),
  ];
}

/** Name and unit of the reading at a place, from 0; the unit `1` = a share. */
export function readingAt(place: number): { readonly name: string; readonly unit: string } {
  const general = onEveryNode[place];
  if (general !== undefined) return { name: general, unit: ON_EVERY_NODE[general] };
  const beyond = place - onEveryNode.length;
  const reading = ofAGpu[beyond % ofAGpu.length] as keyof typeof OF_A_GPU;
  return { name: `gpu.${Math.floor(beyond / ofAGpu.length)}.${reading}`, unit: OF_A_GPU[reading] };
}
