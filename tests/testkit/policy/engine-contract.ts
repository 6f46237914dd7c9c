// Owns: what every PolicyEngine must do, whatever holds its weights. Must not know: any adapter.
import type { AdamSpec, Datum, LossSpec, PolicyEngine, SampleRow, SamplingSpec } from "@gradus/worker/policy/policy-engine";
import type { PolicyModel } from "@gradus/domain/policy-model";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

export interface EngineSubject {
  readonly engine: PolicyEngine;
  close(): Promise<void>;
}

const FREE: SamplingSpec = { maxTokens: 12, temperature: 1, topP: 1, topK: 0, stopTokens: [] };
export const ADAM: AdamSpec = { learningRate: 3e-3, beta1: 0.9, beta2: 0.95, eps: 1e-8, weightDecay: 0, maxGradNorm: 1 };
const SURE: LossSpec = { name: "importance_sampling", lengthNorm: "token" };

/** Groups of unequal prompts and lengths; the first token of every third row does not count. */
export async function sampledData(engine: PolicyEngine, modelId: string): Promise<Datum[]> {
  const prompts = ["f(1) == 2", "f('ab') == 'ba'", "f([1, 2]) == 3"].map((text) => engine.tokenizer.encode(text));
  const rows = prompts.flatMap((promptTokens, group) =>
    Array.from({ length: 4 }, (_, index) => ({ promptTokens, stream: `data/${group}/${index}` })),
  );
  const samples = await engine.sample(modelId, rows, { ...FREE, stopTokens: [engine.tokenizer.eosToken] });
  return samples.map(({ tokens, logProbs }, row) => {
    const length = Math.max(2, tokens.length - (row % 4));
    return {
      promptTokens: rows[row]?.promptTokens ?? [],
      completionTokens: tokens.slice(0, length),
      weights: tokens.slice(0, length).map((_, index) => (row % 3 === 0 && index === 0 ? 0 : 1)),
      // Not quite the policy's own, so that ratios differ from 1 and some are clipped.
      samplerLogProbs: logProbs.slice(0, length).map((logProb, index) => logProb + ((row + index) % 5) * 0.1 - 0.2),
      advantage: [1, -0.5, 0.25, -0.75][row % 4] ?? 0,
      group: Math.floor(row / 4),
    };
  });
}

const rowsOf = (engine: PolicyEngine, count: number): SampleRow[] =>
  Array.from({ length: count }, (_, index) => ({ promptTokens: engine.tokenizer.encode(`f(${index % 5}) == 1`), stream: `row/${index}` }));

/** Equal where the engine declares itself deterministic; else tokens are, and numbers to the fourth digit: batches of other sizes round otherwise. */
function expectSame(engine: PolicyEngine, actual: readonly number[][], expected: readonly number[][]): void {
  if (engine.capabilities.deterministic) return void expect(actual).toEqual(expected);
  expect(actual.map((row) => row.length)).toEqual(expected.map((row) => row.length));
  actual.forEach((row, at) => row.forEach((value, index) => expect(value).toBeCloseTo(expected[at]?.[index] ?? Number.NaN, 4)));
}

/** The largest difference of two log-probabilities in one place. */
export const apart = (one: readonly (readonly number[])[], other: readonly (readonly number[])[]): number =>
  Math.max(...one.flatMap((row, at) => row.map((value, index) => Math.abs(value - (other[at]?.[index] ?? 0)))));

export interface ContractOptions {
  /** What models are made of; null: the engine has one kind alone. */
  readonly model?: PolicyModel | null;
}

export function policyEngineContract(name: string, open: () => Promise<EngineSubject>, { model = "tiny" }: ContractOptions = {}): void {
  const make = (engine: PolicyEngine, id: string, seed: number): Promise<void> =>
    model === null ? engine.createModel(id, seed) : engine.createModel(id, seed, model);
  describe(name, () => {
    let subject: EngineSubject;
    let engine: PolicyEngine;
    beforeAll(async () => {
      subject = await open();
      engine = subject.engine;
      await make(engine, "m", 7);
    });
    afterAll(() => subject.close());

    test("has the models that were made, until they are unloaded", async () => {
      await make(engine, "short-lived", 1);
      expect(engine.hasModel("short-lived")).toBe(true);
      await engine.unloadModel("short-lived");
      expect(engine.hasModel("short-lived")).toBe(false);
      await expect(engine.sample("short-lived", rowsOf(engine, 1), FREE)).rejects.toThrow(/short-lived/);
    });

    test("samples the same tokens for the same stream, alone or among others, and others for another", async () => {
      const rows = rowsOf(engine, 9);
      const all = await engine.sample("m", rows, FREE);
      const alone = await engine.sample("m", rows.slice(4, 5), FREE);
      expect(alone[0]?.tokens).toEqual(all[4]?.tokens);
      expectSame(engine, [[...(alone[0]?.logProbs ?? [])]], [[...(all[4]?.logProbs ?? [])]]);
      const other = await engine.sample("m", [{ ...(rows[4] as SampleRow), stream: "another" }], FREE);
      expect(other[0]?.tokens).not.toEqual(all[4]?.tokens);
    });

    test("says with a sample the log-probabilities that training computes", async () => {
      const rows = rowsOf(engine, 6);
      const samples = await engine.sample("m", rows, FREE);
      const scored = await engine.logProbs(
        "m",
        samples.map(({ tokens }, row) => ({ promptTokens: rows[row]?.promptTokens ?? [], completionTokens: tokens })),
      );
      samples.forEach(({ logProbs }, row) => logProbs.forEach((logProb, token) => expect(scored[row]?.[token]).toBeCloseTo(logProb, 4)));
    });

    test("ends a sample with the stop token, or with the token that completes a stop text", async () => {
      const [free] = await engine.sample("m", rowsOf(engine, 1), FREE);
      const stop = free?.tokens[3] ?? -1;
      const [stopped] = await engine.sample("m", rowsOf(engine, 1), { ...FREE, stopTokens: [stop] });
      const end = free?.tokens.indexOf(stop) ?? -1;
      expect(stopped).toMatchObject({ tokens: free?.tokens.slice(0, end + 1), finishReason: "stop" });
      expectSame(engine, [[...(stopped?.logProbs ?? [])]], [free?.logProbs.slice(0, end + 1) ?? []]);
      const at = free?.tokens.findIndex((token) => engine.tokenizer.decode([token]) !== "") ?? -1;
      const text = engine.tokenizer.decode([free?.tokens[at] ?? -1]);
      const [cut] = await engine.sample("m", rowsOf(engine, 1), { ...FREE, stopTokens: [engine.tokenizer.eosToken], stopStrings: [text] });
      expect(cut?.finishReason).toBe("stop");
      expect(cut?.tokens.length).toBeLessThanOrEqual(at + 1);
    });

    test("makes credited completions likelier and debited ones less likely", async () => {
      await make(engine, "learns", 3);
      const data = await sampledData(engine, "learns");
      const before = await engine.logProbs("learns", data);
      for (let step = 0; step < 3; step += 1) {
        await engine.forwardBackward("learns", data, SURE);
        const { gradNorm } = await engine.optimStep("learns", ADAM);
        expect(gradNorm).toBeGreaterThan(0);
      }
      const after = await engine.logProbs("learns", data);
      const gain = data.map(({ advantage = 0 }, row) => advantage * (total(after[row]) - total(before[row])));
      expect(gain.reduce((all, value) => all + value, 0)).toBeGreaterThan(0);
    });

    test("samples from the weights that the last update left", async () => {
      await make(engine, "fresh", 5);
      const [row] = rowsOf(engine, 1);
      if (row === undefined) return;
      const greedy = { ...FREE, temperature: 0 };
      const [before] = await engine.sample("fresh", [row], greedy);
      for (let step = 0; step < 8; step += 1) {
        const target = engine.tokenizer.encode("return 12345");
        await engine.forwardBackward(
          "fresh",
          [{ promptTokens: row.promptTokens, completionTokens: target, weights: target.map(() => 1) }],
          { name: "cross_entropy", lengthNorm: "sequence" },
        );
        await engine.optimStep("fresh", { ...ADAM, learningRate: 0.03 });
      }
      const [after] = await engine.sample("fresh", [row], greedy);
      expect(after?.tokens).not.toEqual(before?.tokens);
      const scored = await engine.logProbs("fresh", [{ promptTokens: row.promptTokens, completionTokens: after?.tokens ?? [] }]);
      after?.logProbs.forEach((logProb, token) => expect(scored[0]?.[token]).toBeCloseTo(logProb, 3));
    });

    test("goes on from saved state as if it had never stopped, optimiser included", async () => {
      await make(engine, "saved", 4);
      const data = await sampledData(engine, "saved");
      const step = async (modelId: string): Promise<void> => {
        await engine.forwardBackward(modelId, data, SURE);
        await engine.optimStep(modelId, ADAM);
      };
      await step("saved");
      const bytes = await engine.saveState("saved");
      await step("saved");
      await engine.loadState("restored", bytes);
      expect(apart(await engine.logProbs("restored", data), await engine.logProbs("saved", data))).toBeGreaterThan(1e-3);
      await step("restored");
      expectSame(engine, await engine.logProbs("restored", data), await engine.logProbs("saved", data));
      await engine.loadState("weights only", bytes);
      if (!engine.capabilities.resetsOptimizer)
        return void (await expect(engine.resetOptimizer("weights only")).rejects.toThrow(/optimiser/));
      await engine.resetOptimizer("weights only");
      await step("weights only");
      expect(apart(await engine.logProbs("weights only", data), await engine.logProbs("saved", data))).toBeGreaterThan(1e-3);
    });

    test("takes an update of which no rollout was better than another: nothing is learned, and its report is as true as any", async () => {
      await make(engine, "even", 12);
      await make(engine, "uneven", 12);
      const data = await sampledData(engine, "even");
      const before = await engine.logProbs("even", data);
      const report = await engine.forwardBackward(
        "even",
        data.map((datum) => ({ ...datum, advantage: 0 })),
        SURE,
      );
      const uneven = await engine.forwardBackward("uneven", data, SURE);
      expect(report.loss).toBeCloseTo(0, 6);
      for (const told of ["klToSampler", "maxLogProbGap", "tokens"] as const) expect(report[told], told).toBeCloseTo(uneven[told], 4);
      await engine.optimStep("even", ADAM);
      expectSame(engine, await engine.logProbs("even", data), before);
    });

    test("adds the gradients of several calls before one update, or takes one call alone", async () => {
      const data = await sampledData(engine, "m");
      const half = { ...SURE, lengthNorm: "sequence", scale: 0.5 } as const;
      await make(engine, "whole", 9);
      await make(engine, "parts", 9);
      await engine.forwardBackward("whole", data, { ...half, scale: 1 });
      await engine.forwardBackward("parts", data.slice(0, 6), half);
      if (!engine.capabilities.addsGradients)
        return void (await expect(engine.forwardBackward("parts", data.slice(6), half)).rejects.toThrow(/one call/));
      await engine.forwardBackward("parts", data.slice(6), half);
      const whole = await engine.optimStep("whole", ADAM);
      const parts = await engine.optimStep("parts", ADAM);
      expect(parts.gradNorm).toBeCloseTo(whole.gradNorm ?? Number.NaN, 4);
    });

    test("refuses data that would train on nothing or on noise, and stays as it was", async () => {
      const data = await sampledData(engine, "m");
      const [first, ...rest] = data as [Datum, ...Datum[]];
      const before = await engine.logProbs("m", data);
      const { advantage: _, ...uncredited } = first;
      const wrong: [Datum[], RegExp][] = [
        [[], /at least one/],
        [[{ ...first, weights: first.weights.slice(1) }, ...rest], /weights/],
        [[{ ...first, samplerLogProbs: [] }, ...rest], /samplerLogProbs/],
        [[uncredited, ...rest], /advantage/],
        [[{ ...first, completionTokens: first.completionTokens.map(() => 1e6) }, ...rest], /vocabulary/],
        [data.map((datum) => ({ ...datum, weights: datum.weights.map(() => 0) })), /no token/],
      ];
      for (const [bad, why] of wrong) await expect(engine.forwardBackward("m", bad, SURE)).rejects.toThrow(why);
      await expect(engine.sample("m", [{ promptTokens: [], stream: "x" }], FREE)).rejects.toThrow(/empty/);
      await expect(engine.sample("m", rowsOf(engine, 1), { ...FREE, maxTokens: 1e6 })).rejects.toThrow(/maxTokens/);
      expectSame(engine, await engine.logProbs("m", data), before);
    });

    test("refuses bytes that are no checkpoint, and has no such model then", async () => {
      await expect(engine.loadState("broken", new TextEncoder().encode("not weights"))).rejects.toThrow();
      expect(engine.hasModel("broken")).toBe(false);
    });
  });
}

const total = (values: readonly number[] = []): number => values.reduce((sum, value) => sum + value, 0);
