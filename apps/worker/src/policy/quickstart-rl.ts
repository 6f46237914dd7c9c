// Owns: the RL settings the embedded policy was tuned with, found by measurement (docs/log.md). Must not know: experiments, runs.
import { QUICKSTART_MODEL } from "./embedded/presets.ts";
import { maxCompletionTokens } from "./embedded/model-spec.ts";
import { EOS_TOKEN } from "./embedded/tokenizer.ts";
import type { AdamSpec, LossSpec, SamplingSpec } from "./policy-engine.ts";

/** 60 steps of 8 groups of 8: a clear rise of held-out pass@1 in about a minute a run on one core. */
export const QUICKSTART_RL = {
  steps: 60,
  groups: 8,
  groupSize: 8,
  sampling: {
    maxTokens: maxCompletionTokens(QUICKSTART_MODEL),
    temperature: 1,
    topP: 1,
    topK: 0,
    stopTokens: [EOS_TOKEN],
  } satisfies SamplingSpec,
  loss: { name: "importance_sampling", lengthNorm: "token" } satisfies LossSpec,
  adam: { learningRate: 3e-4, beta1: 0.9, beta2: 0.95, eps: 1e-8, weightDecay: 0, maxGradNorm: 1 } satisfies AdamSpec,
} as const;
