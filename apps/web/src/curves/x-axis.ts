// Owns: what a curve can be drawn over, and where a run's steps lie on it. Must not know: charts, arms.
import type { FoldedSeries } from "../statistics/folded-series.ts";

export const X_AXES = ["step", "rollouts", "tokens", "time"] as const;
export type XAxis = (typeof X_AXES)[number];
export const isXAxis = (text: string): text is XAxis => (X_AXES as readonly string[]).includes(text);

export const AXIS_TITLES: Readonly<Record<XAxis, string>> = {
  step: "step",
  rollouts: "rollouts so far",
  tokens: "completion tokens so far",
  time: "seconds in steps so far",
};

const DRAWN = ["EASY", "EASY_MEDIUM", "MEDIUM", "HARD", "NONE"].map((bucket) => `curriculum/drawn/${bucket}`);
const TOKENS = "train/completion_tokens";
const SECONDS = "time/step";

/** Metrics that place the steps on an axis: what a run did in each step. */
export const axisMetrics = (axis: XAxis): readonly string[] =>
  axis === "step" ? [] : axis === "time" ? [SECONDS] : axis === "rollouts" ? DRAWN : [...DRAWN, TOKENS];

/** Where a step lies on the axis for one run: what it did up to the end of that step, linear inside a bucket; null where nothing is known of it. */
export function placeOn(
  axis: XAxis,
  seriesOf: (metric: string) => FoldedSeries | undefined,
  groupSize: number,
): (step: number) => number | null {
  if (axis === "step") return (step) => step;
  const [first, ...rest] = axisMetrics(axis).flatMap((metric) => {
    const series = seriesOf(metric);
    return series === undefined ? [] : [{ metric, series }];
  });
  if (first === undefined) return () => null;
  const width = Math.max(first.series.width, ...rest.map(({ series }) => series.width));
  const totals = new Map<number, { step: number; sum: number; tokens: number }>();
  for (const { metric, series } of [first, ...rest]) {
    for (const { at, step, mean, count } of series.means(width)) {
      const total = totals.get(at) ?? { step, sum: 0, tokens: 0 };
      total.step = Math.max(total.step, step);
      if (metric === TOKENS) total.tokens = mean;
      else total.sum += mean * count;
      totals.set(at, total);
    }
  }
  const steps = [0];
  const places = [0];
  for (const [, { step, sum, tokens }] of [...totals].sort(([a], [b]) => a - b)) {
    const amount = axis === "time" ? sum : axis === "rollouts" ? sum * groupSize : sum * groupSize * tokens;
    steps.push(step);
    places.push((places.at(-1) ?? 0) + amount);
  }
  return (step) => between(steps, places, step);
}

function between(steps: readonly number[], places: readonly number[], step: number): number | null {
  if (step > (steps.at(-1) ?? 0)) return null;
  let [low, high] = [0, steps.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((steps[middle] ?? 0) < step) low = middle + 1;
    else high = middle;
  }
  const [right, atRight] = [steps[low] ?? 0, places[low] ?? 0];
  if (low === 0 || right === step) return atRight;
  const [left, atLeft] = [steps[low - 1] ?? 0, places[low - 1] ?? 0];
  return atLeft + ((step - left) / (right - left)) * (atRight - atLeft);
}
