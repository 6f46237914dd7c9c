// Owns: folds of chunks and the tree of sums, held to the plainest reading of them, bit by bit. Must not know: SQL, GraphQL.
import { array, assert, constantFrom, double, integer, property, record } from "fast-check";
import { foldBuckets } from "@gradus/prisma/metrics/buckets";
import { decodeFolds, encodeFolds } from "@gradus/prisma/metrics/chunk-bytes";
import { foldChunk } from "@gradus/prisma/metrics/folds";
import type { FoldedPiece } from "@gradus/prisma/metrics/folds";
import { TreeSum } from "@gradus/prisma/metrics/tree-sum";
import { describe, expect, test } from "vitest";

interface Points {
  readonly steps: Int32Array;
  readonly values: Float64Array;
}

const ODD = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 0, 5e-324, 1.7e308, -1.7e308, Number.MAX_VALUE];

/** Long enough that chunks keep folds: steps mostly a stride apart, values of which no two sums are alike by chance, odd ones among them. */
const series = record({
  length: integer({ min: 1, max: 3_000 }),
  first: integer({ min: -5_000, max: 5_000 }),
  stride: constantFrom(1, 1, 2, 7, 100),
  gaps: array(record({ at: integer({ min: 0, max: 2_999 }), of: integer({ min: 1, max: 3_000 }) }), { maxLength: 4 }),
  odd: array(record({ at: integer({ min: 0, max: 2_999 }), value: constantFrom(...ODD) }), { maxLength: 8 }),
  scale: constantFrom(1, 1e-300, 3e15),
}).map(({ length, first, stride, gaps, odd, scale }): Points => {
  const [steps, values] = [new Int32Array(length), new Float64Array(length)];
  for (let at = 0, step = first; at < length; at++) {
    steps[at] = step;
    values[at] = Math.sin(step * 12.9898 + at) * scale;
    step += stride;
    for (const gap of gaps) if (gap.at === at) step += gap.of;
  }
  for (const { at, value } of odd) if (at < length) values[at] = value;
  return { steps, values };
});

const cut = ({ steps, values }: Points, cuts: readonly number[]): Points[] => {
  const ends = [0, ...cuts.map((at) => Math.min(at, steps.length)).toSorted((a, b) => a - b), steps.length];
  return ends.slice(1).flatMap((end, index) => {
    const from = ends[index] ?? 0;
    return from === end ? [] : [{ steps: steps.slice(from, end), values: values.slice(from, end) }];
  });
};

const pairs = (points: Points): [number, number][] => Array.from(points.steps, (step, at) => [step, points.values[at] ?? 0]);

describe("buckets", () => {
  test("are the same to the last bit whether the chunks of a series, cut anywhere, are points or folds of them", () => {
    let folded = 0;
    assert(
      property(
        series,
        array(integer({ min: 0, max: 3_000 }), { maxLength: 3 }),
        array(constantFrom(true, true, false), { minLength: 4, maxLength: 4 }),
        integer({ min: 0, max: 6 }),
        (points, cuts, areFolds, wider) => {
          let level = 5;
          const pieces = cut(points, cuts).map((piece, at): FoldedPiece => {
            const folds = areFolds[at] === true ? foldChunk(piece) : null;
            if (folds === null) return piece;
            folded++;
            level = Math.max(level, folds.level);
            return { level: folds.level, folds: decodeFolds(encodeFolds(folds.folds)) };
          });
          const width = 2 ** (level + wider);
          expect(foldBuckets(pieces, width)).toEqual(foldBuckets([points], width));
        },
      ),
      { numRuns: 300 },
    );
    // Without folds the property says nothing.
    expect(folded).toBeGreaterThan(100);
  });

  test("have the sum of the tree over the bits of their steps", () => {
    const treeSum = (points: readonly (readonly [number, number])[], low: number, width: number): number | null => {
      const inside = points.filter(([step, value]) => step >= low && step < low + width && Number.isFinite(value));
      if (inside.length <= 1) return inside[0]?.[1] ?? null;
      const [left, right] = [treeSum(inside, low, width / 2), treeSum(inside, low + width / 2, width / 2)];
      return left === null || right === null ? (left ?? right) : left + right;
    };
    assert(
      property(series, integer({ min: 0, max: 12 }), (points, power) => {
        const width = 2 ** power;
        const { mean, min, max, fromStep, count, nonFinite } = foldBuckets([points], width);
        const inBucket = Map.groupBy(pairs(points), ([step]) => Math.floor(step / width));
        for (const [at, start] of fromStep.entries()) {
          const bucket = Math.floor(start / width);
          const sum = treeSum(inBucket.get(bucket) ?? [], bucket * width, width);
          if (sum !== null && !Number.isFinite(sum)) continue;
          const expected = sum === null ? Number.NaN : sum / ((count[at] ?? 0) - (nonFinite[at] ?? 0));
          expect(mean[at]).toBe(Math.min(max[at] ?? 0, Math.max(min[at] ?? 0, expected)));
        }
      }),
      { numRuns: 60 },
    );
  });

  test("have a mean within their extent where sums are too large for a number, beside small values too", () => {
    const large = double({ noNaN: true, min: -Number.MAX_VALUE, max: Number.MAX_VALUE });
    assert(
      property(array(large, { minLength: 1, maxLength: 70 }), (given) => {
        const values = Float64Array.from(given);
        const { mean } = foldBuckets([{ steps: Int32Array.from(given.keys()), values }], 128);
        const tiny = given.reduce((sum, value) => sum + value / 2 ** 60, 0) / given.length;
        const size = given.reduce((sum, value) => sum + Math.abs(value / 2 ** 60), 0) / given.length;
        expect(Math.abs((mean[0] ?? 0) / 2 ** 60 - tiny)).toBeLessThanOrEqual(size * 1e-12 + 1e-300);
        expect(mean[0]).toBeGreaterThanOrEqual(Math.min(...given));
        expect(mean[0]).toBeLessThanOrEqual(Math.max(...given));
      }),
      { examples: [[[Number.MAX_VALUE, Number.MAX_VALUE, Number.MAX_VALUE]], [[1.7e308, 1.7e308, 1, -1.7e308, -1.7e308, 2]]] },
    );
  });
});

const line = (length: number, first = 0, stride = 1): Points => ({
  steps: Int32Array.from({ length }, (_, at) => first + at * stride),
  values: Float64Array.from({ length }, (_, at) => at / 3),
});

describe("the folds of a chunk", () => {
  test("are a small part of its values, however far its steps lie apart, and none where they would not be", () => {
    for (const [first, stride] of [
      [0, 1],
      [1, 1],
      [-77, 10],
      [1, 1_000],
    ] as const) {
      const folds = foldChunk(line(4_096, first, stride));
      if (folds === null) throw new Error(`a stride of ${stride} has no folds`);
      expect(encodeFolds(folds.folds).byteLength).toBeLessThan((8 * 4_096) / 6);
    }
    expect(foldChunk(line(0))).toBeNull();
    expect(foldChunk(line(16))).toBeNull();
    expect(foldChunk({ steps: Int32Array.of(-2_147_483_648, 2_147_483_647), values: Float64Array.of(1, 2) })).toBeNull();
  });

  test("are none where a sum is too large for a number", () => {
    const points = line(4_096);
    points.values.fill(Number.MAX_VALUE, 100, 110);
    expect(foldChunk(points)).toBeNull();
  });

  test("come back from their bytes, and bytes that are none are refused", () => {
    const folds = foldChunk(line(1_000, 5))?.folds;
    if (folds === undefined) throw new Error("there are no folds");
    const bytes = encodeFolds(folds);
    expect(decodeFolds(bytes)).toEqual(folds);
    // As a driver gives them: somewhere in a larger buffer.
    const within = new Uint8Array(bytes.length + 3);
    within.set(bytes, 3);
    expect(decodeFolds(within.subarray(3))).toEqual(folds);
    expect(() => decodeFolds(bytes.subarray(1))).toThrow(RangeError);
  });
});

test("a sum begins anew after it is cleared, is 0 of nothing and keeps the sign of a zero", () => {
  const tree = new TreeSum();
  expect(tree.sum).toBe(0);
  tree.add(0, 0, Number.MAX_VALUE);
  tree.add(1, 1, Number.MAX_VALUE);
  tree.join();
  expect([tree.sum, tree.over(2)]).toEqual([Number.POSITIVE_INFINITY, Number.MAX_VALUE]);
  tree.clear();
  tree.add(7, 7, -0);
  tree.join();
  expect(tree.sum).toBe(-0);
});
