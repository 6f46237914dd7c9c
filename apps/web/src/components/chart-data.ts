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
  /** The step of each place, where x is something else. */
  readonly steps?: readonly number[];
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

/** A stretch of the x-axis. */
export type ChartRange = readonly [from: number, to: number];

type Column = readonly (number | null | undefined)[];
/** x, rising and each place once; then of every line y, and low and high where it has a band. To be read only: some are the lines' own. */
export type ChartColumns = [number[], ...Column[]];

/** On a log scale what is not above 0 is a gap. */
export function joinLines(lines: readonly ChartLine[], isLog: boolean): ChartColumns {
  const axes = lines.map((line) => line.x);
  const [first = []] = axes;
  // Lines of one chart mostly share their places: their values are columns as they are.
  const isShared = axes.every((axis) => axis === first || (axis.length === first.length && axis.every((value, at) => value === first[at])));
  const x = isShared ? [...first] : [...new Set(axes.flat())].sort((a, b) => a - b);
  const drawable = (y: number | null): number | null => (y !== null && isLog && y <= 0 ? null : y);
  const spread = (line: ChartLine, values: readonly (number | null)[]): Column => {
    if (isShared) return isLog ? values.map(drawable) : values;
    // Undefined, not null: a place the line simply lacks is bridged, one where its value is not finite is a gap.
    const column: (number | null | undefined)[] = Array.from({ length: x.length });
    let at = 0;
    for (const [index, value] of line.x.entries()) {
      while ((x[at] ?? Infinity) < value) at++;
      column[at] = drawable(values[index] ?? null);
    }
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

/** From 0 or the first place to the last one, or to `until`: charts of one page have one axis, also those with a single place. */
export function wholeRange(xs: readonly number[], until: number | undefined): ChartRange {
  const from = Math.min(0, xs[0] ?? 0);
  return [from, Math.max(xs.at(-1) ?? 1, until ?? -Infinity, from + 1)];
}

/** The stretch that a key leads to, of one that is shown; null: all of it. Undefined: the key is none of a chart's. */
export function keyRange(key: string, [from, to]: ChartRange, whole: ChartRange): ChartRange | null | undefined {
  const span = to - from;
  const moved = (by: number): ChartRange => {
    const left = Math.max(whole[0], Math.min(whole[1] - span, from + by));
    return [left, left + span];
  };
  switch (key) {
    case "ArrowLeft":
      return moved(-span / 5);
    case "ArrowRight":
      return moved(span / 5);
    case "+":
    case "=":
      return [from + span / 4, to - span / 4];
    case "-": {
      const wider: ChartRange = [Math.max(whole[0], from - span / 2), Math.min(whole[1], to + span / 2)];
      return wider[0] === whole[0] && wider[1] === whole[1] ? null : wider;
    }
    case "0":
      return null;
    default:
      return undefined;
  }
}

/** By how much of the lines' own span a band may widen the axis: two seeds' interval is often wider than all that was learned. */
const BAND_SHARE = 0.6;

/** Room beside a bound, as a share of what lies between the bounds: a line on it is drawn whole. */
const BESIDE_BOUND = 0.02;

/** Every line whole, bands as far as they leave the lines readable; the readout has their ends. `bounds`: what values can be, where the axis ends. */
export function valueRange(lines: readonly ChartLine[], within: ChartRange, isLog: boolean, bounds?: ChartRange): [number, number] {
  const [low, high] = freeRange(lines, within, isLog);
  if (bounds === undefined || isLog) return [low, high];
  const beside = BESIDE_BOUND * (bounds[1] - bounds[0]);
  return [Math.max(low, bounds[0] - beside), Math.min(high, bounds[1] + beside)];
}

function freeRange(lines: readonly ChartLine[], [from, to]: ChartRange, isLog: boolean): [number, number] {
  let [low, high, bandLow, bandHigh] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const { x: xs, y, low: lows, high: highs } of lines) {
    for (let at = 0; at < xs.length; at++) {
      const x = xs[at] ?? 0;
      const value = y[at];
      if (value == null || x < from || x > to || (isLog && value <= 0)) continue;
      const [bottom, top] = lows === undefined ? [value, value] : [lows[at] ?? value, highs?.[at] ?? value];
      low = Math.min(low, value);
      high = Math.max(high, value);
      bandLow = Math.min(bandLow, isLog && bottom <= 0 ? value : bottom);
      bandHigh = Math.max(bandHigh, isLog && top <= 0 ? value : top);
    }
  }
  if (low > high) return isLog ? [0.1, 1] : [0, 1];
  // A logarithm rises with its value: of the ends it is enough.
  if (isLog) [low, high, bandLow, bandHigh] = [Math.log10(low), Math.log10(high), Math.log10(bandLow), Math.log10(bandHigh)];
  const span = Math.max(high - low, isLog ? 0.1 : Math.abs(high) * 0.1) || 1;
  const bottom = Math.max(Math.min(low, bandLow), low - BAND_SHARE * span);
  const top = Math.min(Math.max(high, bandHigh), high + BAND_SHARE * span);
  // Values that hardly differ still stand in an axis as wide as the span: noise must not fill the chart.
  const room = Math.max((top - bottom) * 0.05, (span - (top - bottom)) / 2, span * 0.05);
  return isLog ? [10 ** (bottom - room), 10 ** (top + room)] : [bottom - room, top + room];
}

/** Places of a log axis: powers of ten, with 2 and 5 between few of them; evenly spread where none lies in it. Empty where there is no such axis. */
export function logTicks(min: number, max: number): number[] {
  if (!(min > 0 && max > min && Number.isFinite(max))) return [];
  const [first, last] = [Math.floor(Math.log10(min)), Math.ceil(Math.log10(max))];
  const every = Math.max(1, Math.ceil((last - first) / 8));
  const factors = last - first <= 3 ? [1, 2, 5] : [1];
  const ticks = Array.from({ length: Math.floor((last - first) / every) + 1 }, (_, index) => first + index * every).flatMap((power) =>
    factors.map((factor) => Number(`${factor}e${power}`)),
  );
  const within = ticks.filter((tick) => tick >= min && tick <= max);
  if (within.length > 1) return within;
  return [0.1, 0.5, 0.9].map((share) => Number((min * (max / min) ** share).toPrecision(3)));
}
