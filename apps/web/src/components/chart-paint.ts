// Owns: what a chart paints by hand on its canvas: rules with words, marks along lines; and the pinned place over it. Must not know: data's source, uPlot's options.
import type uPlot from "uplot";
import { markPath } from "../arms/arm-look.ts";
import type { Mark } from "../arms/arm-look.ts";
import type { ChartLine, ChartRule } from "./chart-data.ts";
import { onThemeChange } from "./theme-signal.ts";

/** Looked up once a theme: a browser would work out the page's style anew for each, in every frame. */
const colours = new Map<string, string>();
onThemeChange(() => colours.clear());

/** The value of a colour's variable in the theme of now. */
export function colour(variable: string): string {
  const known = colours.get(variable);
  if (known !== undefined) return known;
  const value = getComputedStyle(document.documentElement).getPropertyValue(variable).trim();
  colours.set(variable, value);
  return value;
}

/** Boundaries behind the lines, their words at the top, each arm's a little lower. */
export function drawRules(plot: uPlot, rules: readonly ChartRule[], font: string): void {
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

/** Built once: a path of a hundred lines' marks at each drawing is a tenth of it. */
const shapes = new Map<string, Path2D>();

function shapeOf(mark: Mark, size: number): Path2D {
  const key = `${mark} ${size}`;
  const known = shapes.get(key);
  if (known !== undefined) return known;
  const shape = new Path2D(markPath(mark, size));
  shapes.set(key, shape);
  return shape;
}

/** Marks along a line, so that it is known without its colour. */
export function drawMarks(plot: uPlot, lines: readonly ChartLine[]): void {
  const { ctx, bbox } = plot;
  const scale = devicePixelRatio;
  ctx.save();
  lines.forEach(({ mark, faint, variable, x, y }, index) => {
    if (mark === undefined || faint) return;
    const shape = shapeOf(mark, 8 * scale);
    ctx.fillStyle = colour(variable);
    // Shifted by line: marks of lines that run together do not cover each other.
    let next = bbox.left + ((index * 23) % MARK_EVERY_PX) * scale;
    for (let at = 0; at < y.length; at++) {
      const value = y[at];
      if (value == null) continue;
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

/** The place that a reader holds on to: an element over the canvas, so that to hold another one draws no line anew. */
export function showPin(plot: uPlot, x: number | null): void {
  const known = plot.over.querySelector<HTMLElement>(".chart-pin");
  const left = x === null ? NaN : plot.valToPos(x, "x");
  if (!(left >= 0 && left * devicePixelRatio <= plot.bbox.width)) return known?.remove();
  const pin = known ?? plot.over.appendChild(document.createElement("div"));
  pin.className = "chart-pin";
  pin.style.translate = `${left}px`;
}
