// Owns: the embedded engine's models and calls, in the process that runs the native runtime (the child). Must not know: how calls reach it.
import type { PolicyModel } from "@gradus/domain/policy-model";
import { env } from "onnxruntime-node";
import { NonFiniteUpdate } from "../policy-engine.ts";
import type {
  AdamSpec,
  Datum,
  EngineCapabilities,
  LossReport,
  LossSpec,
  Sample,
  SampleRow,
  SamplingSpec,
  ScoredRow,
} from "../policy-engine.ts";
import { adamStep } from "./adam.ts";
import { checkData, checkRows, checkSampling } from "./check-data.ts";
import type { RuntimeOptions } from "./graph-session.ts";
import { checkModelSpec, maxCompletionTokens, maxPromptTokens } from "./model-spec.ts";
import type { ModelSpec } from "./model-spec.ts";
import { createModelState, decodeCheckpoint, encodeCheckpoint, freshOptimizer } from "./model-state.ts";
import type { CheckpointIdentity, ModelState } from "./model-state.ts";
import { parameterSpecs } from "./parameters.ts";
import { modelAskedFor } from "./presets.ts";
import { Sampler } from "./sampler.ts";
import { selfTest } from "./self-test.ts";
import { Trainer } from "./trainer.ts";

export interface EngineCoreOptions {
  /** The model of weights and checkpoints that name none. */
  readonly spec: ModelSpec;
  readonly runtime: RuntimeOptions;
  readonly vocabularyHash: string;
}

/** The graphs of one model spec; models of a spec share them. */
interface Workshop {
  readonly spec: ModelSpec;
  readonly trainer: Trainer;
  readonly sampler: Sampler;
}

interface LoadedModel {
  readonly workshop: Workshop;
  readonly state: ModelState;
}

/** Opens the engine; a provider other than cpu must first compute a training step as cpu does. @throws Error saying what is wrong */
export async function openEngineCore(options: EngineCoreOptions): Promise<EngineCore> {
  const core = new EngineCore(options);
  if (options.runtime.provider !== "cpu") await selfTest(options.runtime);
  return core;
}

export class EngineCore {
  readonly #models = new Map<string, LoadedModel>();
  readonly #workshops = new Map<string, Workshop>();
  readonly #identity: CheckpointIdentity;
  readonly #runtime: RuntimeOptions;
  readonly capabilities: EngineCapabilities;

  constructor({ spec, runtime, vocabularyHash }: EngineCoreOptions) {
    checkModelSpec(spec);
    this.#runtime = runtime;
    this.#identity = { spec, vocabularyHash };
    this.capabilities = {
      engine: "embedded-onnx/1",
      runtime: `onnxruntime-node ${env.versions.node ?? env.versions.common} ${runtime.provider} ${process.platform}-${process.arch}`,
      threads: runtime.threads,
      deterministic: runtime.provider === "cpu",
      sampleWhileTraining: false,
      addsGradients: true,
      resetsOptimizer: true,
      losses: ["cross_entropy", "importance_sampling", "ppo", "cispo"],
      maxPromptTokens: maxPromptTokens(spec),
      maxCompletionTokens: maxCompletionTokens(spec),
    };
  }

  #workshop(asked: ModelSpec): Workshop {
    const key = JSON.stringify(asked);
    // One object a spec: the engine's own is recognised by it.
    const spec = key === JSON.stringify(this.#identity.spec) ? this.#identity.spec : asked;
    const made = this.#workshops.get(key) ?? { spec, trainer: new Trainer(spec, this.#runtime), sampler: new Sampler(spec, this.#runtime) };
    this.#workshops.set(key, made);
    return made;
  }

  #model(modelId: string): LoadedModel {
    const model = this.#models.get(modelId);
    if (model === undefined) throw new Error(`model ${modelId} is not loaded in this engine`);
    return model;
  }

  createModel(modelId: string, seed: number, model?: PolicyModel): void {
    const spec = model === undefined ? this.#identity.spec : modelAskedFor(model);
    checkModelSpec(spec);
    this.#models.set(modelId, { workshop: this.#workshop(spec), state: createModelState(spec, seed) });
  }

  async sample(modelId: string, rows: readonly SampleRow[], spec: SamplingSpec, signal: AbortSignal): Promise<Sample[]> {
    const { workshop, state } = this.#model(modelId);
    checkSampling(rows, spec, workshop.spec);
    return workshop.sampler.sample(state.parameters, rows, spec, signal);
  }

  async forwardBackward(modelId: string, data: readonly Datum[], loss: LossSpec): Promise<LossReport> {
    const { workshop, state } = this.#model(modelId);
    checkData(data, loss, workshop.spec);
    return workshop.trainer.forwardBackward(state, data, loss);
  }

  async logProbs(modelId: string, rows: readonly ScoredRow[]): Promise<number[][]> {
    const { workshop, state } = this.#model(modelId);
    checkRows(rows, workshop.spec);
    return workshop.trainer.logProbs(state, rows);
  }

  /** The accumulated gradient is dropped whether or not it could be applied. */
  optimStep(modelId: string, adam: AdamSpec): { readonly gradNorm: number } {
    const { workshop, state: model } = this.#model(modelId);
    const { accumulated } = model;
    if (accumulated === null) throw new Error(`model ${modelId} has no gradient to apply: call forwardBackward first`);
    model.accumulated = null;
    if (!accumulated.isFinite) throw new NonFiniteUpdate("the loss is not finite; the weights are unchanged");
    const { state, gradNorm } = adamStep(parameterSpecs(workshop.spec), model.parameters, accumulated.gradients, model.optimizer, adam);
    model.optimizer = state;
    return { gradNorm };
  }

  saveState(modelId: string): Uint8Array {
    const { workshop, state } = this.#model(modelId);
    return encodeCheckpoint(state, workshop.spec, this.#identity);
  }

  loadState(modelId: string, bytes: Uint8Array): void {
    this.#models.delete(modelId);
    const { spec, state } = decodeCheckpoint(bytes, this.#identity);
    this.#models.set(modelId, { workshop: this.#workshop(spec), state });
  }

  resetOptimizer(modelId: string): void {
    const { state } = this.#model(modelId);
    state.optimizer = freshOptimizer();
    state.accumulated = null;
  }

  /** The last model of a spec takes its graphs with it; the engine's own stay, since the next run will want them. */
  async unloadModel(modelId: string): Promise<void> {
    const model = this.#models.get(modelId);
    this.#models.delete(modelId);
    if (model === undefined || model.workshop.spec === this.#identity.spec) return;
    if ([...this.#models.values()].some(({ workshop }) => workshop === model.workshop)) return;
    this.#workshops.delete(JSON.stringify(model.workshop.spec));
    await Promise.all([model.workshop.trainer.release(), model.workshop.sampler.release()]);
  }
}
