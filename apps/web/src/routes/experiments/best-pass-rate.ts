// Owns: which arm of an experiment has the highest held-out pass@1 now. Must not know: components.
import { meanOverSeeds, meansBySeed } from "../../statistics/t-interval.ts";
import type { SeedMean } from "../../statistics/t-interval.ts";

export interface EvaluatedPlace {
  readonly step: number;
  readonly value: number;
}

export interface BestArm {
  readonly armId: string;
  readonly estimate: SeedMean;
}

/** By the mean over seeds of each seed's last evaluation; null before the first one. */
export function bestArm(
  runs: readonly { readonly id: string; readonly seed: number; readonly arm: { readonly id: string } }[],
  places: ReadonlyMap<string, readonly EvaluatedPlace[]>,
): BestArm | null {
  const byArm = Map.groupBy(runs, ({ arm }) => arm.id);
  const arms = [...byArm].flatMap(([armId, ofArm]) => {
    const estimate = meanOverSeeds(
      meansBySeed(
        ofArm.flatMap(({ id, seed }) => {
          const value = places.get(id)?.at(-1)?.value;
          return value === undefined ? [] : [{ seed, value }];
        }),
      ),
    );
    return estimate === null ? [] : [{ armId, estimate }];
  });
  return arms.reduce<BestArm | null>((best, arm) => (best === null || arm.estimate.mean > best.estimate.mean ? arm : best), null);
}
