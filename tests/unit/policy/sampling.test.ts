// Owns: what a row's tokens depend on, and that sampler and trainer mean the same probabilities. Must not know: how batches are packed.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { EmbeddedEngine } from "@gradus/worker/policy/embedded/embedded-engine";
import type { SampleRow } from "@gradus/worker/policy/policy-engine";
import { FREE_SAMPLING, openSmallEngine, promptRows } from "../../testkit/policy/small-engine.ts";

let engine: EmbeddedEngine;
const ADAM = { learningRate: 3e-3, beta1: 0.9, beta2: 0.99, eps: 1e-8, weightDecay: 0, maxGradNorm: 1 };

beforeAll(async () => {
  engine = await openSmallEngine();
  await engine.createModel("m", 5);
  // A few updates make the distribution uneven, so that equality below is not equality of near-uniform noise.
  for (let step = 0; step < 5; step += 1) {
    const data = promptRows(16, 4).map((row) => ({
      promptTokens: row.promptTokens,
      completionTokens: [5, 9, 5, 2],
      weights: [1, 1, 1, 1],
    }));
    await engine.forwardBackward("m", data, { name: "cross_entropy", lengthNorm: "token" });
    await engine.optimStep("m", ADAM);
  }
});
afterAll(() => engine.close());

const sampleAll = (rows: readonly SampleRow[]) => engine.sample("m", rows, FREE_SAMPLING);

describe("a row's tokens and log-probabilities", () => {
  test("are the same bits alone, in another order, and among other neighbours", async () => {
    const rows = promptRows(70, 8);
    const together = await sampleAll(rows);
    const reversed = await sampleAll(rows.toReversed());
    expect(reversed.toReversed()).toEqual(together);
    const row = rows[21] as SampleRow;
    expect(await sampleAll([row])).toEqual([together[21]]);
    const strangers = promptRows(40, 1).map(({ promptTokens }, index) => ({ promptTokens, stream: `stranger/${index}` }));
    for (const place of [0, 3, 17, 39]) {
      const mixed = await sampleAll(strangers.with(place, row));
      expect(mixed[place]).toEqual(together[21]);
    }
  });

  test("of the missing rows of a group are those that the whole group would have had", async () => {
    const group = promptRows(8, 8);
    const whole = await sampleAll(group);
    expect(await sampleAll([group[2] as SampleRow, group[7] as SampleRow])).toEqual([whole[2], whole[7]]);
  });

  test("are the same in another engine process from the same seed and updates", async () => {
    const other = await openSmallEngine();
    await other.loadState("copy", await engine.saveState("m"));
    expect(await other.sample("copy", promptRows(9, 3), FREE_SAMPLING)).toEqual(await sampleAll(promptRows(9, 3)));
    await other.close();
  });

  test("differ between streams", async () => {
    const [first, second] = await sampleAll(promptRows(2, 2));
    expect(first?.tokens).not.toEqual(second?.tokens);
  });
});

describe("sampling", () => {
  test("gives the trainer's log-probabilities to 1e-4", async () => {
    const rows = promptRows(24, 4);
    const samples = await engine.sample("m", rows, { ...FREE_SAMPLING, maxTokens: 24, temperature: 0.7, topP: 0.9 });
    const data = samples.map((sample, index) => ({
      promptTokens: rows[index]?.promptTokens ?? [],
      completionTokens: sample.tokens,
      weights: sample.tokens.map(() => 1),
      samplerLogProbs: sample.logProbs,
      advantage: 1,
    }));
    const report = await engine.forwardBackward("m", data, { name: "importance_sampling", lengthNorm: "token" });
    await engine.resetOptimizer("m");
    expect(report.tokens).toBe(24 * 24);
    expect(report.maxLogProbGap).toBeLessThan(1e-4);
    expect(report.klToSampler).toBeLessThan(1e-8);
    expect(report.loss).toBeCloseTo(-1, 4);
  });

  test("ends with the first stop token, which is included", async () => {
    const samples = await engine.sample("m", promptRows(32, 4), { ...FREE_SAMPLING, stopTokens: [5, 9] });
    const stopped = samples.filter((sample) => sample.finishReason === "stop");
    expect(stopped.length).toBeGreaterThan(0);
    for (const { tokens, logProbs, finishReason } of samples) {
      expect(logProbs).toHaveLength(tokens.length);
      const place = tokens.findIndex((token) => token === 5 || token === 9);
      expect(place).toBe(finishReason === "stop" ? tokens.length - 1 : -1);
    }
  });

  test("ends with the token that completes a stop string, and changes no other row", async () => {
    const free = await engine.sample("m", promptRows(32, 4), FREE_SAMPLING);
    const text = (tokens: readonly number[]): string => engine.tokenizer.decode(tokens);
    // Two characters that some row wrote across two tokens.
    const stop = free.map(({ tokens }) => text(tokens.slice(2, 4)).slice(0, 2)).find((found) => found.length === 2) ?? "";
    const stopped = await engine.sample("m", promptRows(32, 4), { ...FREE_SAMPLING, stopStrings: [stop] });
    for (const [row, sample] of stopped.entries()) {
      const whole = free[row]?.tokens ?? [];
      const end = whole.findIndex((_, at) => text(whole.slice(0, at + 1)).includes(stop));
      expect(sample.tokens).toEqual(end === -1 ? whole : whole.slice(0, end + 1));
      expect(sample.finishReason).toBe(end === -1 ? "length" : "stop");
    }
    expect(stopped.some(({ finishReason }) => finishReason === "stop")).toBe(true);
  });

  test("at temperature 0 or top-k 1 takes the likeliest token whatever the stream", async () => {
    const greedy = await engine.sample("m", promptRows(4, 4), { ...FREE_SAMPLING, temperature: 0 });
    const narrow = await engine.sample("m", promptRows(4, 4), { ...FREE_SAMPLING, topK: 1 });
    expect(narrow).toEqual(greedy);
    expect(new Set(greedy.map((sample) => sample.tokens.join())).size).toBe(1);
  });

  test("names what is wrong with a request", async () => {
    const [row] = promptRows(1, 1) as [SampleRow];
    await expect(engine.sample("m", [row], { ...FREE_SAMPLING, maxTokens: 25 })).rejects.toThrow("maxTokens is 25, expected 1 to 24");
    await expect(engine.sample("m", [{ ...row, promptTokens: [] }], FREE_SAMPLING)).rejects.toThrow("prompt of row 0 is empty");
    await expect(engine.sample("m", [{ ...row, promptTokens: Array(33).fill(1) }], FREE_SAMPLING)).rejects.toThrow(
      "33 tokens, the engine's limit is 32",
    );
    await expect(engine.sample("m", [{ ...row, promptTokens: [999] }], FREE_SAMPLING)).rejects.toThrow("token 999, outside the vocabulary");
    await expect(engine.sample("other", [row], FREE_SAMPLING)).rejects.toThrow("model other is not loaded");
  });
});
