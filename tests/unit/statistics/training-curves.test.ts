// Proves: ScaleRL's fit against SciPy (fixtures/make-sigmoid.py), and the two readings of the cumulative solve rate, worked by hand.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { cumulativeSolveRate, fitSigmoid, sigmoidAt } from "@gradus/domain/statistics";

interface Reference {
  readonly cases: readonly {
    readonly start: number;
    readonly x: readonly number[];
    readonly y: readonly number[];
    readonly fit: readonly [asymptote: number, exponent: number, midpoint: number];
    readonly squaredError: number;
  }[];
}
const { cases } = JSON.parse(readFileSync(new URL("fixtures/sigmoid.json", import.meta.url), "utf8")) as Reference;
const curveOf = ({ x, y }: Reference["cases"][number]) => x.map((at, i) => ({ x: at, y: y[i]! }));

describe("the sigmoid fit", () => {
  for (const [number, one] of cases.entries())
    it(`finds what SciPy's curve_fit finds: case ${number + 1}`, () => {
      const fit = fitSigmoid(curveOf(one), one.start)!;
      const [asymptote, exponent, midpoint] = one.fit;
      expect([fit.asymptote / asymptote, fit.exponent / exponent, fit.midpoint / midpoint]).toEqual(
        [1, 1, 1].map((ratio) => expect.closeTo(ratio, 5)),
      );
      expect(fit.squaredError).toBeLessThanOrEqual(one.squaredError * (1 + 1e-9) + 1e-20);
    });

  it("is half-way at the midpoint, at the start before training, and near the asymptote far out", () => {
    const shape = { start: 0.2, asymptote: 0.6, exponent: 2, midpoint: 100 };
    expect([sigmoidAt(shape, 0), sigmoidAt(shape, 100), sigmoidAt(shape, 1e9)]).toEqual([
      0.2,
      expect.closeTo(0.4, 12),
      expect.closeTo(0.6, 9),
    ]);
  });

  it("says where it guesses, and fits nothing to too little or to a flat line", () => {
    const rising = [1, 2, 3, 4, 5, 6, 7, 8].map((x) => ({ x, y: sigmoidAt({ start: 0, asymptote: 1, exponent: 2, midpoint: 50 }, x) }));
    expect(fitSigmoid(rising, 0)!.note).toContain("guess");
    expect(fitSigmoid(rising.slice(0, 3), 0)).toBeNull();
    expect(
      fitSigmoid(
        rising.map(({ x }) => ({ x, y: 0.3 })),
        0.3,
      ),
    ).toBeNull();
  });
});

const group = (step: number, problemId: string, passes: number) => ({ step, problemId, passes, attempts: 4 });

describe("the cumulative solve rate", () => {
  it("of attempts and of problems", () => {
    const groups = [group(2, "a", 0), group(1, "a", 2), group(1, "b", 0), group(3, "b", 4)];
    expect(cumulativeSolveRate(groups, 4)).toEqual([
      { step: 1, ofAttempts: 2 / 8, ofProblems: 1 / 4 },
      { step: 2, ofAttempts: 2 / 12, ofProblems: 1 / 4 },
      { step: 3, ofAttempts: 6 / 16, ofProblems: 2 / 4 },
    ]);
    expect(() => cumulativeSolveRate(groups, 0)).toThrow(RangeError);
  });
});
