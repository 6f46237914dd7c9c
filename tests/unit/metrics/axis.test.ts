// Owns: points on an axis that is not their steps, held to the plainest reading of it. Must not know: SQL, GraphQL.
import { array, assert, double, integer, property, record } from "fast-check";
import { placeByClock, placeByMetric } from "@gradus/prisma/metrics/axis";
import { finestWidth, foldBuckets } from "@gradus/prisma/metrics/buckets";
import { within } from "@gradus/prisma/metrics/series-points";
import { expect, test } from "vitest";

const STEPS = array(integer({ min: -20, max: 100 }), { minLength: 1, maxLength: 40 }).map((steps) =>
  [...new Set(steps)].toSorted((a, b) => a - b),
);
const points = (steps: readonly number[], values: readonly number[]) => ({
  steps: Int32Array.from(steps),
  values: Float64Array.from(values),
});

test("a point lies at the greatest value that the metric had at or before its step, and nowhere before the first", () => {
  const axis = STEPS.chain((steps) =>
    record({ steps: array(double(), { minLength: steps.length, maxLength: steps.length }) }).map(({ steps: values }) => ({
      steps,
      values,
    })),
  );
  assert(
    property(STEPS, axis, (steps, given) => {
      const placed = placeByMetric(
        points(
          steps,
          steps.map((step) => step / 2),
        ),
        points(given.steps, given.values),
      );
      const expected = steps.flatMap((step) => {
        const seen = given.values.filter((value, at) => (given.steps[at] ?? 0) <= step && Number.isFinite(value));
        return seen.length === 0 ? [] : [[step, step / 2, Math.max(...seen)]];
      });
      expect(Array.from(placed.steps, (step, at) => [step, placed.values[at], placed.places[at]])).toEqual(expected);
    }),
  );
});

test("a clock that goes back holds its place, and a stretch of the axis has the points in it alone", () => {
  const placed = placeByClock({ ...points([1, 2, 3, 4], [5, 6, 7, 8]), times: Float64Array.of(1_100, 1_300, 1_200, 1_400) }, 1_000);
  expect([...placed.places]).toEqual([100, 300, 300, 400]);
  expect(Array.from(within(placed, placed.places, 101, 300).steps)).toEqual([2, 3]);
  expect(within(placed, placed.places, 401, 900).steps).toHaveLength(0);
});

test("buckets over an axis are the groups of its aligned places, no more than asked for, however fine or far the axis", () => {
  const places = array(double({ noNaN: true, min: -1e12, max: 1e12 }), { minLength: 1, maxLength: 60 }).map((some) =>
    // What vanishes when it is divided by the width lies on either side of 0 by chance.
    some.map((place) => (Math.abs(place) < 1e-100 ? 0 : place)).toSorted((a, b) => a - b),
  );
  assert(
    property(places, integer({ min: 1, max: 20 }), integer({ min: -30, max: 0 }), (given, most, power) => {
      const scaled = given.map((place) => place * 2 ** power);
      const width = finestWidth(scaled[0] ?? 0, scaled.at(-1) ?? 0, most, 0);
      const steps = scaled.map((_, at) => at);
      const folded = foldBuckets([{ ...points(steps, steps), places: Float64Array.from(scaled) }], width);
      expect(Number.isInteger(Math.log2(width))).toBe(true);
      const isAcrossZero = (scaled[0] ?? 0) < 0 && (scaled.at(-1) ?? 0) >= 0;
      expect(folded.length).toBeLessThanOrEqual(isAcrossZero ? Math.max(2, most) : most);
      const groups = [...Map.groupBy(steps, (at) => Math.floor((scaled[at] ?? 0) / width)).values()];
      expect(
        Array.from(folded.from, (from, at) => [from, folded.to[at], folded.fromStep[at], folded.toStep[at], folded.count[at]]),
      ).toEqual(groups.map((group) => [scaled[group[0] ?? 0], scaled[group.at(-1) ?? 0], group[0], group.at(-1), group.length]));
    }),
  );
});

test("buckets are the same to the last bit wherever a series is cut into pieces, sums that overflow and values that are none included", () => {
  const value = double({ noDefaultInfinity: false });
  const series = STEPS.chain((steps) =>
    array(value, { minLength: steps.length, maxLength: steps.length }).map((values) => ({ steps, values })),
  );
  assert(
    property(
      series,
      array(integer({ min: 0, max: 40 }), { maxLength: 6 }),
      integer({ min: 0, max: 6 }),
      ({ steps, values }, cuts, power) => {
        const ends = [0, ...cuts.map((cut) => Math.min(cut, steps.length)).toSorted((a, b) => a - b), steps.length];
        const pieces = ends.slice(1).map((end, at) => points(steps.slice(ends[at], end), values.slice(ends[at], end)));
        expect(foldBuckets(pieces, 2 ** power)).toEqual(foldBuckets([points(steps, values)], 2 ** power));
      },
    ),
    { examples: [[{ steps: [0, 1, 2], values: [1.7e308, 1.7e308, 1.6e308] }, [1, 2], 3]] },
  );
  expect(foldBuckets([points([0, 1], [1.7e308, 1.6e308])], 4).mean[0]).toBeCloseTo(1.65e308, -300);
  expect(foldBuckets([], 4).length).toBe(0);
});
