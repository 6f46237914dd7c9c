// Owns: AdamW against a worked example, clipping, and refusing what is not finite. Must not know: graphs.
import { describe, expect, test } from "vitest";
import { adamStep } from "@gradus/worker/policy/embedded/adam";
import type { AdamState } from "@gradus/worker/policy/embedded/adam";
import { NonFiniteUpdate } from "@gradus/worker/policy/policy-engine";
import { openSmallEngine, promptRows } from "../../testkit/policy/small-engine.ts";

const SPECS = [
  { name: "w", shape: [2, 1], init: { constant: 0 }, decays: true },
  { name: "b", shape: [1], init: { constant: 0 }, decays: false },
] as const;
const ADAM = { learningRate: 0.1, beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0, maxGradNorm: 0 };
const FRESH: AdamState = { step: 0, moments: null };
const arrays = (w: number[], b: number[]) =>
  new Map([
    ["w", Float32Array.from(w)],
    ["b", Float32Array.from(b)],
  ]);

describe("an AdamW step", () => {
  test("moves every weight by the learning rate at first, against its gradient's sign", () => {
    const weights = arrays([1, 1], [1]);
    const { gradNorm } = adamStep(SPECS, weights, arrays([3, -4], [0]), FRESH, ADAM);
    expect(gradNorm).toBe(5);
    expect(weights.get("w")?.[0]).toBeCloseTo(0.9, 6);
    expect(weights.get("w")?.[1]).toBeCloseTo(1.1, 6);
    expect(weights.get("b")?.[0]).toBe(1);
  });

  test("follows the recurrence of Kingma and Ba over three steps", () => {
    // Computed by hand from m = .9m + .1g, v = .999v + .001g2 with gradients 1, -2, 0.5: m = .1, -.11, -.049; v = .001, .004999, .005244001.
    const expected = [
      0.1 / 0.1 / Math.sqrt(0.001 / 0.001),
      -0.11 / 0.19 / Math.sqrt(0.004999 / 0.001999),
      -0.049 / 0.271 / Math.sqrt(0.005244001 / 0.002997001),
    ];
    const weights = arrays([0, 0], [0]);
    let state = FRESH;
    let place = 0;
    [1, -2, 0.5].forEach((gradient, index) => {
      ({ state } = adamStep(SPECS, weights, arrays([gradient, 0], [0]), state, ADAM));
      place -= 0.1 * (expected[index] ?? Number.NaN);
      expect(weights.get("w")?.[0]).toBeCloseTo(place, 5);
    });
    expect(state.step).toBe(3);
  });

  test("decays matrices and not biases, apart from the gradient", () => {
    const weights = arrays([2, 0], [2]);
    adamStep(SPECS, weights, arrays([0, 0], [0]), FRESH, { ...ADAM, weightDecay: 0.5 });
    expect(weights.get("w")?.[0]).toBeCloseTo(1.9, 6);
    expect(weights.get("b")?.[0]).toBe(2);
  });

  test("clips by the global norm and reports the norm before it", () => {
    const [loose, tight] = [arrays([0, 0], [0]), arrays([0, 0], [0])];
    const sgdLike = { ...ADAM, beta1: 0, beta2: 0, eps: 1e6, learningRate: 1e6 };
    adamStep(SPECS, loose, arrays([3, 4], [0]), FRESH, sgdLike);
    const { gradNorm } = adamStep(SPECS, tight, arrays([3, 4], [0]), FRESH, { ...sgdLike, maxGradNorm: 1 });
    expect(gradNorm).toBe(5);
    expect((tight.get("w")?.[0] ?? 0) / (loose.get("w")?.[0] ?? 0)).toBeCloseTo(0.2, 4);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY])("refuses a gradient of %d and changes nothing", (bad) => {
    const weights = arrays([1, 2], [3]);
    expect(() => adamStep(SPECS, weights, arrays([bad, 0], [0]), FRESH, ADAM)).toThrow(NonFiniteUpdate);
    expect(weights).toEqual(arrays([1, 2], [3]));
  });
});

describe("the engine", () => {
  test("refuses an update from a loss that is not finite, keeps its weights, and learns on", async () => {
    const engine = await openSmallEngine();
    await engine.createModel("m", 1);
    const before = await engine.saveState("m");
    const [row] = promptRows(1, 1);
    const datum = { promptTokens: row?.promptTokens ?? [], completionTokens: [5], weights: [1], samplerLogProbs: [-1e6], advantage: -1 };
    const report = await engine.forwardBackward("m", [datum], { name: "importance_sampling", lengthNorm: "token" });
    expect(Number.isFinite(report.loss)).toBe(false);
    const refused = await engine.optimStep("m", ADAM).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(NonFiniteUpdate);
    expect(await engine.saveState("m")).toEqual(before);
    await engine.forwardBackward("m", [{ ...datum, samplerLogProbs: [-5] }], { name: "importance_sampling", lengthNorm: "token" });
    await engine.optimStep("m", ADAM);
    expect(await engine.saveState("m")).not.toEqual(before);
    await expect(engine.optimStep("m", ADAM)).rejects.toThrow("no gradient to apply");
    await engine.close();
  });
});
