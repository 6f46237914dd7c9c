// Owns: what uPlot is told: axes, series, bands, and what a drag, a wheel, a click do. Must not know: React, metrics, arms.
import uPlot from "uplot";
import { formatCount, formatTicks } from "../format/number.ts";
import { logTicks, valueRange, wholeRange } from "./chart-data.ts";
import type { ChartRange } from "./chart-data.ts";
import { Glide } from "./chart-glide.ts";
import { colour, drawMarks, drawRules, showPin } from "./chart-paint.ts";
import { seriesOf } from "./chart-series.ts";
import type { ChartNow } from "./chart-series.ts";

export interface ChartShape {
  readonly height: number;
  readonly width: number;
  readonly isLog: boolean;
  /** x is milliseconds since 1970, written in this zone; absent: x is a number. */
  readonly zone?: string | undefined;
  readonly syncKey?: string | undefined;
}

const SETTLE_MS = 180;
/** What uPlot makes no point of. */
const NO_POINT = null as unknown as HTMLElement;

export function chartOptions(now: ChartNow, { height, width, isLog, zone, syncKey }: ChartShape): uPlot.Options {
  const ink = colour("--ink-muted");
  const line = colour("--line");
  const font = `11px ${colour("--sans")}`;
  const axis = { stroke: ink, font, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1, size: 4 } };
  const { series, bands, pointed } = seriesOf(now);
  const rangeOf = (xs: ArrayLike<number>): ChartRange => now.view ?? now.range ?? wholeRange(xs as number[], now.until);
  return {
    width,
    height,
    legend: { show: false },
    // The last clock is as wide as its ticks are apart.
    padding: [10, zone === undefined ? 12 : 26, 0, 0],
    scales: {
      x: { time: zone !== undefined, range: ({ data: [x] }) => [...rangeOf(x)] },
      y: {
        distr: isLog ? 3 : 1,
        // A value axis that follows every movement of the view is not to be read: it waits until the view rests.
        range: ({ data: [x] }) => [...(now.glide?.values ?? now.limits ?? valueRange(now.lines, rangeOf(x), isLog, now.bounds))],
      },
    },
    ...(zone === undefined ? {} : { ms: 1 as const, tzDate: (at: number) => uPlot.tzDate(new Date(at), zone) }),
    axes: [
      {
        ...axis,
        ...(zone === undefined ? { size: 30 } : { size: 42, space: 64 }),
        values: (_plot, ticks) =>
          zone === undefined ? ticks.map((tick) => (Number.isInteger(tick) ? shortCount(tick) : "")) : timeTicks(ticks, zone),
      },
      {
        ...axis,
        size: 56,
        // uPlot's own places on a log scale grow without end while a scale has no bounds above 0 yet: seconds for a click.
        ...(isLog ? { splits: (_plot: uPlot, _axis: number, min: number, max: number) => logTicks(min, max), filter: keepAll } : {}),
        values: (_plot, ticks) => formatTicks(ticks.map((tick) => tick ?? null)),
      },
    ],
    series,
    bands,
    cursor: {
      drag: { x: true, y: false, setScale: false },
      points: { size: 6, show: (_plot, index) => (pointed.has(index) ? document.createElement("div") : NO_POINT) },
      ...(syncKey === undefined ? {} : { sync: { key: syncKey, setSeries: false } }),
      bind: {
        dblclick: () => () => {
          now.onRange?.(null);
          return null;
        },
      },
    },
    hooks: {
      ready: [(plot) => listen(plot, now, isLog)],
      destroy: [
        () => {
          now.glide?.end();
          now.glide = null;
        },
      ],
      setCursor: [({ cursor, data }) => now.onUnder(cursor.idx == null || (cursor.left ?? -1) < 0 ? null : (data[0][cursor.idx] ?? null))],
      setSelect: [
        (plot) => {
          const { left, width: wide } = plot.select;
          if (wide < 4) return;
          now.onRange?.([plot.posToVal(left, "x"), plot.posToVal(left + wide, "x")]);
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
      drawAxes: [
        (plot) => {
          drawRules(plot, now.rules, font);
          now.glide?.paint(plot);
        },
      ],
      draw: [
        (plot) => {
          if (now.glide === null) drawMarks(plot, now.lines);
          showPin(plot, now.pin);
        },
      ],
    },
  };
}

const keepAll = (_plot: uPlot, ticks: number[]): number[] => ticks;

const shortCount = (tick: number): string =>
  Math.abs(tick) >= 100_000 ? tick.toLocaleString("en", { notation: "compact", maximumFractionDigits: 2 }) : formatCount(tick);

/** Hours and minutes, seconds where ticks are closer, and the day at the first one and where it changes. */
function timeTicks(ticks: readonly number[], zone: string): string[] {
  const isClose = (ticks[1] ?? Infinity) - (ticks[0] ?? 0) < 60_000;
  const of = (at: number, options: Intl.DateTimeFormatOptions): string =>
    new Date(at).toLocaleString("en-GB", { ...options, timeZone: zone });
  let day = "";
  return ticks.map((at) => {
    const clock = of(at, { hour: "2-digit", minute: "2-digit", ...(isClose ? { second: "2-digit" as const } : {}) });
    const before = day;
    day = of(at, { day: "numeric", month: "short" });
    return day === before ? clock : `${clock}\n${day}`;
  });
}

/** A click pins; a wheel sideways (or with Shift) moves a zoomed view, with Ctrl it zooms. What it came to is told when it rests. */
function listen(plot: uPlot, now: ChartNow, isLog: boolean): void {
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
      now.glide ??= new Glide(plot, now, isLog);
      now.glide.reach(now.view);
      plot.setScale("x", { min: now.view[0], max: now.view[1] });
      clearTimeout(timer);
      timer = setTimeout(() => {
        now.glide?.end();
        now.glide = null;
        plot.redraw(true, true);
        const view = now.view;
        if (view) now.onRange?.(view);
      }, SETTLE_MS);
    },
    { passive: false },
  );
}
