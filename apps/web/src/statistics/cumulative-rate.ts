// Owns: the share that passed of all that was tried so far, from each step's share and its weight. Must not know: metrics' names, charts.
import type { FoldedSeries } from "./folded-series.ts";

export interface RatePart {
  readonly rate: FoldedSeries;
  /** Groups behind the rate, step by step. */
  readonly weight: FoldedSeries;
}

/** At each bucket of `width` steps: everything passed so far / everything tried so far, over all parts. */
export function cumulativeRate(parts: readonly RatePart[], width: number): { readonly step: number; readonly value: number }[] {
  const places = new Map<number, { step: number; passed: number; tried: number }>();
  for (const { rate, weight } of parts) {
    const rates = new Map(rate.means(width).map(({ at, mean }) => [at, mean]));
    for (const { at, step, mean, count } of weight.means(width)) {
      const place = places.get(at) ?? { step, passed: 0, tried: 0 };
      place.step = Math.max(place.step, step);
      const known = rates.get(at);
      if (known !== undefined) {
        place.passed += known * mean * count;
        place.tried += mean * count;
      }
      places.set(at, place);
    }
  }
  let [passed, tried] = [0, 0];
  return [...places]
    .sort(([a], [b]) => a - b)
    .flatMap(([, place]) => {
      passed += place.passed;
      tried += place.tried;
      return tried === 0 ? [] : [{ step: place.step, value: passed / tried }];
    });
}
