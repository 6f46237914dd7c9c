// Owns: lines with their own places brought onto one x-axis, as uPlot wants them. Must not know: colours, canvases.
import type { Mark } from "../arms/arm-look.ts";

export interface ChartLine {
  /** Identity: a line keeps it while its data grows. */
  readonly key: string;
  readonly label: string;
  /** CSS variable of its colour. */
  readonly variable: string;
  readonly dash: readonly number[];
  readonly mark?: Mark;
  /** Thin and without mark or readout: a seed behind its arm's mean. */
  readonly faint?: boolean;
  /** Rising. */
  readonly x: readonly number[];
  readonly y: readonly (number | null)[];
  /** 95% band, where there is one. */
  readonly low?: readonly (number | null)[];
  readonly high?: readonly (number | null)[];
  readonly n?: readonly number[];
}

/** A vertical line with words: the boundary of a stage. */
export interface ChartRule {
  readonly x: number;
  readonly label: string;
  readonly variable: string;
  readonly dash: readonly number[];
}

type Column = (number | null | undefined)[];

/** Columns: x, then of every line y, and low and high where it has a band. */
export function joinLines(lines: readonly ChartLine[]): [number[], ...Column[]] {
  const x = [...new Set(lines.flatMap((line) => line.x))].sort((a, b) => a - b);
  const at = new Map(x.map((value, index) => [value, index]));
  const spread = (line: ChartLine, values: readonly (number | null)[]): Column => {
    // Undefined, not null: a place the line simply lacks is bridged, one where its value is not finite is a gap.
    const column: Column = Array.from({ length: x.length });
    line.x.forEach((value, index) => void (column[at.get(value) ?? 0] = values[index] ?? null));
    return column;
  };
  return [
    x,
    ...lines.flatMap((line) => [line.y, ...(line.low && line.high ? [line.low, line.high] : [])].map((values) => spread(line, values))),
  ];
}

/** What must be built anew when it changes; anything else is new data in the same plot. */
export const structureOf = (lines: readonly ChartLine[]): string =>
  lines.map(({ key, variable, dash, faint, low }) => `${key} ${variable} ${dash.join(",")} ${faint ? "f" : ""}${low ? "b" : ""}`).join("|");
