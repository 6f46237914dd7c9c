// Owns: the port to whatever holds policy weights, shaped like the Tinker primitives. Must not know: rollouts, rewards, Temporal, SQL.
import type { PolicyModel } from "@gradus/domain/policy-model";

/** Loss of one forwardBackward call, with the names of the field (GRPO family; cross_entropy for supervised warm start). */
export interface LossSpec {
  readonly name: "cross_entropy" | "importance_sampling" | "ppo" | "cispo";
  /** Clip thresholds on the probability ratio, ppo and cispo only. */
  readonly clipLow?: number;
  readonly clipHigh?: number;
  /**
   * token: divide by all target tokens; sequence: mean of per-sequence means; constant: divide by rows x maxTokens (Dr. GRPO); prompt: mean
   * of per-group token means (ScaleRL), which needs `group` in every datum.
   */
  readonly lengthNorm: "token" | "sequence" | "constant" | "prompt";
  readonly entropyBonus?: number;
  /** Weight of KL to the reference log-probabilities (k3 estimator); needs `referenceLogProbs` in every datum. */
  readonly klWeight?: number;
  /** Factor of this call's loss and gradient when one update is made from several calls. Default 1. */
  readonly scale?: number;
}

/** One training sequence. All arrays but `tokens` have the length of the completion, in order. */
export interface Datum {
  readonly promptTokens: readonly number[];
  readonly completionTokens: readonly number[];
  /** 1 for tokens that count, 0 for padding or masked ones. */
  readonly weights: readonly number[];
  /** Log-probabilities at sampling time, natural log; required by every loss but cross_entropy. */
  readonly samplerLogProbs?: readonly number[];
  readonly referenceLogProbs?: readonly number[];
  /** Which rows share a prompt; required by the length norm `prompt`. */
  readonly group?: number;
  /** The rollout's advantage, the same for every token of it; required by every loss but cross_entropy. */
  readonly advantage?: number;
}

/** Means over counted tokens, natural-log units; `entropy` is null where the engine does not tell it. `klToSampler` is the k3 estimate of KL(sampler || trainer). */
export interface LossReport {
  readonly loss: number;
  readonly entropy: number | null;
  readonly klToSampler: number;
  readonly clipFraction: number;
  /** Largest |trainer - sampler| log-probability over the counted tokens. */
  readonly maxLogProbGap: number;
  readonly tokens: number;
}

export interface AdamSpec {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
  readonly weightDecay: number;
  /** Global l2 clip; 0 = off. */
  readonly maxGradNorm: number;
}

/** Thrown by optimStep when loss or gradient is not finite; the weights are as they were before the call. */
export class NonFiniteUpdate extends Error {
  override readonly name = "NonFiniteUpdate";
}

export interface SamplingSpec {
  readonly maxTokens: number;
  readonly temperature: number;
  readonly topP: number;
  /** 0 = off. */
  readonly topK: number;
  /** Sampling ends with the first of these tokens, which is included. */
  readonly stopTokens: readonly number[];
  /** Sampling ends with the token that completes one of these texts, which is included. */
  readonly stopStrings?: readonly string[];
}

/** One sequence to sample. `stream` names its random stream (a rollout id): the same stream, weights and prompt give the same tokens. */
export interface SampleRow {
  readonly promptTokens: readonly number[];
  readonly stream: string;
}

export interface Sample {
  readonly tokens: readonly number[];
  readonly logProbs: readonly number[];
  readonly finishReason: "stop" | "length";
}

/** A sequence whose completion's log-probabilities are asked for. */
export type ScoredRow = Pick<Datum, "promptTokens" | "completionTokens">;

export interface EngineCapabilities {
  /** e.g. `embedded-onnx/1`; part of a run's provenance together with `runtime`. */
  readonly engine: string;
  readonly runtime: string;
  readonly threads: number;
  /** Same seed, same machine kind: same tokens, same bytes. */
  readonly deterministic: boolean;
  readonly sampleWhileTraining: boolean;
  /** Gradients of several calls before one update are added as `loss.scale` says; else a second call is refused. */
  readonly addsGradients: boolean;
  /** Can drop the optimiser's state and keep the weights; else `resetOptimizer` is refused. */
  readonly resetsOptimizer: boolean;
  readonly losses: readonly LossSpec["name"][];
  readonly maxPromptTokens: number;
  readonly maxCompletionTokens: number;
  /** The model it trains, as its server calls it; absent: of its own making. */
  readonly baseModel?: string;
  /** SHA-256 of the files of the tokenizer, where it came out of files. */
  readonly tokenizer?: string;
}

export interface Tokenizer {
  readonly padToken: number;
  readonly eosToken: number;
  encode(text: string): number[];
  /** A prompt as the model is to read it: a user's message where the model was trained on chats, else the text itself. */
  encodePrompt(text: string): number[];
  decode(tokens: readonly number[]): string;
}

/** A model is addressed by `modelId` (a run id); it lives in the engine until unloaded or the engine's process ends. */
export interface PolicyEngine {
  readonly capabilities: EngineCapabilities;
  readonly tokenizer: Tokenizer;
  /** New weights from `seed`, of the size named or the engine's own. Replaces a loaded model of the same id. */
  createModel(modelId: string, seed: number, model?: PolicyModel): Promise<void>;
  hasModel(modelId: string): boolean;
  sample(modelId: string, rows: readonly SampleRow[], spec: SamplingSpec, signal?: AbortSignal): Promise<Sample[]>;
  /** Adds the gradient of the loss to the model's accumulator; `loss.scale` weighs it against other calls before the same optimStep. */
  forwardBackward(modelId: string, data: readonly Datum[], loss: LossSpec): Promise<LossReport>;
  /** Log-probability of every completion token, as forwardBackward computes it: the reference of a KL penalty. */
  logProbs(modelId: string, rows: readonly ScoredRow[]): Promise<number[][]>;
  /** Applies and clears the accumulated gradient. `gradNorm` is null where the engine does not tell it. @throws NonFiniteUpdate */
  optimStep(modelId: string, adam: AdamSpec): Promise<{ readonly gradNorm: number | null }>;
  /** Weights and optimiser state as safetensors bytes; equal state gives equal bytes. */
  saveState(modelId: string): Promise<Uint8Array>;
  /** @throws Error that says what is wrong with the bytes; the model is then absent. */
  loadState(modelId: string, bytes: Uint8Array): Promise<void>;
  /** Drops optimiser moments and step count, keeps weights: the start of RL from a warm start. */
  resetOptimizer(modelId: string): Promise<void>;
  unloadModel(modelId: string): Promise<void>;
  close(): Promise<void>;
}
