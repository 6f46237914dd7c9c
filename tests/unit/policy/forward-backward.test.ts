// Owns: what forwardBackward reports and refuses, and that packing changes nothing. Must not know: graphs.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { EmbeddedEngine } from "@gradus/worker/policy/embedded/embedded-engine";
import { tokenCoefficients } from "@gradus/worker/policy/embedded/losses";
import { initialParameters } from "@gradus/worker/policy/embedded/parameters";
import type { Datum, LossSpec } from "@gradus/worker/policy/policy-engine";
import { referenceLoss } from "../../testkit/policy/reference-gpt.ts";
import { openSmallEngine, promptRows, SMALL_MODEL } from "../../testkit/policy/small-engine.ts";

let engine: EmbeddedEngine;
beforeAll(async () => {
  engine = await openSmallEngine();
});
afterAll(() => engine.close());

const PPO: LossSpec = { name: "ppo", lengthNorm: "token", clipLow: 0.9, clipHigh: 1.1 };
/** Rows of many lengths: groups of three that share prompts, so that both grids and all buckets are used. */
const DATA: Datum[] = promptRows(20, 3).map(({ promptTokens }, row) => {
  const completionTokens = Array.from({ length: 1 + ((row * 5) % 17) }, (_, index) => 3 + ((row * 31 + index * 7) % 90));
  return {
    promptTokens,
    completionTokens,
    weights: completionTokens.map((_, index) => (index === 2 ? 0 : 1)),
    samplerLogProbs: completionTokens.map((_, index) => -5.3 + (index % 3) * 0.1),
    advantage: (row % 5) - 2,
  };
});

const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe("forwardBackward", () => {
  test("reports what an independent float64 forward pass gives", async () => {
    await engine.createModel("m", 11);
    const report = await engine.forwardBackward("m", DATA, PPO);
    const weights = new Map([...initialParameters(SMALL_MODEL, 11)].map(([name, values]) => [name, Float64Array.from(values)]));
    const { loss, logProbs } = referenceLoss(SMALL_MODEL, weights, DATA, PPO);
    const differences = DATA.flatMap((datum, row) =>
      datum.weights.flatMap((weight, index) =>
        weight === 0 ? [] : [(logProbs[row]?.[index] ?? 0) - (datum.samplerLogProbs?.[index] ?? 0)],
      ),
    );
    expect(report.tokens).toBe(differences.length);
    expect(report.loss).toBeCloseTo(loss, 5);
    expect(report.klToSampler).toBeCloseTo(mean(differences.map((difference) => Math.exp(difference) - 1 - difference)), 5);
    expect(report.maxLogProbGap).toBeCloseTo(Math.max(...differences.map(Math.abs)), 4);
    expect(report.clipFraction).toBeCloseTo(mean(differences.map((difference) => Number(Math.abs(Math.exp(difference) - 1) > 0.1))), 5);
    expect(report.clipFraction).toBeGreaterThan(0);
    expect(report.entropy).toBeGreaterThan(5);
  });

  test("adds up: halves weighed by scale make the update of the whole", async () => {
    const adam = { learningRate: 1e-3, beta1: 0, beta2: 0, eps: 1, weightDecay: 0, maxGradNorm: 0 };
    const constant: LossSpec = { name: "importance_sampling", lengthNorm: "constant" };
    await engine.createModel("whole", 4);
    await engine.forwardBackward("whole", DATA, constant);
    const whole = await engine.optimStep("whole", adam);
    await engine.createModel("halves", 4);
    await engine.forwardBackward("halves", DATA.slice(0, 10), { ...constant, scale: 0.5 });
    await engine.forwardBackward("halves", DATA.slice(10), { ...constant, scale: 0.5 });
    const halves = await engine.optimStep("halves", adam);
    expect(halves.gradNorm / whole.gradNorm).toBeCloseTo(1, 4);
  });

  test("names the datum and the array that is wrong", async () => {
    await engine.createModel("m", 1);
    const [datum] = DATA as [Datum];
    const refusal = (changed: Partial<Datum>, loss: LossSpec = PPO) =>
      expect(engine.forwardBackward("m", [DATA[1] as Datum, { ...datum, ...changed }], loss)).rejects;
    await expect(engine.forwardBackward("m", [], PPO)).rejects.toThrow("at least one datum");
    await refusal({ weights: [1, 1] }).toThrow("datum 1 has 2 weights for 1 completion tokens");
    await refusal({ samplerLogProbs: [] }).toThrow("datum 1 has 0 samplerLogProbs for 1 completion tokens");
    await refusal({}, { ...PPO, klWeight: 1 }).toThrow("datum 0 lacks referenceLogProbs, which this ppo loss needs");
    await refusal({ completionTokens: [] }).toThrow("completion of datum 1 is empty");
    await refusal({ promptTokens: [5000] }).toThrow("prompt of datum 1 has token 5000, outside the vocabulary");
    await refusal({ weights: [Number.NaN] }).toThrow("datum 1 has a weight that is not a number");
    const { advantage: _, ...without } = datum;
    await expect(engine.forwardBackward("m", [without], PPO)).rejects.toThrow("datum 0 lacks an advantage");
    await expect(engine.forwardBackward("m", [{ ...datum, weights: [0] }], PPO)).rejects.toThrow("no token of any datum counts");
  });
});

describe("logProbs", () => {
  test("are those of an independent float64 forward pass, row by row, and leave no gradient behind", async () => {
    await engine.createModel("m", 11);
    const found = await engine.logProbs("m", DATA);
    const weights = new Map([...initialParameters(SMALL_MODEL, 11)].map(([name, values]) => [name, Float64Array.from(values)]));
    const { logProbs } = referenceLoss(SMALL_MODEL, weights, DATA, PPO);
    expect(found.map((row) => row.length)).toEqual(DATA.map((datum) => datum.completionTokens.length));
    found.forEach((row, index) => row.forEach((value, at) => expect(value).toBeCloseTo(logProbs[index]?.[at] ?? Number.NaN, 5)));
    await expect(engine.optimStep("m", { learningRate: 1, beta1: 0, beta2: 0, eps: 1, weightDecay: 0, maxGradNorm: 0 })).rejects.toThrow(
      "no gradient",
    );
  });
});

describe("length normalisation", () => {
  const rows = [{ weights: [1, 1, 1] }, { weights: [1, 0] }].map(({ weights }) => ({
    promptTokens: [1],
    completionTokens: weights.map(() => 1),
    weights,
  }));
  const of = (lengthNorm: LossSpec["lengthNorm"]) => tokenCoefficients(rows, { name: "cross_entropy", lengthNorm }, 10);

  test("by token weighs every counted token alike", () =>
    expect(of("token")).toEqual([
      [0.25, 0.25, 0.25],
      [0.25, 0],
    ]));
  test("by sequence weighs every row alike", () =>
    expect(of("sequence")).toEqual([
      [1 / 6, 1 / 6, 1 / 6],
      [0.5, 0],
    ]));
  test("by prompt weighs every group alike, and every token inside one", () => {
    const grouped = [...rows, ...rows.slice(1)].map((row, at) => ({ ...row, group: at < 2 ? 0 : 1 }));
    expect(tokenCoefficients(grouped, { name: "cross_entropy", lengthNorm: "prompt" }, 10)).toEqual([
      [1 / 8, 1 / 8, 1 / 8],
      [1 / 8, 0],
      [1 / 2, 0],
    ]);
  });
  test("by a constant divides by rows times the longest completion", () =>
    expect(of("constant")).toEqual([
      [0.05, 0.05, 0.05],
      [0.05, 0],
    ]));
});
