// Owns: the embedded engine's models and calls, in the process that runs the native runtime (the child). Must not know: how calls reach it.
import { env } from "onnxruntime-node";
import { NonFiniteUpdate } from "../policy-engine.ts";
import type { AdamSpec, Datum, EngineCapabilities, LossReport, LossSpec, Sample, SampleRow, SamplingSpec } from "../policy-engine.ts";
import { adamStep } from "./adam.ts";
import { checkData, checkSampling } from "./check-data.ts";
import type { RuntimeOptions } from "./graph-session.ts";
import { checkModelSpec, maxCompletionTokens, maxPromptTokens } from "./model-spec.ts";
import type { ModelSpec } from "./model-spec.ts";
import { createModelState, decodeCheckpoint, encodeCheckpoint, freshOptimizer } from "./model-state.ts";
import type { CheckpointIdentity, ModelState } from "./model-state.ts";
import { parameterSpecs } from "./parameters.ts";
import { Sampler } from "./sampler.ts";
import { Trainer } from "./trainer.ts";

export interface EngineCoreOptions {
  readonly spec: ModelSpec;
  readonly runtime: RuntimeOptions;
  readonly vocabularyHash: string;
}

export class EngineCore {
  readonly #models = new Map<string, ModelState>();
  readonly #spec: ModelSpec;
  readonly #identity: CheckpointIdentity;
  readonly #trainer: Trainer;
  readonly #sampler: Sampler;
  readonly capabilities: EngineCapabilities;

  constructor({ spec, runtime, vocabularyHash }: EngineCoreOptions) {
    checkModelSpec(spec);
    this.#spec = spec;
    this.#identity = { spec, vocabularyHash };
    this.#trainer = new Trainer(spec, runtime);
    this.#sampler = new Sampler(spec, runtime);
    this.capabilities = {
      engine: "embedded-onnx/1",
      runtime: `onnxruntime-node ${env.versions.node ?? env.versions.common} ${runtime.provider} ${process.platform}-${process.arch}`,
      threads: runtime.threads,
      deterministic: runtime.provider === "cpu",
      sampleWhileTraining: false,
      losses: ["cross_entropy", "importance_sampling", "ppo", "cispo"],
      maxPromptTokens: maxPromptTokens(spec),
      maxCompletionTokens: maxCompletionTokens(spec),
    };
  }

  #model(modelId: string): ModelState {
    const model = this.#models.get(modelId);
    if (model === undefined) throw new Error(`model ${modelId} is not loaded in this engine`);
    return model;
  }

  createModel(modelId: string, seed: number): void {
    this.#models.set(modelId, createModelState(this.#spec, seed));
  }

  async sample(modelId: string, rows: readonly SampleRow[], spec: SamplingSpec, signal: AbortSignal): Promise<Sample[]> {
    checkSampling(rows, spec, this.#spec);
    return this.#sampler.sample(this.#model(modelId).parameters, rows, spec, signal);
  }

  async forwardBackward(modelId: string, data: readonly Datum[], loss: LossSpec): Promise<LossReport> {
    checkData(data, loss, this.#spec);
    return this.#trainer.forwardBackward(this.#model(modelId), data, loss);
  }

  /** The accumulated gradient is dropped whether or not it could be applied. */
  optimStep(modelId: string, adam: AdamSpec): { readonly gradNorm: number } {
    const model = this.#model(modelId);
    const { accumulated } = model;
    if (accumulated === null) throw new Error(`model ${modelId} has no gradient to apply: call forwardBackward first`);
    model.accumulated = null;
    if (!accumulated.isFinite) throw new NonFiniteUpdate("the loss is not finite; the weights are unchanged");
    const { state, gradNorm } = adamStep(parameterSpecs(this.#spec), model.parameters, accumulated.gradients, model.optimizer, adam);
    model.optimizer = state;
    return { gradNorm };
  }

  saveState(modelId: string): Uint8Array {
    return encodeCheckpoint(this.#model(modelId), this.#identity);
  }

  loadState(modelId: string, bytes: Uint8Array): void {
    this.#models.delete(modelId);
    this.#models.set(modelId, decodeCheckpoint(bytes, this.#identity));
  }

  resetOptimizer(modelId: string): void {
    const model = this.#model(modelId);
    model.optimizer = freshOptimizer();
    model.accumulated = null;
  }

  unloadModel(modelId: string): void {
    this.#models.delete(modelId);
  }
}
