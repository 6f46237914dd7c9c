// Owns: lines and bands as uPlot's series, and what its hooks read of a chart. Must not know: axes, what moves the view, React.
import uPlot from "uplot";
import type { ChartColumns, ChartLine, ChartRange, ChartRule } from "./chart-data.ts";
import { colour } from "./chart-paint.ts";

/** A picture of the lines that is shifted under a view while that moves. */
export interface Gliding {
  /** The plot whose view moves. */
  readonly plot: uPlot;
  /** What its value axis shows meanwhile. */
  readonly values: ChartRange;
  /** Before the view is shown. */
  reach(view: ChartRange): void;
  paint(plot: uPlot): void;
  end(): void;
}

/** What the hooks of a plot read: the newest, without building the plot anew. */
export interface ChartNow {
  lines: readonly ChartLine[];
  /** The same, as uPlot wants them. */
  data: ChartColumns;
  rules: readonly ChartRule[];
  range: ChartRange | null;
  /** Moved by hand and not yet told. */
  view: ChartRange | null;
  /** While it is moved: the picture that is shifted instead of being drawn anew. */
  glide: Gliding | null;
  until: number | undefined;
  limits: ChartRange | undefined;
  bounds: ChartRange | undefined;
  pin: number | null;
  onRange: ((range: ChartRange | null) => void) | undefined;
  onPin: ((x: number | null) => void) | undefined;
  onUnder: (x: number | null) => void;
}

/**
 * More lines than these are thin and whole, and told apart by their marks: dashes of a hundred lines are nothing to read, and most of what drawing
 * them costs. Nor have they points under the pointer: the readout has their values, and a browser would move an element for each.
 */
const CROWD = 24;

const drawLine = uPlot.paths.linear?.();

/** Lines and bands of `now`; `pointed`: those that have a point under the pointer. */
export function seriesOf(now: ChartNow): {
  readonly series: uPlot.Series[];
  readonly bands: uPlot.Band[];
  readonly pointed: ReadonlySet<number>;
} {
  const series: uPlot.Series[] = [{}];
  const bands: uPlot.Band[] = [];
  const pointed = new Set<number>();
  const isCrowd = now.lines.length > CROWD;
  // What the shifted picture shows is not drawn a second time.
  const paths: uPlot.Series.PathBuilder = (plot, index, from, to) =>
    now.glide !== null && now.glide.plot === plot ? null : (drawLine?.(plot, index, from, to) ?? null);
  for (const { variable, dash, faint, low, label } of now.lines) {
    const stroke = colour(variable);
    if (!isCrowd && !faint) pointed.add(series.length);
    series.push({
      label,
      // The range of values is a chart's own: uPlot need not look for it in every line.
      auto: false,
      stroke: faint ? `${stroke}88` : stroke,
      width: faint || (isCrowd && low === undefined) ? 1 : 2,
      dash: isCrowd && (faint || low === undefined) ? [] : [...dash],
      paths,
      // A lone place has no line: it needs its point.
      points: { show: (plot, _series, from, to) => to - from < 1 && now.glide?.plot !== plot, size: 5 },
    });
    if (low === undefined) continue;
    const edge: uPlot.Series = { auto: false, stroke: "transparent", width: 0, paths, points: { show: false } };
    series.push(edge, edge);
    bands.push({ series: [series.length - 1, series.length - 2], fill: `${stroke}22` });
  }
  return { series, bands, pointed };
}
