// Owns: what a curve can be drawn over, and where a run's steps lie on it. Must not know: charts, arms.
import type { FoldedSeries } from "../statistics/folded-series.ts";
import { placeBetween } from "../statistics/step-times.ts";

export const X_AXES = ["step", "rollouts", "tokens", "time"] as const;
export type XAxis = (typeof X_AXES)[number];
export const isXAxis = (text: string): text is XAxis => (X_AXES as readonly string[]).includes(text);

export const AXIS_TITLES: Readonly<Record<XAxis, string>> = {
  step: "step",
  rollouts: "rollouts so far",
  tokens: "completion tokens so far",
  time: "seconds since the run began",
};

const DRAWN = ["EASY", "EASY_MEDIUM", "MEDIUM", "HARD", "NONE"].map((bucket) => `curriculum/drawn/${bucket}`);
const TOKENS = "train/completion_tokens";

/** Metrics that place the steps on an axis: what a run did in each step. None for time: the API has a clock for every run. */
export const axisMetrics = (axis: XAxis): readonly string[] => (axis === "rollouts" ? DRAWN : axis === "tokens" ? [...DRAWN, TOKENS] : []);

/** Where a step lies on the axis for one run: what it did up to the end of that step, linear inside a bucket; null where nothing is known of it. */
export function placeOn(
  axis: "rollouts" | "tokens",
  seriesOf: (metric: string) => FoldedSeries | undefined,
  groupSize: number,
): (step: number) => number | null {
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
  if (totals.size === 0) return () => null;
  const steps = [0];
  const places = [0];
  for (const [, { step, sum, tokens }] of [...totals].sort(([a], [b]) => a - b)) {
    const amount = axis === "rollouts" ? sum * groupSize : sum * groupSize * tokens;
    steps.push(step);
    places.push((places.at(-1) ?? 0) + amount);
  }
  return (step) => placeBetween(steps, places, step);
}
