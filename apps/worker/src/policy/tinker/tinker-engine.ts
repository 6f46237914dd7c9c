// Owns: a PolicyEngine whose weights are behind a Tinker server (ours, SkyRL's, hosted). Must not know: rollouts, Temporal, what the server runs on.
import { createHash, randomUUID } from "node:crypto";
import { ConfigurationError } from "@gradus/domain";
import type { PolicyModel } from "@gradus/domain/policy-model";
import { NonFiniteUpdate } from "../policy-engine.ts";
import type {
  AdamSpec,
  Datum,
  EngineCapabilities,
  LossReport,
  LossSpec,
  PolicyEngine,
  Sample,
  SampleRow,
  SamplingSpec,
  ScoredRow,
  Tokenizer,
} from "../policy-engine.ts";
import type { JsonDatum, JsonSampled, JsonTrained, JsonTraining } from "../../tinker-wire/messages.ts";
import { checkSampling, checkScored, checkTraining } from "./check-rows.ts";
import type { TokenLimits } from "./check-rows.ts";
import { decodeSaved, encodeSaved } from "./saved-weights.ts";
import { ModelLost, TinkerConnection } from "./tinker-connection.ts";
import type { Repeatable, TinkerConnectionOptions } from "./tinker-connection.ts";
import { checkLoss, reportOf, weigh, wireData } from "./tinker-datum.ts";
import type { LossReduction, WeighedRow } from "./tinker-datum.ts";

export interface TinkerEngineOptions extends TinkerConnectionOptions {
  /** Of the server's base model. */
  readonly tokenizer: Tokenizer;
  readonly limits: TokenLimits;
  /** As the server calls it. Of a server of ours each experiment may name another size. */
  readonly baseModel: string;
  readonly lossReduction: LossReduction;
  /** What capabilities say of it. */
  readonly told: Pick<EngineCapabilities, "engine" | "runtime" | "threads" | "deterministic" | "baseModel" | "tokenizer">;
  /** Sizes are chosen by base models of this prefix; absent: the base model is the only one. */
  readonly sizesUnder?: string;
  /** LoRA rank. Default 32. */
  readonly rank?: number;
}

interface RemoteModel {
  readonly id: string;
  readonly baseModel: string;
  /** Sampler weights equal to the trained ones; null after a change. Never an older one: on some servers sampling it would undo training. */
  sampler: string | null;
  isFinite: boolean;
  /** Requests that change the model, counted from 1: some servers know a repeated one by it. */
  sent: number;
  /** A gradient waits for its update. */
  hasGradient: boolean;
}

/** Well under the 300 s after which a server unloads a silent session's models. */
const BEAT_MS = 10_000;
const RANK = 32;

/** Connects when a model is first asked for; weights are lost with the server and loaded again from their checkpoint. */
export class TinkerEngine implements PolicyEngine {
  readonly tokenizer: Tokenizer;
  readonly capabilities: EngineCapabilities;
  readonly #options: TinkerEngineOptions;
  readonly #connection: TinkerConnection;
  readonly #models = new Map<string, RemoteModel>();
  #session: Promise<string> | null = null;
  #beat: NodeJS.Timeout | null = null;

  constructor(options: TinkerEngineOptions) {
    this.#options = options;
    this.#connection = new TinkerConnection(options);
    this.tokenizer = options.tokenizer;
    this.capabilities = {
      ...options.told,
      sampleWhileTraining: false,
      // SkyRL takes the mean over all rows since the last update, whatever call they came with, and loads moments with weights always.
      addsGradients: options.lossReduction === "sum",
      resetsOptimizer: options.lossReduction === "sum",
      losses: ["cross_entropy", "importance_sampling", "ppo", "cispo"],
      maxPromptTokens: options.limits.maxPromptTokens,
      maxCompletionTokens: options.limits.maxCompletionTokens,
    };
  }

  async #openSession(): Promise<string> {
    this.#session ??= this.#connection.ask("create_session", { tags: [], sdk_version: "0.0.1", user_metadata: null }).then(
      ({ session_id: id }) => String(id),
      (error: unknown) => {
        this.#session = null;
        throw error;
      },
    );
    const id = await this.#session;
    this.#beat ??= setInterval(() => void this.#stayAlive(), BEAT_MS).unref();
    return id;
  }

  async #stayAlive(): Promise<void> {
    if (this.#session === null) return;
    try {
      await this.#connection.ask("session_heartbeat", { session_id: await this.#session });
    } catch (error) {
      // Tolerates a server that is away: the next beat tells. One that knows us no more has none of our models.
      if (error instanceof ModelLost) this.#forgetAll();
    }
  }

  #forgetAll(): void {
    this.#session = null;
    this.#models.clear();
  }

  #model(modelId: string): RemoteModel {
    const model = this.#models.get(modelId);
    if (model === undefined) throw new Error(`model ${modelId} is not loaded in this engine`);
    return model;
  }

  /** A call about a model; when the server has lost it, so have we, and whoever needs it loads its checkpoint. */
  async #call(modelId: string, path: string, body: object, repeatable: Repeatable, signal?: AbortSignal): Promise<Record<string, unknown>> {
    return this.#heedingLoss(modelId, this.#connection.result(path, body, repeatable, signal));
  }

  async #heedingLoss<Result>(modelId: string, work: Promise<Result>): Promise<Result> {
    try {
      return await work;
    } catch (error) {
      if (error instanceof ModelLost) this.#models.delete(modelId);
      throw error;
    }
  }

  #train(modelId: string, input: JsonTraining["forward_backward_input"], forwardOnly: boolean): Promise<JsonTrained> {
    const model = this.#model(modelId);
    const asked = { model_id: model.id, seq_id: (model.sent += 1), forward_only: forwardOnly, forward_backward_input: input };
    return this.#heedingLoss(modelId, this.#connection.train(asked, forwardOnly ? "repeatable" : "once"));
  }

  hasModel(modelId: string): boolean {
    return this.#models.has(modelId);
  }

  async createModel(modelId: string, seed: number, model?: PolicyModel): Promise<void> {
    await this.#create(modelId, this.#baseModelOf(model), seed, this.#options.rank ?? RANK);
  }

  #baseModelOf(model: PolicyModel | undefined): string {
    const { baseModel, sizesUnder } = this.#options;
    if (model === undefined) return baseModel;
    if (sizesUnder === undefined || typeof model !== "string")
      throw new ConfigurationError(
        `policy.model: this node's engine trains ${baseModel}; leave the model out, or name one of the server's sizes`,
      );
    return `${sizesUnder}${model}`;
  }

  async #create(modelId: string, baseModel: string, seed: number, rank: number): Promise<RemoteModel> {
    await this.unloadModel(modelId);
    const make = async (): Promise<string> => {
      const body = { session_id: await this.#openSession(), base_model: baseModel, lora_config: { rank, seed }, model_seq_id: 0 };
      return String((await this.#connection.result("create_model", body, "repeatable"))["model_id"]);
    };
    const id = await make().catch((error: unknown) => {
      // A server that started anew knows the session no more: once again with a new one.
      if (!(error instanceof ModelLost)) throw error;
      this.#forgetAll();
      return make();
    });
    const made: RemoteModel = { id, baseModel, sampler: null, isFinite: true, sent: 0, hasGradient: false };
    this.#models.set(modelId, made);
    return made;
  }

  async sample(modelId: string, rows: readonly SampleRow[], spec: SamplingSpec, signal?: AbortSignal): Promise<Sample[]> {
    const model = this.#model(modelId);
    checkSampling(rows, spec, this.#options.limits);
    if (model.sampler === null) {
      // A fresh name each time: a name whose save failed stays taken.
      const body = { model_id: model.id, path: `s-${randomUUID()}` };
      model.sampler = String((await this.#call(modelId, "save_weights_for_sampler", body, "once", signal))["path"]);
    }
    const texts = spec.stopStrings ?? [];
    const params = {
      max_tokens: spec.maxTokens,
      temperature: spec.temperature,
      top_p: spec.topP,
      top_k: spec.topK === 0 ? -1 : spec.topK,
      // One kind alone can be sent; with texts the server stops at the end of sequence by itself.
      stop: texts.length > 0 ? texts : spec.stopTokens,
    };
    const path = model.sampler;
    return Promise.all(
      rows.map(async ({ promptTokens, stream }) => {
        const body = {
          prompt: { chunks: [{ type: "encoded_text", tokens: promptTokens }] },
          num_samples: 1,
          sampling_params: { ...params, seed: seedOf(stream) },
          model_path: path,
        };
        const answer = await this.#heedingLoss(modelId, this.#connection.sample(body, signal));
        return cutAtStop(sampleOf(answer), spec, this.tokenizer);
      }),
    );
  }

  async forwardBackward(modelId: string, data: readonly Datum[], loss: LossSpec): Promise<LossReport> {
    const model = this.#model(modelId);
    checkLoss(loss);
    checkTraining(data, loss, this.#options.limits);
    if (model.hasGradient && !this.capabilities.addsGradients)
      throw new ConfigurationError("this engine's server weighs rows of several calls alike: make each update from one call");
    const rows = weigh(data, loss, this.#options.limits.maxCompletionTokens);
    const input = wireData(rows, loss, this.#options.lossReduction);
    const bounds =
      loss.name === "ppo" || loss.name === "cispo"
        ? { loss_fn_config: { clip_low_threshold: loss.clipLow ?? 0.8, clip_high_threshold: loss.clipHigh ?? 1.2 } }
        : {};
    const answer = await this.#train(modelId, { data: input, loss_fn: loss.name, ...bounds }, false);
    model.hasGradient = true;
    const report = reportOf(rows, logProbsOf(answer, rows), loss);
    if (!Number.isFinite(report.loss)) model.isFinite = false;
    return report;
  }

  async logProbs(modelId: string, rows: readonly ScoredRow[]): Promise<number[][]> {
    checkScored(rows, this.#options.limits);
    if (rows.length === 0) return [];
    const loss: LossSpec = { name: "cross_entropy", lengthNorm: "sequence" };
    const data = rows.map((row): Datum => ({ ...row, weights: row.completionTokens.map(() => 1) }));
    const weighed = weigh(data, loss, this.#options.limits.maxCompletionTokens);
    const input = { data: ofOnes(wireData(weighed, loss, this.#options.lossReduction)), loss_fn: "cross_entropy" };
    return logProbsOf(await this.#train(modelId, input, true), weighed);
  }

  async optimStep(modelId: string, adam: AdamSpec): Promise<{ readonly gradNorm: number | null }> {
    const model = this.#model(modelId);
    // The gradient is on the server and cannot be taken back: the model is, and its checkpoint is as good as before.
    if (!model.isFinite) return this.#refuseUpdate(modelId, "the loss is not finite; the weights are unchanged");
    model.sampler = null;
    model.hasGradient = false;
    const body = {
      model_id: model.id,
      seq_id: (model.sent += 1),
      adam_params: {
        learning_rate: adam.learningRate,
        beta1: adam.beta1,
        beta2: adam.beta2,
        eps: adam.eps,
        weight_decay: adam.weightDecay,
        grad_clip_norm: adam.maxGradNorm,
      },
    };
    const { metrics } = await this.#call(modelId, "optim_step", body, "once").catch((error: unknown) => {
      if (error instanceof ConfigurationError && error.message.includes("NonFiniteUpdate")) throw new NonFiniteUpdate(error.message);
      throw error;
    });
    const gradNorm = gradNormOf(metrics);
    return gradNorm === Infinity ? this.#refuseUpdate(modelId, "the gradient is not finite") : { gradNorm };
  }

  async #refuseUpdate(modelId: string, why: string): Promise<never> {
    await this.unloadModel(modelId);
    throw new NonFiniteUpdate(why);
  }

  async saveState(modelId: string): Promise<Uint8Array> {
    const { id, baseModel } = this.#model(modelId);
    const { path } = await this.#call(modelId, "save_weights", { model_id: id, path: `w-${randomUUID()}` }, "once");
    return encodeSaved({ baseModel, rank: this.#options.rank ?? RANK, path: String(path) });
  }

  async loadState(modelId: string, bytes: Uint8Array): Promise<void> {
    await this.unloadModel(modelId);
    const { baseModel, rank, path } = decodeSaved(bytes);
    await this.#load(modelId, { baseModel, rank, path }, true);
  }

  /** Into a new model: some servers load only as a model's first request. */
  async #load(
    modelId: string,
    { baseModel, rank, path }: { baseModel: string; rank: number; path: string },
    optimizer: boolean,
  ): Promise<void> {
    const { id } = await this.#create(modelId, baseModel, 0, rank);
    try {
      await this.#call(modelId, "load_weights", { model_id: id, path, optimizer }, "once");
    } catch (error) {
      // Never a model with other weights than those asked for.
      await this.unloadModel(modelId);
      if (error instanceof ModelLost)
        throw new Error(`the weights at ${path} are not on the engine's server; they stay where they were trained`, { cause: error });
      throw error;
    }
  }

  async resetOptimizer(modelId: string): Promise<void> {
    if (!this.capabilities.resetsOptimizer)
      throw new ConfigurationError("this engine's server loads the optimiser's state with the weights always: it cannot be dropped");
    const saved = decodeSaved(await this.saveState(modelId));
    await this.#load(modelId, saved, false);
  }

  async unloadModel(modelId: string): Promise<void> {
    const model = this.#models.get(modelId);
    this.#models.delete(modelId);
    if (model === undefined) return;
    // Tolerates a server that is gone: so is the model.
    await this.#connection.result("unload_model", { model_id: model.id }, "once").catch(() => undefined);
  }

  /** Leaves the server as it is; it unloads what is silent. */
  async close(): Promise<void> {
    if (this.#beat !== null) clearInterval(this.#beat);
    this.#beat = null;
    await Promise.all([...this.#models.keys()].map((modelId) => this.unloadModel(modelId)));
  }
}

/** 31 bits of the hash of the stream's name: a server keeps them whether it takes its seeds as 32 bits, signed or not, or as more. */
const seedOf = (stream: string): number => createHash("sha256").update(stream).digest().readUInt32BE(0) >>> 1;

function sampleOf({ sequences = [] }: Partial<JsonSampled>): Sample {
  const [sequence] = sequences;
  if (sequence === undefined || sequence.logprobs?.length !== sequence.tokens.length)
    throw new Error("the engine's server sampled without a log-probability for every token");
  return { tokens: sequence.tokens, logProbs: sequence.logprobs, finishReason: sequence.stop_reason === "stop" ? "stop" : "length" };
}

/** Up to the first stop, whatever the server takes for one. */
export function cutAtStop(sample: Sample, { stopTokens, stopStrings = [] }: SamplingSpec, tokenizer: Tokenizer): Sample {
  const end = sample.tokens.findIndex((token, index) => {
    if (stopTokens.includes(token)) return true;
    if (stopStrings.length === 0) return false;
    const text = tokenizer.decode(sample.tokens.slice(0, index + 1));
    return stopStrings.some((stop) => text.includes(stop));
  });
  if (end === -1) return sample;
  return { tokens: sample.tokens.slice(0, end + 1), logProbs: sample.logProbs.slice(0, end + 1), finishReason: "stop" };
}

/** Of every row's completion, in order. @throws Error when the server gave fewer than were asked for */
function logProbsOf({ loss_fn_outputs: outputs = [] }: Partial<JsonTrained>, rows: readonly WeighedRow[]): number[][] {
  return rows.map(({ datum }, row) => {
    const { length } = datum.completionTokens;
    const all = outputs[row]?.["logprobs"]?.data ?? [];
    if (all.length !== datum.promptTokens.length + length - 1)
      throw new Error(`the engine's server gave ${all.length} log-probabilities for datum ${row}`);
    return all.slice(-length);
  });
}

/** Weights of 1 on what is scored: a forward pass needs no reduction. */
const ofOnes = (data: readonly JsonDatum[]): JsonDatum[] =>
  data.map((datum) => {
    const weights = datum.loss_fn_inputs["weights"];
    if (weights === undefined) return datum;
    return {
      ...datum,
      loss_fn_inputs: { ...datum.loss_fn_inputs, weights: { ...weights, data: weights.data.map((weight) => (weight > 0 ? 1 : 0)) } },
    };
  });

/** Null where the server does not tell. */
function gradNormOf(metrics: unknown): number | null {
  const [found] = Object.entries((metrics ?? {}) as Record<string, unknown>).filter(([name]) => /grad_?norm/i.test(name));
  return typeof found?.[1] === "number" ? found[1] : null;
}
