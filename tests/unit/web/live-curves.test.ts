// What the page computes by itself for live points, held against the domain's statistics and against buckets made from all points at once.
import { meanOverSeeds as domainMean } from "@gradus/domain/statistics";
import { array, assert, constantFrom, double, integer, nat, property } from "fast-check";
import { describe, expect, test } from "vitest";
import { armCurve } from "../../../apps/web/src/statistics/arm-curve.ts";
import { curveLines } from "../../../apps/web/src/curves/curve-lines.ts";
import { FoldedSeries } from "../../../apps/web/src/statistics/folded-series.ts";
import { StepTimes } from "../../../apps/web/src/statistics/step-times.ts";
import { meanOverSeeds } from "../../../apps/web/src/statistics/t-interval.ts";

/** Buckets as the API answers them. */
function answered(points: readonly number[], width: number) {
  const buckets = Map.groupBy(
    points.map((value, index) => ({ step: index + 1, value })),
    ({ step }) => Math.floor(step / width),
  );
  return [...buckets.values()].map((of) => ({
    fromStep: of[0]?.step ?? 0,
    toStep: of.at(-1)?.step ?? 0,
    mean: of.reduce((sum, { value }) => sum + value, 0) / of.length,
    count: of.length,
    nonFinite: 0,
  }));
}

const values = array(double({ min: -10, max: 10, noNaN: true }), { minLength: 1, maxLength: 80 });

describe("an interval on the page", () => {
  test("is the domain's for 2 to 200 seeds", () => {
    for (const n of [2, 3, 5, 10, 30, 31, 32, 60, 200]) {
      const sample = Array.from({ length: n }, (_, index) => Math.sin(index * 1.7) + index / n);
      const domain = domainMean(sample);
      const page = meanOverSeeds(sample);
      expect(page?.mean).toBeCloseTo(domain.value, 12);
      expect(page?.low, String(n)).toBeCloseTo(domain.interval?.low ?? NaN, 6);
      expect(page?.high, String(n)).toBeCloseTo(domain.interval?.high ?? NaN, 6);
    }
  });

  test("is none for one seed, and there is no mean of none", () => {
    expect(meanOverSeeds([0.5])).toEqual({ mean: 0.5, low: null, high: null, n: 1 });
    expect(meanOverSeeds([])).toBeNull();
  });
});

describe("a series that grows live", () => {
  test("has the buckets that the API would answer for all of its points, wherever the answer ended and though points come twice", () => {
    assert(
      property(values, nat(80), nat(10), constantFrom(1, 2, 4, 8), (points, cut, repeated, width) => {
        const known = Math.min(cut, points.length);
        const series = new FoldedSeries(width, answered(points.slice(0, known), width));
        // What was read before a point came is not read again.
        expect(series.means()).toHaveLength(answered(points.slice(0, known), width).length);
        for (let index = Math.max(0, known - repeated); index < points.length; index++) series.add(index + 1, points[index] ?? 0);
        const expected = answered(points, width);
        expect(series.means().map(({ step }) => step)).toEqual(expected.map(({ toStep }) => toStep));
        for (const [index, { mean }] of series.means().entries()) expect(mean).toBeCloseTo(expected[index]?.mean ?? NaN, 9);
      }),
    );
  });

  test("never has more buckets than it may, and they are those that the API would answer in that width", () => {
    assert(
      property(values, nat(80), integer({ min: 2, max: 16 }), (points, cut, most) => {
        const known = Math.min(cut, points.length, most);
        const series = new FoldedSeries(1, answered(points.slice(0, known), 1), most);
        for (let index = known; index < points.length; index++) series.add(index + 1, points[index] ?? 0);
        const expected = answered(points, series.width);
        expect(series.means().length).toBeLessThanOrEqual(most);
        // No wider than it must be: the buckets of half the width would be too many.
        if (series.width > 1) expect(answered(points, series.width / 2).length).toBeGreaterThan(most);
        expect(series.means().map(({ step }) => step)).toEqual(expected.map(({ toStep }) => toStep));
        for (const [index, { mean }] of series.means().entries()) expect(mean).toBeCloseTo(expected[index]?.mean ?? NaN, 9);
      }),
    );
  });

  test("leaves out values that are not finite, and keeps their step", () => {
    const series = new FoldedSeries(1, []);
    series.add(1, 0.5);
    series.add(2, "NaN");
    series.add(2, 0.7);
    expect(series.means().map(({ step }) => step)).toEqual([1]);
    expect(series.lastStep).toBe(2);
  });
});

describe("when a run's steps were logged", () => {
  test("is linear between the places that are known, nothing outside of them, and never falls", () => {
    const times = new StepTimes();
    expect(times.at(1, 10)).toBeNull();
    for (const [step, seconds] of [
      [2, 1],
      [4, 5],
      [4, 9],
      [6, 3],
    ] as const)
      times.add(step, seconds);
    expect([1, 2, 3, 4, 5, 6, 7].map((step) => times.at(step, 6))).toEqual([null, 1, 3, 5, 5, 5, null]);
    // Reached, but its time is still to be told: it stands at the last place.
    expect(times.at(7, 7)).toBe(5);
  });

  test("stays as exact as half of its places are, however many come", () => {
    const times = new StepTimes();
    for (let step = 1; step <= 28_800; step++) times.add(step, step / 2);
    for (const step of [1, 2, 777, 28_799, 28_800]) expect(times.at(step, 28_800)).toBeCloseTo(step / 2, 9);
  });
});

test("a curve over another axis never turns round where a slower seed ends", () => {
  const arm = { id: "a", ordinal: 0, name: "a", curriculum: { specification: null } };
  const runs = [1, 2].map((seed) => ({ id: String(seed), seed, totalSteps: 4, arm: { id: "a" } }));
  const series = new Map([
    ["1", new FoldedSeries(1, answered([1, 2, 3, 4], 1))],
    ["2", new FoldedSeries(1, answered([1, 2], 1))],
  ]);
  const [line] = curveLines([arm], runs, series, {
    showsSeeds: false,
    placeOf: (runId, step) => (runId === "1" ? step : step <= 2 ? 10 * step : null),
  });
  expect(line?.x).toEqual([5.5, 11, 11, 11]);
  expect(line?.steps).toEqual([1, 2, 3, 4]);
});

test("a curve begins where its runs were evaluated before the first step, unless they have a point there or it is cut", () => {
  const arm = { id: "a", ordinal: 0, name: "a", curriculum: { specification: null } };
  const runs = [1, 2].map((seed) => ({ id: String(seed), seed, totalSteps: 4, arm: { id: "a" } }));
  const before = new Map([
    ["1", 0.25],
    ["2", 0.25],
  ]);
  const zero = { fromStep: 0, toStep: 0, mean: 7, count: 1, nonFinite: 0 };
  const from = (...first: (typeof zero)[]) =>
    new Map(runs.map(({ id }) => [id, new FoldedSeries(1, [...first, ...answered([0.5, 1], 1)])]));
  const [seed, , mean] = curveLines([arm], runs, from(), { showsSeeds: true, before });
  expect([seed?.x, seed?.y]).toEqual([
    [0, 1, 2],
    [0.25, 0.5, 1],
  ]);
  // What all seeds share has no interval over seeds.
  expect([mean?.x, mean?.y, mean?.low, mean?.n]).toEqual([
    [0, 1, 2],
    [0.25, 0.5, 1],
    [null, 0.5, 1],
    [2, 2, 2],
  ]);
  expect(curveLines([arm], runs, from(zero), { showsSeeds: false, before })[0]?.y).toEqual([7, 0.5, 1]);
  // Two runs of one seed are one sample of it: 0.5 of the first seed, 0.25 of the second.
  const forked = [...runs, { id: "3", seed: 1, totalSteps: 4, arm: { id: "a" } }];
  const [both] = curveLines([arm], forked, from(), { showsSeeds: false, before: new Map([...before, ["3", 0.75]]) });
  expect([both?.y[0], both?.n?.[0]]).toEqual([0.375, 2]);
  expect(curveLines([arm], runs, from(), { showsSeeds: false })[0]?.x).toEqual([1, 2]);
});

test("an arm's curve counts at each place the seeds that have come so far, in the widest of their buckets", () => {
  const curve = armCurve([[new FoldedSeries(1, answered([1, 2, 3, 4], 1))], [new FoldedSeries(2, answered([3, 4], 2))]]);
  expect(curve.map(({ step, mean, n }) => [step, mean, n])).toEqual([
    [1, 2, 2],
    [3, 3.25, 2],
    [4, 4, 1],
  ]);
});

test("several runs of one seed count once, with their mean: a fork is no second sample", () => {
  const arm = { id: "arm", ordinal: 0, name: "arm", curriculum: { specification: null } };
  const runs = [1, 1, 2].map((seed, at) => ({ id: String(at), seed, totalSteps: 2, arm: { id: "arm" } }));
  const series = new Map([[1, 2], [3], [4, 8]].map((points, at) => [String(at), new FoldedSeries(1, answered(points, 1))]));
  const [line] = curveLines([arm], runs, series, { showsSeeds: false });
  expect([line?.y, line?.n]).toEqual([
    [3, 5],
    [2, 2],
  ]);
});
