// Owns: a line chart over steps: uPlot fed with lines, bands and rules, and a readout of the place under the pointer. Must not know: metrics, arms.
import { useEffect, useRef, useState } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { markPath } from "../arms/arm-look.ts";
import { LineSample } from "./arm-key.tsx";
import { formatCount, formatValue } from "../format/number.ts";
import { joinLines, structureOf } from "./chart-data.ts";
import type { ChartLine, ChartRule } from "./chart-data.ts";
import { useThemeVersion } from "./theme-signal.ts";

interface ChartProps {
  /** What a reader who sees nothing is told. */
  readonly label: string;
  readonly lines: readonly ChartLine[];
  readonly rules?: readonly ChartRule[];
  readonly height?: number;
  /** The x-axis reaches at least here: what is still to come has its room. */
  readonly until?: number;
  /** Charts with the same key share a crosshair. */
  readonly syncKey?: string;
  readonly range?: readonly [from: number, to: number] | null;
  /** A stretch was drawn, or (null) all is wanted again. */
  readonly onRange?: (range: readonly [from: number, to: number] | null) => void;
}

const colour = (variable: string): string => getComputedStyle(document.documentElement).getPropertyValue(variable).trim();

export function Chart({ label, lines, rules = [], height = 280, until, syncKey, range = null, onRange }: ChartProps) {
  const holder = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const [under, setUnder] = useState<number | null>(null);
  const theme = useThemeVersion();
  const structure = structureOf(lines);
  const data = joinLines(lines);
  // What hooks of the plot read: the newest props without building the plot anew.
  const now = useRef({ lines, rules, range, until, onRange });
  now.current = { lines, rules, range, until, onRange };

  useEffect(() => {
    const element = holder.current;
    if (element === null) return;
    const columns = joinLines(now.current.lines);
    const options = optionsOf(now, { height, width: element.clientWidth, ...(syncKey === undefined ? {} : { syncKey }) }, setUnder);
    const made = new uPlot(options, columns as uPlot.AlignedData, element);
    plot.current = made;
    const onWindow = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }));
    onWindow.observe(element);
    return () => {
      onWindow.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [structure, theme, height, syncKey]);

  useEffect(() => void plot.current?.setData(data as uPlot.AlignedData));

  return (
    <figure className="chart">
      <Readout lines={lines} x={under} last={data[0].at(-1) ?? null} />
      <div ref={holder} role="img" aria-label={label} style={{ height }} />
    </figure>
  );
}

/** Values at the pointer, else each line's last. */
function Readout({ lines, x, last }: { readonly lines: readonly ChartLine[]; readonly x: number | null; readonly last: number | null }) {
  const shown = lines.filter(({ faint }) => !faint);
  return (
    <figcaption className="chart-readout">
      <span>{x === null ? `latest, step ${last ?? "–"}` : `step ${x}`}</span>
      {shown.map((line) => {
        const at = x === null ? line.x.length - 1 : line.x.indexOf(x);
        if (at < 0) return null;
        const [low, high, n] = [line.low?.[at], line.high?.[at], line.n?.[at]];
        return (
          <span key={line.key} className="arm-key">
            <LineSample variable={line.variable} dash={line.dash} {...(line.mark ? { mark: line.mark } : {})} />
            <span>
              {line.label} <strong>{formatValue(line.y[at])}</strong>
              {low != null && high != null && ` [${formatValue(low)}, ${formatValue(high)}]`}
              {n !== undefined && ` n = ${n}`}
            </span>
          </span>
        );
      })}
    </figcaption>
  );
}

interface Now {
  readonly current: {
    readonly lines: readonly ChartLine[];
    readonly rules: readonly ChartRule[];
    readonly range: readonly [number, number] | null;
    readonly until: number | undefined;
    readonly onRange: ((range: readonly [number, number] | null) => void) | undefined;
  };
}

function optionsOf(
  now: Now,
  { height, width, syncKey }: { readonly height: number; readonly width: number; readonly syncKey?: string },
  setUnder: (x: number | null) => void,
): uPlot.Options {
  const { lines } = now.current;
  const ink = colour("--ink-muted");
  const line = colour("--line");
  const font = `11px ${colour("--sans")}`;
  const axis = { stroke: ink, font, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1, size: 4 } };
  const series: uPlot.Series[] = [{}];
  const bands: uPlot.Band[] = [];
  for (const { variable, dash, faint, low, label: name } of lines) {
    const stroke = colour(variable);
    series.push({
      label: name,
      stroke: faint ? `${stroke}88` : stroke,
      width: faint ? 1 : 2,
      dash: [...dash],
      // A lone place has no line: it needs its point.
      points: { show: (_u, _s, from, to) => to - from < 1, size: 5 },
    });
    if (low === undefined) continue;
    const edge: uPlot.Series = { stroke: "transparent", width: 0, points: { show: false } };
    series.push(edge, edge);
    bands.push({ series: [series.length - 1, series.length - 2], fill: `${stroke}22` });
  }
  return {
    width,
    height,
    legend: { show: false },
    padding: [10, 12, 0, 0],
    scales: {
      x: {
        time: false,
        // From the data and not from what uPlot guesses: charts of one page have one axis, also those with a single place.
        range: ({ data: [x] }) => {
          if (now.current.range !== null) return [...now.current.range];
          const from = Math.min(0, x[0] ?? 0);
          return [from, Math.max(x.at(-1) ?? 1, now.current.until ?? -Infinity, from + 1)];
        },
      },
      y: { range: (plot) => valueRange(now.current.lines, plot.scales["x"]?.min ?? -Infinity, plot.scales["x"]?.max ?? Infinity) },
    },
    axes: [
      { ...axis, size: 30, values: (_u, ticks) => ticks.map((tick) => (Number.isInteger(tick) ? formatCount(tick) : "")) },
      { ...axis, size: 52, values: (_u, ticks) => ticks.map((tick) => String(Number(tick.toPrecision(6)))) },
    ],
    series,
    bands,
    cursor: {
      drag: { x: true, y: false, setScale: false },
      points: { size: 6 },
      ...(syncKey === undefined ? {} : { sync: { key: syncKey, setSeries: false } }),
      bind: {
        dblclick: () => () => {
          now.current.onRange?.(null);
          return null;
        },
      },
    },
    hooks: {
      setCursor: [({ cursor, data }) => setUnder(cursor.idx == null || (cursor.left ?? -1) < 0 ? null : (data[0][cursor.idx] ?? null))],
      setSelect: [
        (plot) => {
          const { left, width: wide } = plot.select;
          if (wide < 4) return;
          now.current.onRange?.([Math.floor(plot.posToVal(left, "x")), Math.ceil(plot.posToVal(left + wide, "x"))]);
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
      drawAxes: [(plot) => drawRules(plot, now.current.rules, font)],
      draw: [(plot) => drawMarks(plot, now.current.lines)],
    },
  };
}

/** By how much of the lines' own span a band may widen the axis: two seeds' interval is often wider than all that was learned. */
const BAND_SHARE = 0.6;

/** Every line whole, bands as far as they leave the lines readable; the readout has their ends. */
function valueRange(lines: readonly ChartLine[], from: number, to: number): [number, number] {
  let [low, high, bandLow, bandHigh] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const line of lines) {
    for (const [at, x] of line.x.entries()) {
      const value = line.y[at];
      if (value == null || x < from || x > to) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
      bandLow = Math.min(bandLow, line.low?.[at] ?? value);
      bandHigh = Math.max(bandHigh, line.high?.[at] ?? value);
    }
  }
  if (low > high) return [0, 1];
  const span = Math.max(high - low, Math.abs(high) * 0.1) || 1;
  const bottom = Math.max(Math.min(low, bandLow), low - BAND_SHARE * span);
  const top = Math.min(Math.max(high, bandHigh), high + BAND_SHARE * span);
  const room = Math.max((top - bottom) * 0.05, span * 0.05);
  return [bottom - room, top + room];
}

/** Boundaries behind the lines, their words at the top, each arm's a little lower. */
function drawRules(plot: uPlot, rules: readonly ChartRule[], font: string): void {
  const { ctx, bbox } = plot;
  const scale = devicePixelRatio;
  const rows = [...new Set(rules.map(({ variable }) => variable))];
  ctx.save();
  ctx.font = font.replace("11px", `${11 * scale}px`);
  ctx.textBaseline = "top";
  ctx.textAlign = "left";
  const ends = new Map<string, number>();
  for (const { x, label, variable, dash } of rules) {
    const left = Math.round(plot.valToPos(x, "x", true));
    if (left < bbox.left || left > bbox.left + bbox.width) continue;
    ctx.strokeStyle = ctx.fillStyle = colour(variable);
    ctx.globalAlpha = 0.65;
    ctx.lineWidth = scale;
    ctx.setLineDash((dash.length > 0 ? dash : [1, 0]).map((length) => (length * scale) / 2));
    ctx.beginPath();
    ctx.moveTo(left, bbox.top);
    ctx.lineTo(left, bbox.top + bbox.height);
    ctx.stroke();
    ctx.globalAlpha = 1;
    const wide = ctx.measureText(label).width;
    const from = left + wide + 6 * scale > bbox.left + bbox.width ? left - wide - 4 * scale : left + 4 * scale;
    // A word that would cover the one before it in its row is left out: its line stands.
    if (from < (ends.get(variable) ?? 0)) continue;
    ctx.fillText(label, from, bbox.top + (2 + 13 * rows.indexOf(variable)) * scale);
    ends.set(variable, from + wide + 6 * scale);
  }
  ctx.restore();
}

const MARK_EVERY_PX = 90;

/** Marks along a line, so that it is known without its colour. */
function drawMarks(plot: uPlot, lines: readonly ChartLine[]): void {
  const { ctx, bbox } = plot;
  const scale = devicePixelRatio;
  ctx.save();
  lines.forEach(({ mark, faint, variable, x, y }, index) => {
    if (mark === undefined || faint) return;
    const shape = new Path2D(markPath(mark, 8 * scale));
    ctx.fillStyle = colour(variable);
    // Shifted by line: marks of lines that run together do not cover each other.
    let next = bbox.left + ((index * 23) % MARK_EVERY_PX) * scale;
    for (const [at, value] of y.entries()) {
      if (value === null) continue;
      const left = plot.valToPos(x[at] ?? 0, "x", true);
      if (left < next || left > bbox.left + bbox.width + 1) continue;
      ctx.setTransform(1, 0, 0, 1, left, plot.valToPos(value, "y", true));
      // oxlint-disable-next-line unicorn/no-array-fill-with-reference-type -- a canvas
      ctx.fill(shape);
      next = left + MARK_EVERY_PX * scale;
    }
  });
  ctx.restore();
}
