// Owns: a chart drawn as SVG from the same lines as on the page, and its numbers as a table. Must not know: uPlot, metrics.
import { markPath } from "../arms/arm-look.ts";
import { valueRange, wholeRange } from "../components/chart-data.ts";
import type { ChartLine, ChartRange, ChartRule } from "../components/chart-data.ts";
import { formatCount } from "../format/number.ts";
import { timeZone } from "../format/time-zone.ts";
import { formatClock } from "../format/time.ts";
import type { Cell, DataTable } from "./csv.ts";
import { escaped, ink, svgFrame } from "./svg-text.ts";

export interface DrawnChart {
  readonly title: string;
  readonly xName: string;
  readonly lines: readonly ChartLine[];
  readonly rules: readonly ChartRule[];
  readonly range: ChartRange | null;
  readonly until: number | undefined;
  readonly limits?: ChartRange;
  readonly isLog: boolean;
  /** x is milliseconds since 1970. */
  readonly isTime?: boolean;
}

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [840, 440, 64, 20, 36, 84];

const viewOf = ({ lines, range, until }: DrawnChart): ChartRange =>
  range ??
  wholeRange(
    lines.flatMap((line) => line.x).sort((a, b) => a - b),
    until,
  );

/** One row a place that is in view. */
export function chartTable(chart: DrawnChart): DataTable {
  const [from, to] = viewOf(chart);
  const hasSteps = chart.lines.some(({ steps }) => steps !== undefined);
  const rows = chart.lines.flatMap((line) =>
    line.x.flatMap((x, at): Cell[][] =>
      x < from || x > to
        ? []
        : [[line.label, ...(hasSteps ? [line.steps?.[at] ?? x] : []), x, line.y[at], line.low?.[at], line.high?.[at], line.n?.[at]]],
    ),
  );
  return { columns: ["line", ...(hasSteps ? ["step"] : []), chart.xName, chart.title, "low", "high", "n"], rows };
}

export function chartSvg(chart: DrawnChart): string {
  const { title, lines, rules, isLog, isTime = false } = chart;
  const xName = isTime ? `time, ${timeZone()}` : chart.xName;
  const view = viewOf(chart);
  const [low, high] = chart.limits ?? valueRange(lines, view, isLog);
  const scaled = (value: number): number => (isLog ? Math.log10(value) : value);
  const px = (x: number): number => LEFT + ((x - view[0]) / (view[1] - view[0])) * (WIDTH - LEFT - RIGHT);
  const py = (y: number): number => TOP + ((scaled(high) - scaled(y)) / (scaled(high) - scaled(low))) * (HEIGHT - TOP - BOTTOM);
  const muted = ink("--ink-muted");
  const grid = [
    ...(isTime ? timeTicks(view[0], view[1]) : ticks(view[0], view[1], 8)).map((x) => {
      const at = px(x).toFixed(1);
      return `<line x1='${at}' x2='${at}' y1='${TOP}' y2='${HEIGHT - BOTTOM}' stroke='${ink("--line")}'/><text x='${at}' y='${HEIGHT - BOTTOM + 16}' text-anchor='middle' fill='${muted}'>${isTime ? formatClock(new Date(x).toISOString()) : formatCount(x)}</text>`;
    }),
    ...(isLog ? decades(low, high) : ticks(low, high, 6)).map((y) => {
      const at = py(y).toFixed(1);
      return `<line x1='${LEFT}' x2='${WIDTH - RIGHT}' y1='${at}' y2='${at}' stroke='${ink("--line")}'/><text x='${LEFT - 6}' y='${Number(at) + 4}' text-anchor='end' fill='${muted}'>${Number(y.toPrecision(6))}</text>`;
    }),
    `<text x='${(LEFT + WIDTH - RIGHT) / 2}' y='${HEIGHT - BOTTOM + 32}' text-anchor='middle' fill='${muted}'>${escaped(xName)}</text>`,
  ].join("");
  const boundaries = rules
    .filter(({ x }) => x >= view[0] && x <= view[1])
    .map(({ x, variable, dash, label }) => {
      const colour = ink(variable);
      return `<line x1='${px(x)}' x2='${px(x)}' y1='${TOP}' y2='${HEIGHT - BOTTOM}' stroke='${colour}' opacity='0.65' stroke-dasharray='${dash.join(" ")}'/><text x='${px(x) + 4}' y='${TOP + 10}' fill='${colour}'>${escaped(label)}</text>`;
    });
  const drawn = lines.map((line) => drawLine(line, view, px, py, isLog)).join("");
  const clip = `<clipPath id='plot'><rect x='${LEFT}' y='${TOP}' width='${WIDTH - LEFT - RIGHT}' height='${HEIGHT - TOP - BOTTOM}'/></clipPath>`;
  return svgFrame(WIDTH, HEIGHT, title, `${clip}${grid}${boundaries.join("")}<g clip-path='url(#plot)'>${drawn}</g>${key(lines)}`);
}

function drawLine(line: ChartLine, view: ChartRange, px: (x: number) => number, py: (y: number) => number, isLog: boolean): string {
  const colour = ink(line.variable);
  const places = line.x
    .map((x, at) => ({ x, y: line.y[at] ?? null, low: line.low?.[at] ?? null, high: line.high?.[at] ?? null }))
    .filter(({ y }) => y !== null && !(isLog && y <= 0)) as { x: number; y: number; low: number | null; high: number | null }[];
  if (places.length === 0) return "";
  const path = (points: readonly (readonly [number, number])[]): string =>
    points.map(([x, y], index) => `${index === 0 ? "M" : "L"}${px(x).toFixed(1)} ${py(y).toFixed(1)}`).join("");
  const banded = places.filter(({ low, high }) => low !== null && high !== null && !(isLog && low <= 0));
  const band =
    banded.length < 2
      ? ""
      : `<path d='${path([...banded.map(({ x, high }) => [x, high ?? 0] as const), ...banded.toReversed().map(({ x, low }) => [x, low ?? 0] as const)])}Z' fill='${colour}' opacity='0.13'/>`;
  const every = Math.max(1, Math.ceil(places.filter(({ x }) => x >= view[0] && x <= view[1]).length / 9));
  const marks =
    line.mark === undefined || line.faint
      ? ""
      : places
          .filter((_, index) => index % every === 0)
          .map(
            ({ x, y }) =>
              `<path d='${markPath(line.mark ?? "circle", 8)}' fill='${colour}' transform='translate(${px(x).toFixed(1)} ${py(y).toFixed(1)})'/>`,
          )
          .join("");
  const stroke = `<path d='${path(places.map(({ x, y }) => [x, y]))}' fill='none' stroke='${colour}' stroke-width='${line.faint ? 1 : 2}' ${line.faint ? "opacity='0.5'" : ""} stroke-dasharray='${line.dash.join(" ")}'/>`;
  return band + stroke + marks;
}

function key(lines: readonly ChartLine[]): string {
  let left = LEFT;
  return lines
    .filter(({ faint }) => !faint)
    .map(({ label, variable, dash, mark }) => {
      const at = left;
      left += 46 + label.length * 6.6;
      const colour = ink(variable);
      return `<g transform='translate(${at + 15} ${HEIGHT - 24})'><path d='M-15 0H15' stroke='${colour}' stroke-width='2' stroke-dasharray='${dash.join(" ")}'/>${mark === undefined ? "" : `<path d='${markPath(mark, 8)}' fill='${colour}'/>`}<text x='22' y='4' fill='${ink("--ink")}'>${escaped(label)}</text></g>`;
    })
    .join("");
}

function ticks(from: number, to: number, about: number): number[] {
  const raw = (to - from) / about;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((one) => one >= raw) ?? raw;
  const first = Math.ceil(from / step);
  return Array.from({ length: Math.max(0, Math.floor(to / step) - first + 1) }, (_, index) =>
    Number(((first + index) * step).toPrecision(12)),
  );
}

/** Milliseconds that clocks are read in. */
const CLOCK_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 21_600, 43_200, 86_400].map(
  (seconds) => 1_000 * seconds,
);

function timeTicks(from: number, to: number): number[] {
  const step = CLOCK_STEPS.find((one) => (to - from) / one <= 8) ?? 86_400_000;
  return Array.from(
    { length: Math.max(0, Math.floor(to / step) - Math.ceil(from / step) + 1) },
    (_, index) => (Math.ceil(from / step) + index) * step,
  );
}

const decades = (low: number, high: number): number[] => {
  const [first, last] = [Math.ceil(Math.log10(low)), Math.floor(Math.log10(high))];
  return last >= first ? Array.from({ length: last - first + 1 }, (_, index) => 10 ** (first + index)) : [low, high];
};
