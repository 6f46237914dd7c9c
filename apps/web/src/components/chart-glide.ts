// Owns: moving a chart's view by hand at the cost of one picture: lines are drawn once, wider than the view, and shifted or stretched under it
// until it rests. Must not know: what moves the view, React.
import uPlot from "uplot";
import type { ChartRange } from "./chart-data.ts";
import { drawMarks } from "./chart-paint.ts";
import { seriesOf } from "./chart-series.ts";
import type { ChartNow, Gliding } from "./chart-series.ts";

/** Widths of the view that are drawn on either side of it. */
const BESIDE = 1;
/** A picture stretched by more looks coarse: it is drawn anew. */
const MOST_STRETCH = 1.6;
/** Pixels of the device: browsers refuse much wider canvases. */
const WIDEST = 8_192;

export class Glide implements Gliding {
  readonly plot: uPlot;
  readonly values: ChartRange;
  readonly #now: ChartNow;
  readonly #isLog: boolean;
  #picture: { readonly plot: uPlot; readonly range: ChartRange; readonly perX: number } | null = null;

  constructor(plot: uPlot, now: ChartNow, isLog: boolean) {
    const { min = 0, max = 1 } = plot.scales["y"] ?? {};
    this.plot = plot;
    this.values = [min, max];
    this.#now = now;
    this.#isLog = isLog;
  }

  /** Before the view is shown: makes a picture that holds it, where the last one does not. */
  reach(view: ChartRange): void {
    const [xs] = this.#now.data;
    const [first, last] = [xs[0] ?? 0, xs.at(-1) ?? 0];
    const held = (range: ChartRange): boolean => range[0] <= Math.max(first, view[0]) && range[1] >= Math.min(last, view[1]);
    const perX = this.plot.bbox.width / (view[1] - view[0]);
    if (this.#picture !== null && held(this.#picture.range) && perX < this.#picture.perX * MOST_STRETCH) return;
    const span = view[1] - view[0];
    const range: ChartRange = [
      Math.min(view[0], Math.max(first, view[0] - BESIDE * span)),
      Math.max(view[1], Math.min(last, view[1] + BESIDE * span)),
    ];
    this.end();
    this.#picture = { plot: this.#draw(range, perX), range, perX };
  }

  #draw(range: ChartRange, perX: number): uPlot {
    const { height } = this.plot.bbox;
    const { series, bands } = seriesOf(this.#now);
    const width = Math.min(WIDEST, Math.round((range[1] - range[0]) * perX));
    return new uPlot(
      {
        width: width / devicePixelRatio,
        height: height / devicePixelRatio,
        padding: [0, 0, 0, 0],
        legend: { show: false },
        cursor: { show: false },
        axes: [{ show: false }, { show: false }],
        scales: { x: { time: false, range: () => [...range] }, y: { distr: this.#isLog ? 3 : 1, range: () => [...this.values] } },
        series,
        bands,
        hooks: { draw: [(plot) => drawMarks(plot, this.#now.lines)] },
      },
      this.#now.data as uPlot.AlignedData,
    );
  }

  /** Onto the plot, where it is now. */
  paint({ ctx, bbox, scales }: uPlot): void {
    if (this.#picture === null) return;
    const { plot, range } = this.#picture;
    const { min = 0, max = 1 } = scales["x"] ?? {};
    const { canvas } = plot.ctx;
    const perX = bbox.width / (max - min);
    const wide = (range[1] - range[0]) * perX;
    // Shifted by whole pixels and not stretched where nothing was zoomed: the picture stays as sharp as it was drawn.
    const isShifted = Math.abs(wide - canvas.width) < 2;
    const left = bbox.left + (range[0] - min) * perX;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    if (isShifted) ctx.drawImage(canvas, Math.round(left), bbox.top);
    else ctx.drawImage(canvas, left, bbox.top, wide, bbox.height);
    ctx.restore();
  }

  end(): void {
    this.#picture?.plot.destroy();
    this.#picture = null;
  }
}
