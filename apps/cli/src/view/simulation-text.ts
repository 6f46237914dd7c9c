// Owns: a simulated curriculum as a person reads it, lines of blocks over the run, and its numbers for a spreadsheet. Must not know: how it was simulated.
import pc from "picocolors";
import type { Simulation } from "@gradus/domain/curriculum/simulation";
import { csvOf } from "./csv.ts";

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

/** Of each part of the run and each bucket: share of draws, the model's chance to solve; and of the part: trained groups, rollouts a step. */
export const simulationCsv = (simulated: readonly ({ readonly name: string } & Simulation)[]): string =>
  csvOf(
    ["name", "from_step", "to_step", "bucket", "drawn", "pass_rate", "admitted", "rollouts_per_step"],
    simulated.flatMap(({ name, windows }) =>
      windows.flatMap(({ fromStep, toStep, drawn, passRate, admitted, rolloutsPerStep }) =>
        NAMES.filter((bucket) => bucket in drawn || bucket in passRate).map((bucket) => ({
          name,
          from_step: fromStep,
          to_step: toStep,
          bucket,
          drawn: drawn[bucket] ?? 0,
          pass_rate: passRate[bucket] ?? null,
          admitted,
          rollouts_per_step: rolloutsPerStep,
        })),
      ),
    ),
  );

const row = (label: string, values: readonly number[]): string =>
  `  ${label.padEnd(12)} ${values.map(block).join("")}  ${percent(values[0])} → ${percent(values.at(-1))}`;
const block = (value: number): string => BLOCKS[value <= 0 ? 0 : Math.min(8, Math.max(1, Math.round(value * 8)))] ?? " ";
const percent = (value: number | undefined): string => `${Math.round(100 * (value ?? 0))}%`;
