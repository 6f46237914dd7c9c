// Owns: forecasts of a cluster as a table. Must not know: how they were made.
import type { ClusterForecast } from "@gradus/domain/cluster/simulate-cluster";

export interface ClusterRow {
  readonly gpus: number;
  readonly runs: number;
  readonly sandboxSlots: number;
  readonly forecast: ClusterForecast;
}

const COLUMNS = [
  "GPUs",
  "runs",
  "slots",
  "h",
  "steps/h",
  "rollouts/h",
  "s/step",
  "policy",
  "sandbox",
  "control",
  "stale",
  "bottleneck",
] as const;

export function clusterText(rows: readonly ClusterRow[]): string {
  const cells = rows.map(({ gpus, runs, sandboxSlots, forecast }) => [
    String(gpus),
    String(runs),
    String(sandboxSlots),
    (forecast.seconds / 3_600).toFixed(2),
    forecast.stepsPerHour.toFixed(1),
    forecast.rolloutsPerHour.toFixed(0),
    forecast.secondsPerStep.toFixed(1),
    share(forecast.utilisation.policy),
    share(forecast.utilisation.sandbox),
    share(forecast.utilisation.control),
    forecast.staleness.toFixed(2),
    forecast.bottleneck,
  ]);
  const widths = COLUMNS.map((column, index) => Math.max(column.length, ...cells.map((row) => row[index]?.length ?? 0)));
  return [[...COLUMNS], ...cells].map((row) => row.map((cell, index) => cell.padStart(widths[index] ?? 0)).join("  ")).join("\n");
}

const share = (value: number): string => `${Math.round(value * 100)}%`;
