// Owns: what a checkpoint keeps, and what a broken one is called. Must not know: where checkpoints are stored.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { EmbeddedEngine } from "@gradus/worker/policy/embedded/embedded-engine";
import { decodeSafetensors, encodeSafetensors } from "@gradus/worker/policy/embedded/safetensors";
import type { Datum } from "@gradus/worker/policy/policy-engine";
import { FREE_SAMPLING, openSmallEngine, promptRows } from "../../testkit/policy/small-engine.ts";

let engine: EmbeddedEngine;
const ADAM = { learningRate: 1e-2, beta1: 0.9, beta2: 0.99, eps: 1e-8, weightDecay: 0.01, maxGradNorm: 1 };
const DATA: Datum[] = promptRows(6, 2).map(({ promptTokens }, index) => ({
  promptTokens,
  completionTokens: [index + 5, 2],
  weights: [1, 1],
}));

async function update(modelId: string): Promise<void> {
  await engine.forwardBackward(modelId, DATA, { name: "cross_entropy", lengthNorm: "token" });
  await engine.optimStep(modelId, ADAM);
}

beforeAll(async () => {
  engine = await openSmallEngine();
});
afterAll(() => engine.close());

describe("a checkpoint", () => {
  test("goes on exactly where it was taken, moments and step count included", async () => {
    await engine.createModel("a", 1);
    await update("a");
    await update("a");
    const saved = await engine.saveState("a");
    await engine.loadState("b", saved);
    expect(await engine.saveState("b")).toEqual(saved);
    await update("a");
    await update("b");
    expect(await engine.saveState("b")).toEqual(await engine.saveState("a"));
  });

  test("of the same seed and updates is the same bytes, of another seed it is not", async () => {
    for (const [modelId, seed] of [
      ["one", 9],
      ["two", 9],
      ["three", 10],
    ] as const) {
      await engine.createModel(modelId, seed);
      await update(modelId);
    }
    const [one, two, three] = await Promise.all(["one", "two", "three"].map((modelId) => engine.saveState(modelId)));
    expect(two).toEqual(one);
    expect(three).not.toEqual(one);
  });

  test("without the optimiser is a third of the size and samples the same", async () => {
    await engine.createModel("warm", 2);
    await update("warm");
    const whole = await engine.saveState("warm");
    const before = await engine.sample("warm", promptRows(4, 2), FREE_SAMPLING);
    await engine.resetOptimizer("warm");
    const light = await engine.saveState("warm");
    expect(light.length / whole.length).toBeCloseTo(1 / 3, 1);
    await engine.loadState("light", light);
    expect(await engine.sample("light", promptRows(4, 2), FREE_SAMPLING)).toEqual(before);
  });
});

const broken = async (change: (bytes: Buffer) => Uint8Array): Promise<string> => {
  await engine.createModel("source", 3);
  const bytes = Buffer.from(await engine.saveState("source"));
  await engine.createModel("target", 4);
  const failure = await engine.loadState("target", change(bytes)).catch((error: unknown) => error);
  expect(engine.hasModel("target")).toBe(false);
  await expect(engine.sample("target", promptRows(1, 1), FREE_SAMPLING)).rejects.toThrow("not loaded");
  return failure instanceof Error ? failure.message : "loaded";
};
const remade = (change: (metadata: Record<string, string>) => Record<string, string>) => (bytes: Buffer) => {
  const { metadata, tensors } = decodeSafetensors(bytes);
  return encodeSafetensors({ metadata: change({ ...metadata }), tensors });
};

describe("loading", () => {
  test.each([
    ["an empty file", () => Buffer.alloc(0), "checkpoint is 0 bytes long"],
    ["a cut header", (bytes: Buffer) => bytes.subarray(0, 100), "checkpoint is truncated: header of"],
    ["a cut tensor", (bytes: Buffer) => bytes.subarray(0, -4), "checkpoint is truncated: tensor head"],
    ["extra bytes", (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(8)]), "8 bytes after its last tensor"],
    ["another kind of file", () => Buffer.from("PK\u0003\u0004 this is a zip, honest"), "checkpoint is not safetensors"],
    [
      "one flipped bit",
      (bytes: Buffer) => (bytes.writeUInt8(bytes.readUInt8(bytes.length - 9) ^ 1, bytes.length - 9), bytes),
      "checkpoint is altered",
    ],
    ["another vocabulary", remade((m) => ({ ...m, vocabularyHash: "abc" })), "checkpoint vocabulary (hash) is abc, this engine has"],
    ["another model", remade((m) => ({ ...m, architecture: "{}" })), "checkpoint model is {}, this engine has"],
    ["another format", remade((m) => ({ ...m, format: "pt" })), "checkpoint format is pt"],
  ])("%s says what is wrong and leaves no model", async (_what, change, message) => {
    expect(await broken(change)).toContain(message);
  });
});

describe("the safetensors file", () => {
  test("has the bytes that the format's description gives", () => {
    const bytes = encodeSafetensors({
      metadata: { b: "2", a: "1" },
      tensors: [{ name: "t", shape: [1, 2], values: Float32Array.of(1, -2) }],
    });
    const header = '{"__metadata__":{"a":"1","b":"2"},"t":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}'.padEnd(96);
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(96n);
    expect(Buffer.from(bytes)).toEqual(Buffer.concat([length, Buffer.from(header), Buffer.from("0000803f000000c0", "hex")]));
  });
});
