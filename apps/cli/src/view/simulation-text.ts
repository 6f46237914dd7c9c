// Owns: a simulated curriculum as a person reads it: lines of blocks over the run. Must not know: how it was simulated.
import pc from "picocolors";
import type { Simulation } from "@gradus/domain/curriculum/simulation";

const BLOCKS = " ▁▂▃▄▅▆▇█";
const NAMES = ["EASY", "EASY_MEDIUM", "MEDIUM", "HARD", "NONE"];

/** One column a window. Shares of draws and chances to solve are of 1; a block is an eighth. */
export function simulationText(name: string, steps: number, { windows, uniqueProblems, problems, warnings }: Simulation): string {
  const present = NAMES.filter((bucket) => windows.some(({ drawn, passRate }) => bucket in drawn || bucket in passRate));
  const rollouts = windows.map(({ rolloutsPerStep }) => rolloutsPerStep);
  return [
    pc.bold(`${name}: ${steps} steps, ${windows.length} columns`),
    "",
    pc.bold("share of draws"),
    ...present.map((bucket) =>
      row(
        bucket,
        windows.map(({ drawn }) => drawn[bucket] ?? 0),
      ),
    ),
    "",
    pc.bold("chance to solve (of the model, not a forecast)"),
    ...present.map((bucket) =>
      row(
        bucket,
        windows.map(({ passRate }) => passRate[bucket] ?? 0),
      ),
    ),
    "",
    row(
      "trained",
      windows.map(({ admitted }) => admitted),
    ),
    `  rollouts a step ${Math.min(...rollouts).toFixed(1)} to ${Math.max(...rollouts).toFixed(1)}; ${uniqueProblems} of ${problems} problems drawn`,
    ...warnings.map((warning) => `  ${pc.yellow(warning)}`),
  ].join("\n");
}

const row = (label: string, values: readonly number[]): string =>
  `  ${label.padEnd(12)} ${values.map(block).join("")}  ${percent(values[0])} → ${percent(values.at(-1))}`;
const block = (value: number): string => BLOCKS[value <= 0 ? 0 : Math.min(8, Math.max(1, Math.round(value * 8)))] ?? " ";
const percent = (value: number | undefined): string => `${Math.round(100 * (value ?? 0))}%`;
