// What a dry run reckons of memory and time, beside what others have published of the same models and cards, and arithmetic by hand.
import { stepTokensLines } from "@gradus/cli/view/step-tokens-text";
import {
  ASSUMED,
  cacheBytesOf,
  KNOWN_CARDS,
  KNOWN_MODELS,
  loraParametersOf,
  parametersOf,
  stepMemory,
  stepSeconds,
} from "@gradus/domain/step-estimate";
import type { Card, DecoderShape } from "@gradus/domain/step-estimate";
import { resolveExperiment } from "@gradus/api/commands/resolve-experiment";
import { expect, test } from "vitest";

test.each([
  // Total and without the embedding, in billions: the model cards.
  ["Qwen/Qwen3-0.6B", 0.6, 0.44],
  ["Qwen/Qwen3-1.7B", 1.7, 1.4],
  ["Qwen/Qwen3-4B", 4.0, 3.6],
  ["Qwen/Qwen3-8B", 8.2, 6.95],
])("%s has as many parameters as its card says", (name, all, inBlocks) => {
  const found = parametersOf(KNOWN_MODELS[name] as DecoderShape);
  expect(Math.abs(found.all / 1e9 - all)).toBeLessThan(0.03);
  expect(Math.abs(found.inBlocks / 1e9 - inBlocks)).toBeLessThan(0.04);
});

/** One block, every number different. */
const SMALL: DecoderShape = { layers: 1, hidden: 8, heads: 3, kvHeads: 1, headDim: 4, intermediate: 20, vocabulary: 50, isTied: false };

test("parameters, adapters and caches of a small shape are those that one counts by hand", () => {
  // q 8x12, k and v 8x4, o 12x8, gate and up 8x20, down 20x8; norms 8 + 8 + 4 + 4, and 8 at the end; embedding and head 50x8.
  const linear = 8 * 12 + 2 * 8 * 4 + 12 * 8 + 3 * 8 * 20;
  expect(parametersOf(SMALL)).toEqual({ inBlocks: linear + 24 + 8, all: linear + 24 + 8 + 2 * 400 });
  expect(loraParametersOf(SMALL, 2)).toBe(2 * (20 + 12 + 12 + 20 + 28 + 28 + 28));
  expect(cacheBytesOf(SMALL)).toBe(2 * 1 * 4 * 2);
  expect(stepMemory(SMALL, { completions: 3, maxTokens: 10 })).toMatchObject({
    cacheOfOne: 160,
    cacheOfAll: 480,
    activationsOfOne: 10 * (16 + 400),
  });
});

test("Qwen3-8B keeps 144 KiB of keys and values a token", () => {
  expect(cacheBytesOf(KNOWN_MODELS["Qwen/Qwen3-8B"] as DecoderShape)).toBe(144 * 1_024);
});

test("time follows from what is read and multiplied, twice as long for twice as much, and no room is said", () => {
  const shape = KNOWN_MODELS["Qwen/Qwen3-8B"] as DecoderShape;
  const h100 = KNOWN_CARDS["h100"] as Card;
  const few = stepSeconds(shape, h100, { completions: 1, trainedOn: 1, maxTokens: 1_000 });
  // One completion alone: the weights are read once a token.
  const weights = parametersOf(shape).all * 2;
  expect(few.sample).toBeCloseTo((1_000 * (weights + (1_000 * 144 * 1_024) / 2)) / (3.35e12 * ASSUMED.bandwidthShare), 6);
  expect(few.update).toBeCloseTo((6 * parametersOf(shape).all * 1_000) / (989e12 * ASSUMED.trainFlopsShare), 6);
  const crowd = { completions: 4_096, trainedOn: 4_096, maxTokens: 4_096 };
  const many = stepSeconds(shape, h100, crowd);
  expect(many.atATime).toBeGreaterThan(32);
  expect(many.atATime).toBeLessThan(128);
  expect(stepSeconds(shape, h100, { ...crowd, completions: 8_192 }).sample).toBeCloseTo(2 * many.sample, 3);
  expect(stepSeconds(shape, { ...h100, memory: 16e9 }, crowd)).toMatchObject({ atATime: 0, sample: Infinity });
});

const lines = (policy: object): string =>
  stepTokensLines(
    resolveExperiment(
      JSON.stringify({
        name: "x",
        seeds: [1],
        policy,
        training: { sampling: { maxTokens: 4_096 } },
        arms: [{ name: "a", curriculum: "uniform" }],
      }),
    ).specification,
  ).join("\n");

test("a dry run says memory and seconds where the file names model and card, and what it cannot say where it does not", () => {
  const told = lines({ engine: "tinker", baseModel: "Qwen/Qwen3-4B", placement: { gpu: ["h100", "h200"] } });
  expect(told).toMatch(/memory: Qwen\/Qwen3-4B has 4\.02 billion parameters, 8\.0 GB in bfloat16/);
  expect(told).toMatch(/seconds on one h100, .*sampling about [\d,.]+ s .*updating about [\d,.]+ s/);
  expect(told).toMatch(/seconds on one h200/);
  expect(told).toMatch(/not estimated: tokens of prompts/);
  expect(lines({ engine: "tinker" })).toMatch(/memory and seconds are not estimated: the file names no policy.baseModel \(known: Qwen/);
  expect(lines({ engine: "tinker", baseModel: "other/model" })).toMatch(/the shape of other\/model is not known here/);
  expect(lines({ engine: "tinker", baseModel: "Qwen/Qwen3-8B" })).toMatch(
    /memory: .*\n.*seconds are not estimated: the file names no card/,
  );
  expect(lines({ engine: "tinker", baseModel: "Qwen/Qwen3-8B", placement: { gpu: "l4" } })).toMatch(/seconds on l4 are not estimated/);
  expect(lines({})).toMatch(/^a: a step samples 64 completions .*\n.*npm run bench -- step/);
});
