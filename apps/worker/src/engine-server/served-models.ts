// Owns: the models of clients: sessions, which weights a request means, what each call does to the engine. Must not know: HTTP, futures.
import { randomInt, randomUUID } from "node:crypto";
import { PolicyModelName } from "@gradus/domain/policy-model";
import { NonFiniteUpdate } from "../policy/policy-engine.ts";
import type { Datum, PolicyEngine, Sample } from "../policy/policy-engine.ts";
import { EngineQueue } from "./engine-queue.ts";
import { Refusal } from "./refusal.ts";
import { samplingSpec } from "./sampling-spec.ts";
import type { LoadWeightsRequest, OptimStepRequest, SampleRequest, TrainingInput } from "./requests.ts";
import { cutDatum, sumLoss } from "./training-rows.ts";
import { WeightsFolder } from "./weights-folder.ts";

/** Base models are named like the sizes an experiment may ask for. */
export const BASE_MODELS = PolicyModelName.options.map((name) => `gradus/${name}`);

interface ServedModel {
  readonly sessionId: string;
  readonly baseModel: string;
  /** Counts changes of the weights, so that a snapshot can be known to be the live ones still. */
  revision: number;
}

interface Snapshot {
  readonly modelId: string;
  readonly revision: number;
}

/** Models of a session that says nothing for this long are unloaded. */
export const SESSION_MS = 300_000;
/** Older snapshots that are sampled beside the live models; each costs as much memory as a model. */
const SNAPSHOTS_LOADED = 2;

export class ServedModels {
  readonly #engine: PolicyEngine;
  readonly #queue: EngineQueue;
  readonly #weights: WeightsFolder;
  readonly #sessions = new Map<string, number>();
  readonly #samplers = new Map<string, Pick<SampleRequest, "base_model" | "model_path">>();
  readonly #models = new Map<string, ServedModel>();
  readonly #snapshots = new Map<string, Snapshot>();
  /** Engine models made for sampling alone, oldest first. */
  #loaded: string[] = [];

  constructor(engine: PolicyEngine, folder: string) {
    this.#engine = engine;
    this.#queue = new EngineQueue(engine);
    this.#weights = new WeightsFolder(folder);
  }

  createSession(): string {
    const id = `s-${randomUUID()}`;
    this.#sessions.set(id, performance.now());
    return id;
  }

  /** @throws Refusal 404 for a session that is none, or no more */
  beat(sessionId: string): void {
    if (!this.#sessions.has(sessionId)) throw new Refusal(404, `there is no session ${sessionId}; it ended, or the server started anew`);
    this.#sessions.set(sessionId, performance.now());
  }

  /** Unloads what belongs to sessions that are silent since before `now - SESSION_MS`. */
  async endSilentSessions(now: number): Promise<void> {
    const silent = [...this.#sessions].filter(([, seen]) => now - seen > SESSION_MS).map(([id]) => id);
    for (const id of silent) this.#sessions.delete(id);
    const abandoned = [...this.#models].filter(([, { sessionId }]) => silent.includes(sessionId));
    await Promise.all(abandoned.map(([modelId]) => this.unload(modelId)));
  }

  createSampler(sessionId: string, source: Pick<SampleRequest, "base_model" | "model_path">): string {
    this.beat(sessionId);
    const id = `sampler-${randomUUID()}`;
    this.#samplers.set(id, source);
    return id;
  }

  samplerSource(id: string): Pick<SampleRequest, "base_model" | "model_path"> {
    return this.#samplers.get(id) ?? refuse(404, `there is no sampler ${id}`);
  }

  model(modelId: string): ServedModel {
    return this.#models.get(modelId) ?? refuse(404, `model ${modelId} is not loaded; create it and load its last weights`);
  }

  /** Announced at once, made in its turn: later calls of the same client find it. */
  create(sessionId: string, baseModel: string, seed: number): { readonly modelId: string; readonly made: Promise<unknown> } {
    this.beat(sessionId);
    const size = sizeOf(baseModel);
    const modelId = `m-${randomUUID()}`;
    this.#models.set(modelId, { sessionId, baseModel, revision: 0 });
    const made = this.#queue.run(async (engine) => {
      await engine.createModel(modelId, seed, size);
      return { type: "create_model", model_id: modelId };
    });
    return { modelId, made };
  }

  async unload(modelId: string): Promise<unknown> {
    if (!this.#models.delete(modelId)) return { type: "unload_model", model_id: modelId };
    return this.#queue.run(async (engine) => {
      if (engine.hasModel(modelId)) await engine.unloadModel(modelId);
      return { type: "unload_model", model_id: modelId };
    });
  }

  sample(request: SampleRequest): Promise<unknown> {
    const { prompt, num_samples: count, sampling_params: asked } = request;
    const { base_model: baseModel, model_path: path } =
      request.sampling_session_id == null ? request : this.samplerSource(request.sampling_session_id);
    const { maxCompletionTokens } = this.#engine.capabilities;
    const spec = samplingSpec(asked, this.#engine.tokenizer.eosToken, maxCompletionTokens);
    const seed = asked.seed ?? randomInt(2 ** 47);
    const rows = Array.from({ length: count }, (_, index) => ({ promptTokens: prompt, stream: `seed/${seed + index}` }));
    const source = path ?? baseModel ?? refuse(400, "neither model_path nor base_model nor sampling_session_id says what to sample");
    const ready = path == null ? () => this.#baseReady(source) : () => this.#snapshotReady(source);
    const revision = path == null ? 0 : (this.#snapshots.get(source)?.revision ?? -1);
    return this.#queue.sample(`${source}@${revision}`, ready, rows, spec).then((samples) => ({
      type: "sample",
      sequences: samples.map(({ tokens, logProbs, finishReason }: Sample) => ({
        tokens,
        logprobs: logProbs,
        stop_reason: finishReason,
      })),
    }));
  }

  /** Untrained weights of a base model, from seed 0. */
  async #baseReady(baseModel: string): Promise<string> {
    const id = `base:${baseModel}`;
    if (!this.#engine.hasModel(id)) await this.#engine.createModel(id, 0, sizeOf(baseModel));
    return id;
  }

  /** The live model while it still has the snapshot's weights, else the snapshot loaded beside it: training is never disturbed. */
  async #snapshotReady(path: string): Promise<string> {
    const snapshot = this.#snapshots.get(path);
    if (
      snapshot !== undefined &&
      this.#models.get(snapshot.modelId)?.revision === snapshot.revision &&
      this.#engine.hasModel(snapshot.modelId)
    )
      return snapshot.modelId;
    const id = `sampler:${path}`;
    if (this.#engine.hasModel(id)) return id;
    const bytes = await this.#weights.load(path);
    const spare = [...this.#loaded.filter((other) => this.#engine.hasModel(other)), id];
    this.#loaded = spare.slice(-SNAPSHOTS_LOADED);
    for (const old of spare.slice(0, -SNAPSHOTS_LOADED)) await this.#engine.unloadModel(old);
    await this.#engine.loadState(id, bytes);
    return id;
  }

  /** Log-probabilities of the targets and, with `backward`, the gradient added. Checked before it is promised. */
  train(modelId: string, input: TrainingInput, backward: boolean): Promise<unknown> {
    this.model(modelId);
    const cut = input.data.map((datum, index) => cutDatum(datum, index, input.loss_fn));
    const rows = cut.flatMap((datum): readonly Datum[] => datum.rows);
    return this.#queue.run(async (engine) => {
      const scored = await engine.logProbs(
        modelId,
        cut.map(({ prompt, completion }) => ({ promptTokens: prompt, completionTokens: completion })),
      );
      const report = backward && rows.length > 0 ? await engine.forwardBackward(modelId, rows, sumLoss(input, rows)) : null;
      return {
        type: backward ? "forward_backward" : "forward",
        loss_fn_output_type: "ArrayRecord",
        loss_fn_outputs: scored.map((logProbs, index) => {
          const length = input.data[index]?.model_input.length ?? 0;
          const data = Array.from({ length }, (_, position) => logProbs[position - (cut[index]?.before ?? 0)] ?? 0);
          return { logprobs: { data, dtype: "float32", shape: [length] } };
        }),
        metrics: report === null ? {} : { "loss:sum": report.loss },
      };
    });
  }

  optimStep({ model_id: modelId, adam_params: adam }: OptimStepRequest): Promise<unknown> {
    const model = this.model(modelId);
    return this.#queue.run(async (engine) => {
      try {
        const { gradNorm } = await engine.optimStep(modelId, {
          learningRate: adam.learning_rate,
          beta1: adam.beta1,
          beta2: adam.beta2,
          eps: adam.eps,
          weightDecay: adam.weight_decay,
          maxGradNorm: adam.grad_clip_norm,
        });
        model.revision += 1;
        return { type: "optim_step", metrics: { grad_norm: gradNorm, learning_rate: adam.learning_rate } };
      } catch (error) {
        // The client hears it as a wrong request, with the name by which ours knows it.
        if (error instanceof NonFiniteUpdate) throw new Refusal(400, `${error.name}: ${error.message}`);
        throw error;
      }
    });
  }

  save(modelId: string, name: string): Promise<unknown> {
    this.model(modelId);
    return this.#queue.run(async (engine) => ({
      type: "save_weights",
      path: await this.#weights.save(modelId, "weights", name, await engine.saveState(modelId)),
    }));
  }

  saveForSampler(modelId: string, name: string | null): Promise<unknown> {
    const model = this.model(modelId);
    return this.#queue.run(async (engine) => {
      const path = await this.#weights.save(modelId, "sampler_weights", name ?? randomUUID(), await engine.saveState(modelId));
      this.#snapshots.set(path, { modelId, revision: model.revision });
      const type = "save_weights_for_sampler";
      return name === null ? { type, sampling_session_id: this.createSampler(model.sessionId, { model_path: path }) } : { type, path };
    });
  }

  load({ path, optimizer, ...asked }: LoadWeightsRequest): { readonly modelId: string; readonly loaded: Promise<unknown> } {
    const modelId = asked.model_id ?? this.#announce(asked, path);
    const model = this.model(modelId);
    const loaded = this.#queue.run(async (engine) => {
      await engine.loadState(modelId, await this.#weights.load(path));
      if (!optimizer) await engine.resetOptimizer(modelId);
      model.revision += 1;
      return { type: "load_weights", path };
    });
    return { modelId, loaded };
  }

  /** The model that a load makes: its client derives the same id, and the weights say what model they are of. */
  #announce(
    { session_id: sessionId, model_seq_id: number, base_model: named }: Omit<LoadWeightsRequest, "path" | "optimizer">,
    path: string,
  ): string {
    if (sessionId == null || number == null) return refuse(422, "load_weights needs a model_id, or a session_id and a model_seq_id");
    this.beat(sessionId);
    const modelId = `${sessionId}:train:${number}`;
    if (this.#models.has(modelId)) refuse(409, `model ${modelId} is there already`);
    const source = /^tinker:\/\/([^/]+)/.exec(path)?.[1] ?? "";
    const baseModel = named ?? this.#models.get(source)?.baseModel ?? "gradus/saved";
    this.#models.set(modelId, { sessionId, baseModel, revision: 0 });
    return modelId;
  }
}

const refuse = (status: number, message: string): never => {
  throw new Refusal(status, message);
};

/** @throws Refusal 400 that lists what there is */
function sizeOf(baseModel: string): PolicyModelName {
  const size = PolicyModelName.safeParse(baseModel.replace(/^gradus\//, ""));
  return size.success ? size.data : refuse(400, `there is no base model ${baseModel}; this server has ${BASE_MODELS.join(", ")}`);
}
