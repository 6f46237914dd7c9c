// Owns: what uPlot is told: axes, series, bands, and what a drag, a wheel, a click do. Must not know: React, metrics, arms.
import type uPlot from "uplot";
import { formatCount } from "../format/number.ts";
import { logTicks, valueRange, wholeRange } from "./chart-data.ts";
import type { ChartLine, ChartRange, ChartRule } from "./chart-data.ts";
import { colour, drawMarks, drawPin, drawRules } from "./chart-paint.ts";

/** What the hooks of a plot read: the newest, without building the plot anew. */
export interface ChartNow {
  lines: readonly ChartLine[];
  rules: readonly ChartRule[];
  range: ChartRange | null;
  /** Moved by hand and not yet told. */
  view: ChartRange | null;
  until: number | undefined;
  limits: ChartRange | undefined;
  bounds: ChartRange | undefined;
  pin: number | null;
  onRange: ((range: ChartRange | null) => void) | undefined;
  onPin: ((x: number | null) => void) | undefined;
  onUnder: (x: number | null) => void;
}

export interface ChartShape {
  readonly height: number;
  readonly width: number;
  readonly isLog: boolean;
  readonly syncKey?: string | undefined;
}

const SETTLE_MS = 180;

export function chartOptions(now: ChartNow, { height, width, isLog, syncKey }: ChartShape): uPlot.Options {
  const ink = colour("--ink-muted");
  const line = colour("--line");
  const font = `11px ${colour("--sans")}`;
  const axis = { stroke: ink, font, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1, size: 4 } };
  const { series, bands } = seriesOf(now.lines);
  const rangeOf = (xs: ArrayLike<number>): ChartRange => now.view ?? now.range ?? wholeRange(xs as number[], now.until);
  return {
    width,
    height,
    legend: { show: false },
    padding: [10, 12, 0, 0],
    scales: {
      x: { time: false, range: ({ data: [x] }) => [...rangeOf(x)] },
      y: { distr: isLog ? 3 : 1, range: ({ data: [x] }) => [...(now.limits ?? valueRange(now.lines, rangeOf(x), isLog, now.bounds))] },
    },
    axes: [
      { ...axis, size: 30, values: (_plot, ticks) => ticks.map((tick) => (Number.isInteger(tick) ? shortCount(tick) : "")) },
      {
        ...axis,
        size: 52,
        // uPlot's own places on a log scale grow without end while a scale has no bounds above 0 yet: seconds for a click.
        ...(isLog ? { splits: (_plot: uPlot, _axis: number, min: number, max: number) => logTicks(min, max), filter: keepAll } : {}),
        values: (_plot, ticks) => ticks.map((tick) => (tick == null ? "" : String(Number(tick.toPrecision(6))))),
      },
    ],
    series,
    bands,
    cursor: {
      drag: { x: true, y: false, setScale: false },
      points: { size: 6 },
      ...(syncKey === undefined ? {} : { sync: { key: syncKey, setSeries: false } }),
      bind: {
        dblclick: () => () => {
          now.onRange?.(null);
          return null;
        },
      },
    },
    hooks: {
      ready: [(plot) => listen(plot, now)],
      setCursor: [({ cursor, data }) => now.onUnder(cursor.idx == null || (cursor.left ?? -1) < 0 ? null : (data[0][cursor.idx] ?? null))],
      setSelect: [
        (plot) => {
          const { left, width: wide } = plot.select;
          if (wide < 4) return;
          now.onRange?.([plot.posToVal(left, "x"), plot.posToVal(left + wide, "x")]);
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
      drawAxes: [(plot) => drawRules(plot, now.rules, font)],
      draw: [
        (plot) => {
          drawMarks(plot, now.lines);
          drawPin(plot, now.pin);
        },
      ],
    },
  };
}

const keepAll = (_plot: uPlot, ticks: number[]): number[] => ticks;

const shortCount = (tick: number): string =>
  Math.abs(tick) >= 100_000 ? tick.toLocaleString("en", { notation: "compact", maximumFractionDigits: 2 }) : formatCount(tick);

function seriesOf(lines: readonly ChartLine[]): { series: uPlot.Series[]; bands: uPlot.Band[] } {
  const series: uPlot.Series[] = [{}];
  const bands: uPlot.Band[] = [];
  for (const { variable, dash, faint, low, label } of lines) {
    const stroke = colour(variable);
    series.push({
      label,
      stroke: faint ? `${stroke}88` : stroke,
      width: faint ? 1 : 2,
      dash: [...dash],
      // A lone place has no line: it needs its point.
      points: { show: (_plot, _series, from, to) => to - from < 1, size: 5 },
    });
    if (low === undefined) continue;
    const edge: uPlot.Series = { stroke: "transparent", width: 0, points: { show: false } };
    series.push(edge, edge);
    bands.push({ series: [series.length - 1, series.length - 2], fill: `${stroke}22` });
  }
  return { series, bands };
}

/** A click pins; a wheel sideways (or with Shift) moves a zoomed view, with Ctrl it zooms. What it came to is told when it rests. */
function listen(plot: uPlot, now: ChartNow): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let downAt = 0;
  plot.over.addEventListener("mousedown", ({ clientX }) => void (downAt = clientX));
  plot.over.addEventListener("click", ({ clientX }) => {
    if (Math.abs(clientX - downAt) > 3 || plot.cursor.idx == null) return;
    const x = plot.data[0][plot.cursor.idx] ?? null;
    now.onPin?.(x === now.pin ? null : x);
  });
  plot.over.addEventListener(
    "wheel",
    (event) => {
      const sideways = event.shiftKey ? event.deltaY || event.deltaX : event.deltaX;
      if (now.onRange === undefined || (!event.ctrlKey && Math.abs(sideways) < 1)) return;
      event.preventDefault();
      const whole = wholeRange(plot.data[0] as number[], now.until);
      const [from, to] = now.view ?? now.range ?? whole;
      const span = to - from;
      if (event.ctrlKey) {
        const at = plot.posToVal(event.offsetX, "x");
        const factor = 1.0015 ** event.deltaY;
        now.view = [Math.max(whole[0], at - (at - from) * factor), at + (to - at) * factor];
      } else {
        const by = (sideways / plot.over.clientWidth) * span;
        now.view = [Math.max(0, from + by), Math.max(0, from + by) + span];
      }
      plot.redraw(true, true);
      plot.setScale("x", { min: now.view[0], max: now.view[1] });
      clearTimeout(timer);
      timer = setTimeout(() => {
        const view = now.view;
        if (view) now.onRange?.(view);
      }, SETTLE_MS);
    },
    { passive: false },
  );
}
