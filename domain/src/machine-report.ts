// Owns: what a node says of the machine it is on, what could not be read and why, and the series that these make over time. Must not know: how
// it is read, where it is kept.
import { z } from "zod";

const amount = z.number().nonnegative().nullable();

/** One graphics card. A null member has its reason in the report's `absent`, under the name that `machineReadings` gives it. */
export const GpuReport = z.strictObject({
  index: z.int().nonnegative(),
  name: z.string().max(200),
  /** Share of the time in which some kernel ran, 0 to 1. */
  utilisation: z.number().min(0).max(1).nullable(),
  memoryUsedBytes: amount,
  memoryTotalBytes: amount,
  powerWatts: amount,
  temperatureCelsius: z.number().nullable(),
});
export type GpuReport = z.infer<typeof GpuReport>;

/** What is not known is null and never 0; `absent` says why, by the names of `machineReadings`, and `gpu` where no card could be asked. */
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

const gpuReadings = { utilisation: "1", memoryUsedBytes: "bytes", powerWatts: "watts", temperatureCelsius: "celsius" } as const;
export const gpuReadingName = (index: number, reading: keyof typeof gpuReadings): string => `gpu.${index}.${reading}`;

/** What changes from report to report, by name; null = not known. `queueWaitMs`: of the sandbox, undefined where the node has none. */
export function machineReadings(machine: MachineReport, queueWaitMs: number | null | undefined): Record<string, number | null> {
  const { coresUsed, workerCoresUsed, rssBytes, childrenRssBytes, memoryUsedBytes, gpus } = machine;
  const readings: Record<string, number | null> = { coresUsed, workerCoresUsed, rssBytes, childrenRssBytes, memoryUsedBytes };
  if (queueWaitMs !== undefined) readings["queueWaitMs"] = queueWaitMs;
  for (const gpu of gpus)
    for (const reading of Object.keys(gpuReadings) as (keyof typeof gpuReadings)[])
      readings[gpuReadingName(gpu.index, reading)] = gpu[reading];
  return readings;
}

const UNITS: Readonly<Record<string, string>> = {
  coresUsed: "cores",
  workerCoresUsed: "cores",
  queueWaitMs: "milliseconds",
  ...gpuReadings,
};

/** The unit of a reading by its name; `1` = a share. */
export const unitOfReading = (name: string): string => UNITS[name.slice(name.lastIndexOf(".") + 1)] ?? "bytes";
