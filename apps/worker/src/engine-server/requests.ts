// Owns: what a client of the engine server may send, JSON dialect of the Tinker API. Must not know: what is done with it.
import { z } from "zod";

const tokens = z.array(z.number().int().min(0));

/** A prompt or training input: text chunks only, joined in order. */
const ModelInput = z
  .object({ chunks: z.array(z.object({ type: z.literal("encoded_text").default("encoded_text"), tokens })) })
  .transform(({ chunks }) => chunks.flatMap((chunk) => chunk.tokens));

const Tensor = z.object({ data: z.array(z.number()) }).transform(({ data }) => data);

export const LOSS_NAMES = ["cross_entropy", "importance_sampling", "ppo", "cispo"] as const;

export const WireDatum = z.object({ model_input: ModelInput, loss_fn_inputs: z.record(z.string(), Tensor) });
/** One training sequence as it arrives; `loss_fn_inputs` by name. */
export type WireDatum = z.infer<typeof WireDatum>;

export const TrainingInput = z.object({
  // Refused here: a request over no data would never be finished.
  data: z.array(WireDatum).min(1),
  loss_fn: z.enum(LOSS_NAMES),
  loss_fn_config: z.record(z.string(), z.number()).nullish(),
});
export type TrainingInput = z.infer<typeof TrainingInput>;

/** Part of a path on disk: no dots, no slashes. */
const checkpointName = z.string().regex(/^[a-zA-Z0-9_-]{1,255}$/, "letters, digits, _ and -");

export const requests = {
  clientConfig: z.object({ sdk_version: z.string() }),
  createSession: z.object({ tags: z.array(z.string()), sdk_version: z.string() }),
  heartbeat: z.object({ session_id: z.string() }),
  createSamplingSession: z.object({ session_id: z.string(), base_model: z.string().nullish(), model_path: z.string().nullish() }),
  createModel: z.object({
    session_id: z.string(),
    base_model: z.string(),
    lora_config: z.object({ rank: z.number().int().min(1), seed: z.number().int().nullish() }),
  }),
  ofModel: z.object({ model_id: z.string() }),
  sample: z.object({
    prompt: ModelInput,
    num_samples: z.number().int().min(1).max(1024).default(1),
    sampling_params: z.object({
      max_tokens: z.number().int().min(1).nullish(),
      temperature: z.number().min(0).default(1),
      top_k: z.number().int().default(-1),
      top_p: z.number().gt(0).max(1).default(1),
      seed: z.number().int().nullish(),
      stop: z.union([z.string(), z.array(z.number().int()), z.array(z.string().min(1))]).nullish(),
    }),
    base_model: z.string().nullish(),
    model_path: z.string().nullish(),
    sampling_session_id: z.string().nullish(),
  }),
  forwardBackward: z.object({ model_id: z.string(), forward_backward_input: TrainingInput, forward_only: z.boolean().default(false) }),
  forward: z.object({ model_id: z.string(), forward_input: TrainingInput }),
  optimStep: z.object({
    model_id: z.string(),
    adam_params: z.object({
      learning_rate: z.number().min(0).default(1e-4),
      beta1: z.number().min(0).lt(1).default(0.9),
      beta2: z.number().min(0).lt(1).default(0.95),
      eps: z.number().gt(0).default(1e-12),
      weight_decay: z.number().min(0).default(0),
      grad_clip_norm: z.number().min(0).default(0),
    }),
  }),
  saveWeights: z.object({ model_id: z.string(), path: checkpointName }),
  saveForSampler: z.object({ model_id: z.string(), path: checkpointName.nullish() }),
  /** Into a model that is there, or as the first request of a new one, which its session and number name. */
  loadWeights: z.object({
    model_id: z.string().optional(),
    session_id: z.string().nullish(),
    model_seq_id: z.number().int().min(0).nullish(),
    base_model: z.string().nullish(),
    path: z.string(),
    optimizer: z.boolean().default(true),
  }),
  retrieve: z.object({ request_id: z.string() }),
};

export type SampleRequest = z.infer<typeof requests.sample>;
export type LoadWeightsRequest = z.infer<typeof requests.loadWeights>;
export type OptimStepRequest = z.infer<typeof requests.optimStep>;
