// Owns: what share of the draws each bucket should have had and had, over the steps. Must not know: components.
import type { FoldedSeries } from "../statistics/folded-series.ts";
import { BUCKETS } from "./buckets.ts";
import { scheduleOf } from "./stage-rules.ts";

export type Shares = Readonly<Record<string, number>>;
export interface DrawColumn {
  /** Both included. */
  readonly fromStep: number;
  readonly toStep: number;
  readonly shares: Shares;
}

export const DRAWN_BUCKETS = [...BUCKETS, "NONE"] as const;
export const drawnName = (bucket: string): string => `curriculum/drawn/${bucket}`;
const MOST_COLUMNS = 80;

/** Groups drawn, all seeds together. Widths are powers of two, so that columns are made of whole buckets. */
export function realisedShares(seeds: readonly ReadonlyMap<string, FoldedSeries>[], totalSteps: number): DrawColumn[] {
  const all = seeds.flatMap((seed) => [...seed.values()]);
  let width = Math.max(1, ...all.map((series) => series.width));
  while (totalSteps / width > MOST_COLUMNS) width *= 2;
  const columns = new Map<number, { toStep: number; drawn: Record<string, number> }>();
  for (const seed of seeds) {
    for (const [bucket, series] of seed) {
      for (const { at, step, mean, count } of series.means(width)) {
        const column = columns.get(at) ?? { toStep: step, drawn: {} };
        column.toStep = Math.max(column.toStep, step);
        column.drawn[bucket] = (column.drawn[bucket] ?? 0) + mean * count;
        columns.set(at, column);
      }
    }
  }
  return [...columns]
    .sort(([a], [b]) => a - b)
    .map(([at, { toStep, drawn }]) => ({ fromStep: Math.max(1, at * width), toStep, shares: normalised(drawn) }));
}

/** Null: the curriculum has no schedule; its sampler decides as it goes. */
export function scheduledShares(specification: unknown, totalSteps: number): ((step: number) => Shares) | null {
  const schedule = scheduleOf(specification);
  if (schedule === null) return null;
  const stages = schedule.stages.map(({ until, weights }) => {
    const shares: Record<string, number> = {};
    for (const [bucket, weight] of Object.entries(weights)) {
      const name = schedule.remap?.[bucket] ?? bucket;
      shares[name] = (shares[name] ?? 0) + weight;
    }
    return { end: schedule.unit === "step" ? until : until * totalSteps, shares: normalised(shares) };
  });
  // `until` counts the steps that are finished before the next stage begins.
  return (step) => stages.find(({ end }) => step - 1 < end)?.shares ?? stages.at(-1)?.shares ?? {};
}

/** The schedule's mean over the steps of each column. */
export const scheduledColumns = (shareAt: (step: number) => Shares, columns: readonly DrawColumn[]): DrawColumn[] =>
  columns.map(({ fromStep, toStep }) => {
    const sum: Record<string, number> = {};
    for (let step = fromStep; step <= toStep; step++) {
      for (const [bucket, share] of Object.entries(shareAt(step))) sum[bucket] = (sum[bucket] ?? 0) + share;
    }
    return { fromStep, toStep, shares: normalised(sum) };
  });

/** Share of all draws that went elsewhere than scheduled (total variation), steps weighted alike; null before the first draw. */
export function misplacedShare(scheduled: readonly DrawColumn[], realised: readonly DrawColumn[]): number | null {
  let [sum, steps] = [0, 0];
  for (const [index, { fromStep, toStep, shares }] of realised.entries()) {
    const length = toStep - fromStep + 1;
    const planned = scheduled[index]?.shares ?? {};
    const buckets = new Set([...Object.keys(shares), ...Object.keys(planned)]);
    sum += length * 0.5 * [...buckets].reduce((off, bucket) => off + Math.abs((shares[bucket] ?? 0) - (planned[bucket] ?? 0)), 0);
    steps += length;
  }
  return steps === 0 ? null : sum / steps;
}

function normalised(values: Readonly<Record<string, number>>): Record<string, number> {
  const total = Object.values(values).reduce((sum, value) => sum + value, 0);
  return total === 0 ? {} : Object.fromEntries(Object.entries(values).map(([bucket, value]) => [bucket, value / total]));
}
