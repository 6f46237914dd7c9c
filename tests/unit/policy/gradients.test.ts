// Owns: proof that the engine's gradients are the derivatives of an independent float64 forward pass. Must not know: float32.
import { stream } from "@gradus/domain/random";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { lossKind, tokenCoefficients, clipBounds } from "@gradus/worker/policy/embedded/losses";
import { maxCompletionTokens } from "@gradus/worker/policy/embedded/model-spec";
import type { ModelSpec } from "@gradus/worker/policy/embedded/model-spec";
import { lanesOf, promptPartLength } from "@gradus/worker/policy/embedded/pack";
import { initialParameters, parameterSpecs } from "@gradus/worker/policy/embedded/parameters";
import { TrainingBatch } from "@gradus/worker/policy/embedded/training-batch";
import { encodeTrainingGraph, gradientName } from "@gradus/worker/policy/embedded/training-graph";
import type { Datum, LossSpec } from "@gradus/worker/policy/policy-engine";
import { referenceLoss } from "../../testkit/policy/reference-gpt.ts";
import type { Weights } from "../../testkit/policy/reference-gpt.ts";
import { tinyData, tinyModel } from "../../testkit/policy/tiny-model.ts";

/** Initial values plus noise, so that no gain is 1 and no bias is 0. */
function noisyWeights(spec: ModelSpec, seed: number): Map<string, Float64Array> {
  const random = stream(`noise/${seed}`);
  return new Map(
    [...initialParameters(spec, seed)].map(([name, values]) => [name, Float64Array.from(values, (value) => value + 0.2 * random.normal())]),
  );
}

/** Loss and gradients from the ONNX graph in float64. */
async function engineGradients(spec: ModelSpec, weights: Weights, data: readonly Datum[], loss: LossSpec) {
  const shape = {
    prompts: 2,
    samples: 2,
    promptLength: promptPartLength(spec.promptBuckets[0] ?? 0),
    completionLength: maxCompletionTokens(spec),
  };
  const batch = new TrainingBatch(shape);
  const lanes = lanesOf(
    data.map((datum) => datum.promptTokens),
    2,
  );
  batch.fill(lanes, data, tokenCoefficients(data, loss, maxCompletionTokens(spec)));
  const session = await InferenceSession.create(encodeTrainingGraph(spec, shape, lossKind(loss), "float64"), {
    intraOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  const { low, high } = clipBounds(loss);
  const scalars = { clipLow: low, clipHigh: high, entropyBonus: loss.entropyBonus ?? 0, klWeight: loss.klWeight ?? 0 };
  const feeds: Record<string, Tensor> = {};
  for (const name of session.inputNames) {
    const fed = batch.feeds[name];
    if (fed !== undefined)
      feeds[name] = fed.data instanceof Float32Array ? new Tensor("float64", Float64Array.from(fed.data), fed.dims) : fed;
    else if (name in scalars) feeds[name] = new Tensor("float64", [scalars[name as keyof typeof scalars]], []);
    else
      feeds[name] = new Tensor(
        "float64",
        weights.get(name) as Float64Array,
        parameterSpecs(spec).find((each) => each.name === name)?.shape ?? [],
      );
  }
  const results = await session.run(feeds);
  await session.release();
  const numbers = (name: string): Float64Array => results[name]?.data as Float64Array;
  return { loss: numbers("loss")[0] as number, gradients: new Map([...weights.keys()].map((name) => [name, numbers(gradientName(name))])) };
}

/** Central differences of the reference loss over every parameter. */
function numericGradients(
  spec: ModelSpec,
  weights: Map<string, Float64Array>,
  data: readonly Datum[],
  loss: LossSpec,
): Map<string, Float64Array> {
  const frozen = referenceLoss(spec, weights, data, loss).ratios;
  const step = 1e-5;
  const value = (): number => referenceLoss(spec, weights, data, loss, frozen).loss;
  return new Map(
    [...weights].map(([name, values]) => [
      name,
      values.map((original, index) => {
        values[index] = original + step;
        const above = value();
        values[index] = original - step;
        const below = value();
        values[index] = original;
        return (above - below) / (2 * step);
      }),
    ]),
  );
}

function relativeError(found: ReadonlyMap<string, Float64Array>, wanted: ReadonlyMap<string, Float64Array>): number {
  let [difference, size] = [0, 0];
  for (const [name, values] of wanted) {
    values.forEach((value, index) => {
      difference += (value - ((found.get(name) as Float64Array)[index] as number)) ** 2;
      size += value ** 2;
    });
  }
  return Math.sqrt(difference / size);
}

const CASES: readonly [ModelSpec["positions"], LossSpec][] = [
  ["learned", { name: "cross_entropy", lengthNorm: "token" }],
  ["rotary", { name: "cross_entropy", lengthNorm: "sequence" }],
  ["rotary", { name: "importance_sampling", lengthNorm: "token" }],
  ["learned", { name: "importance_sampling", lengthNorm: "constant" }],
  ["rotary", { name: "ppo", lengthNorm: "token" }],
  ["rotary", { name: "ppo", lengthNorm: "sequence", clipLow: 0.5, clipHigh: 1.05 }],
  ["rotary", { name: "cispo", lengthNorm: "token" }],
  ["learned", { name: "cispo", lengthNorm: "constant", clipLow: 0, clipHigh: 2 }],
  ["rotary", { name: "importance_sampling", lengthNorm: "token", entropyBonus: 0.3 }],
  ["rotary", { name: "ppo", lengthNorm: "token", klWeight: 0.7 }],
  ["learned", { name: "cispo", lengthNorm: "sequence", entropyBonus: 0.1, klWeight: 0.2, scale: 0.5 }],
];

describe("the training graph", () => {
  test.each(CASES)(
    "with %s positions and %o has the reference's loss, and gradients within 1e-6 of central differences",
    async (positions, loss) => {
      // Two layers where the loss is simplest: depth is the same for all losses.
      const spec = tinyModel(positions, loss.name === "cross_entropy" ? 2 : 1);
      const weights = noisyWeights(spec, 3);
      const data = tinyData("gradients");
      const scale = loss.scale ?? 1;
      const engine = await engineGradients(spec, weights, data, loss);
      expect(engine.loss / scale).toBeCloseTo(referenceLoss(spec, weights, data, loss).loss, 6);
      const numeric = numericGradients(spec, weights, data, loss);
      const scaled = new Map([...engine.gradients].map(([name, values]) => [name, values.map((value) => value / scale)]));
      expect(relativeError(scaled, numeric)).toBeLessThan(1e-6);
    },
  );

  test("has data on both sides of the clip, so that the clipped cases above mean something", () => {
    const spec = tinyModel("rotary");
    const { ratios } = referenceLoss(spec, noisyWeights(spec, 3), tinyData("gradients"), { name: "ppo", lengthNorm: "token" });
    const clipped = ratios.flat().filter((ratio) => ratio === 0.8 || ratio === 1.2);
    expect(clipped.length).toBeGreaterThan(0);
    expect(clipped.length).toBeLessThan(ratios.flat().length);
  });
});
