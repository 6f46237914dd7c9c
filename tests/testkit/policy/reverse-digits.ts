// Owns: the sanity task of the engine: emit the prompt's three digits in reverse, learned from random weights. Must not know: tests.
import { stream } from "@gradus/domain/random";
import { createEmbeddedEngine } from "@gradus/worker/policy/embedded/embedded-engine";
import type { EmbeddedEngine } from "@gradus/worker/policy/embedded/embedded-engine";
import type { ModelSpec } from "@gradus/worker/policy/embedded/model-spec";
import { grpo } from "./grpo.ts";

/** Tokens 0 to 9 are the digits; 10 ends the prompt. */
const MODEL: ModelSpec = {
  vocabulary: 11,
  width: 64,
  layers: 2,
  heads: 2,
  hidden: 256,
  positions: "learned",
  promptBuckets: [4],
  completionBuckets: [3],
  samplingGrid: { prompts: 16, samples: 16 },
};

export interface ReverseDigitsOutcome {
  /** Mean over the last ten steps of the share of right digits. */
  readonly reward: number;
  readonly steps: number;
  readonly seconds: number;
}

/** Trains until the mean reward of ten steps reaches `target` or the steps are used up. */
export async function learnToReverse(seed: number, target: number, steps = 400, threads = 1): Promise<ReverseDigitsOutcome> {
  const engine: EmbeddedEngine = await createEmbeddedEngine({ model: MODEL, threads });
  const started = performance.now();
  await engine.createModel("m", seed);
  const random = stream(`reverse-digits/${seed}`);
  const recent: number[] = [];
  const meanOfTen = (): number => recent.slice(-10).reduce((sum, reward) => sum + reward, 0) / 10;
  await grpo<readonly number[]>({
    engine,
    modelId: "m",
    steps,
    groupSize: 16,
    sampling: { maxTokens: 3, temperature: 1, topP: 1, topK: 0, stopTokens: [] },
    loss: { name: "importance_sampling", lengthNorm: "token" },
    adam: { learningRate: 2e-3, beta1: 0.9, beta2: 0.95, eps: 1e-8, weightDecay: 0, maxGradNorm: 1 },
    streams: `reverse-digits/${seed}`,
    draw: () => Array.from({ length: 16 }, () => Array.from({ length: 3 }, () => random.int(10))),
    prompt: (digits) => [...digits, 10],
    reward: (completions) => completions.map(({ task, tokens }) => tokens.filter((token, index) => token === task[2 - index]).length / 3),
    onStep: (_, reward) => {
      recent.push(reward);
      return recent.length >= 10 && meanOfTen() >= target;
    },
  });
  await engine.close();
  return { reward: meanOfTen(), steps: recent.length, seconds: (performance.now() - started) / 1_000 };
}
