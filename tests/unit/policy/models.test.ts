// Owns: that one engine serves models of several sizes, each from its own checkpoint. Must not know: sizes' speed.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PolicyModel } from "@gradus/domain/policy-model";
import type { EmbeddedEngine } from "@gradus/worker/policy/embedded/embedded-engine";
import { decodeSafetensors, encodeSafetensors } from "@gradus/worker/policy/embedded/safetensors";
import { FREE_SAMPLING, openSmallEngine, promptRows } from "../../testkit/policy/small-engine.ts";

const OTHER = PolicyModel.parse({
  width: 16,
  layers: 1,
  heads: 2,
  hidden: 32,
  positions: "learned",
  promptBuckets: [20],
  completionBuckets: [8, 16],
});
const ADAM = { learningRate: 1e-2, beta1: 0.9, beta2: 0.99, eps: 1e-8, weightDecay: 0, maxGradNorm: 1 };
let engine: EmbeddedEngine;

async function update(modelId: string): Promise<void> {
  const data = promptRows(6, 2).map(({ promptTokens }, index) => ({ promptTokens, completionTokens: [index + 5, 2], weights: [1, 1] }));
  await engine.forwardBackward(modelId, data, { name: "cross_entropy", lengthNorm: "token" });
  await engine.optimStep(modelId, ADAM);
}

beforeAll(async () => {
  engine = await openSmallEngine();
});
afterAll(() => engine.close());

describe("an engine with models of several sizes", () => {
  test("samples and trains each as if it were alone", async () => {
    await engine.createModel("own", 1);
    await engine.createModel("other", 1, OTHER);
    const [own, other] = [
      await engine.sample("own", promptRows(4, 2), FREE_SAMPLING),
      await engine.sample("other", promptRows(4, 2), FREE_SAMPLING),
    ];
    expect(other).not.toEqual(own);
    await update("other");
    expect(await engine.sample("own", promptRows(4, 2), FREE_SAMPLING)).toEqual(own);
    await engine.unloadModel("other");
    await expect(engine.sample("other", promptRows(1, 1), FREE_SAMPLING)).rejects.toThrow("not loaded");
    expect(await engine.sample("own", promptRows(4, 2), FREE_SAMPLING)).toEqual(own);
  });

  test("finds a checkpoint's size in the checkpoint, in an engine that never heard of it", async () => {
    await engine.createModel("other", 7, OTHER);
    await update("other");
    const saved = await engine.saveState("other");
    const fresh = await openSmallEngine();
    await fresh.loadState("copy", saved);
    expect(await fresh.saveState("copy")).toEqual(saved);
    expect(await fresh.sample("copy", promptRows(5, 1), FREE_SAMPLING)).toEqual(
      await engine.sample("other", promptRows(5, 1), FREE_SAMPLING),
    );
    await expect(fresh.sample("copy", promptRows(1, 1), { ...FREE_SAMPLING, maxTokens: 17 })).rejects.toThrow("expected 1 to 16");
    await fresh.close();
  });

  test("names a preset's size, and refuses one that makes no model", async () => {
    await engine.createModel("tiny", 1, "tiny");
    expect((await engine.sample("tiny", promptRows(1, 1), FREE_SAMPLING))[0]?.tokens).toHaveLength(12);
    expect(PolicyModel.safeParse("huge").success).toBe(false);
    expect(PolicyModel.safeParse({ width: 30, layers: 1, heads: 4, hidden: 8 }).success).toBe(false);
    const { metadata, tensors } = decodeSafetensors(await engine.saveState("tiny"));
    const bent = encodeSafetensors({ metadata: { ...metadata, lengths: '{"promptBuckets":[]}' }, tensors });
    await expect(engine.loadState("bent", bent)).rejects.toThrow("checkpoint describes no model");
  });
});
