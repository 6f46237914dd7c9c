// Owns: the model shapes Gradus comes with. Must not know: the runtime.
import type { PolicyModel, PolicyModelName } from "@gradus/domain/policy-model";
import { MAX_COMPLETION_TOKENS, MAX_PROMPT_TOKENS } from "../../teacher/vocabulary.ts";
import type { ModelSpec } from "./model-spec.ts";
import { pythonTokenizer } from "./tokenizer.ts";

/** The policy of the quickstart: small enough for six runs in ten minutes on two cores. */
export const QUICKSTART_MODEL: ModelSpec = {
  vocabulary: pythonTokenizer.size,
  width: 96,
  layers: 3,
  heads: 4,
  hidden: 384,
  positions: "rotary",
  promptBuckets: [40, 56, MAX_PROMPT_TOKENS],
  // One more than the longest program: the end-of-sequence token.
  completionBuckets: [12, 24, MAX_COMPLETION_TOKENS + 1],
  samplingGrid: { prompts: 16, samples: 4 },
};

const NAMED: Readonly<Record<PolicyModelName, ModelSpec>> = {
  quickstart: QUICKSTART_MODEL,
  small: { ...QUICKSTART_MODEL, width: 128, layers: 4, hidden: 512 },
  tiny: { ...QUICKSTART_MODEL, width: 32, layers: 2, heads: 2, hidden: 64 },
};

/** The model an experiment asks for; its vocabulary is always the engine's tokenizer's. */
export const modelAskedFor = (model: PolicyModel): ModelSpec =>
  typeof model === "string" ? NAMED[model] : { vocabulary: pythonTokenizer.size, ...model };

/** The shape engine benchmarks are quoted for: 824,064 parameters, context 128. */
export const BENCH_TRAINING_MODEL: ModelSpec = {
  vocabulary: 64,
  width: 128,
  layers: 4,
  heads: 4,
  hidden: 512,
  positions: "learned",
  promptBuckets: [1],
  completionBuckets: [128],
  samplingGrid: { prompts: 8, samples: 4 },
};

/** The same model with its context split for sampling: 64 prompt and 64 new tokens. */
export const BENCH_SAMPLING_MODEL: ModelSpec = { ...BENCH_TRAINING_MODEL, promptBuckets: [64], completionBuckets: [64] };
