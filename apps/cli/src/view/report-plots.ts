// Owns: the two plots of a report as SVG text: every seed of every arm, and means over steps with their bands. Must not know: HTML around them.
import type { EstimatePartsFragment } from "../client/generated/operations.ts";

const WIDTH = 720;
const LEFT = 120;
const COLOURS = 6;

interface Measured {
  readonly estimate: EstimatePartsFragment;
  /** What the wire has for a number that is none is text. */
  readonly perSeed: readonly { readonly seed: number; readonly value: unknown }[];
}

/** A line for each arm: a dot a seed, the mean as a bar, the interval as a line. */
export function seedPlot(arms: readonly (Measured | undefined)[], names: readonly string[]): string {
  const height = 24 * arms.length + 24;
  const x = scale(
    arms.flatMap((arm) =>
      arm === undefined ? [] : [...arm.perSeed.map(({ value }) => value), arm.estimate.low, arm.estimate.high, arm.estimate.mean],
    ),
    [LEFT, WIDTH - 20],
  );
  const lines = arms.map((arm, at) => {
    const y = 24 * at + 16;
    const label = `<text x="0" y="${y + 4}">${clean(names[at] ?? "")}</text>`;
    if (arm === undefined) return label;
    const { mean, low, high } = arm.estimate;
    return [
      label,
      isNumber(low) && isNumber(high) ? `<line x1="${x.at(low)}" x2="${x.at(high)}" y1="${y}" y2="${y}" stroke="currentColor"/>` : "",
      isNumber(mean)
        ? `<line x1="${x.at(mean)}" x2="${x.at(mean)}" y1="${y - 7}" y2="${y + 7}" stroke="currentColor" stroke-width="3"/>`
        : "",
      ...arm.perSeed
        .filter(({ value }) => isNumber(value))
        .map(
          ({ seed, value }) =>
            `<circle cx="${x.at(value as number)}" cy="${y}" r="3.5" fill="currentColor" fill-opacity=".5"><title>seed ${seed}: ${String(value)}</title></circle>`,
        ),
    ].join("");
  });
  return svg(height, [...lines.map((line, at) => `<g class="arm-${at % COLOURS}">${line}</g>`), axis(x, height - 4)]);
}

interface CurvePoint {
  readonly step: number;
  readonly estimate: EstimatePartsFragment;
}

/** A line for each arm, in the colours of the arms, with the band of the interval where there is one. */
export function curvePlot(arms: readonly (readonly CurvePoint[])[]): string {
  const height = 240;
  const x = scale(
    arms.flat().map(({ step }) => step),
    [50, WIDTH - 20],
  );
  const means = arms.flat().map(({ estimate }) => estimate.mean);
  const y = scale(means, [height - 30, 14]);
  const place = (step: number, value: unknown): string => `${x.at(step)},${y.at(Number(value))}`;
  const lines = arms.map((points, at) => {
    const known = points.flatMap(({ step, estimate: { mean, low, high } }) => (isNumber(mean) ? [{ step, mean, low, high }] : []));
    const banded = known.filter(({ low, high }) => isNumber(low) && isNumber(high));
    const band = [
      ...banded.map(({ step, high }) => place(step, high)),
      ...banded.toReversed().map(({ step, low }) => place(step, low)),
    ].join(" ");
    return `<g class="arm-${at % COLOURS}">${banded.length > 1 ? `<polygon points="${band}" fill="currentColor" fill-opacity=".12"/>` : ""}<polyline points="${known.map(({ step, mean }) => place(step, mean)).join(" ")}" fill="none" stroke="currentColor" stroke-width="1.8"/></g>`;
  });
  const ticks = [y.low, y.high].map((value) => `<text x="0" y="${y.at(value) + 4}">${short(value)}</text>`);
  return svg(height, [
    `<clipPath id="box"><rect x="0" y="0" width="${WIDTH}" height="${height - 24}"/></clipPath>`,
    `<g clip-path="url(#box)">${lines.join("")}</g>`,
    ...ticks,
    axis(x, height - 4),
  ]);
}

interface Scale {
  readonly low: number;
  readonly high: number;
  at(value: number): number;
}

function scale(values: readonly unknown[], [from, to]: readonly [number, number]): Scale {
  const known = values.filter(isNumber);
  const low = known.length === 0 ? 0 : Math.min(...known);
  const high = known.length === 0 ? 1 : Math.max(...known);
  const width = high - low || 1;
  return { low, high, at: (value) => Math.round(10 * (from + ((value - low) / width) * (to - from))) / 10 };
}

const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);
const short = (value: number): string => String(Number(value.toPrecision(3)));
const clean = (text: string): string => text.replaceAll(/[<>&"]/g, "");
const axis = (x: Scale, y: number): string =>
  `<text x="${x.at(x.low)}" y="${y}">${short(x.low)}</text><text x="${x.at(x.high)}" y="${y}" text-anchor="end">${short(x.high)}</text>`;
const svg = (height: number, parts: readonly string[]): string =>
  `<svg viewBox="0 0 ${WIDTH} ${height}" role="img">${parts.join("")}</svg>`;
