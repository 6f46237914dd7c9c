// Owns: the messages between the engine's parent and child process (node:child_process IPC, advanced serialisation).
// Must not know: what either side does with them.
import type { PolicyModel } from "@gradus/domain/policy-model";
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
import type { EngineCoreOptions } from "./engine-core.ts";

/** Arguments and result of every call that crosses to the child. */
export interface EngineCalls {
  open: { args: [options: EngineCoreOptions]; result: EngineCapabilities };
  createModel: { args: [modelId: string, seed: number, model?: PolicyModel]; result: void };
  sample: { args: [modelId: string, rows: readonly SampleRow[], spec: SamplingSpec]; result: Sample[] };
  forwardBackward: { args: [modelId: string, data: readonly Datum[], loss: LossSpec]; result: LossReport };
  logProbs: { args: [modelId: string, rows: readonly ScoredRow[]]; result: number[][] };
  optimStep: { args: [modelId: string, adam: AdamSpec]; result: { readonly gradNorm: number } };
  saveState: { args: [modelId: string]; result: Uint8Array };
  loadState: { args: [modelId: string, bytes: Uint8Array]; result: void };
  resetOptimizer: { args: [modelId: string]; result: void };
  unloadModel: { args: [modelId: string]; result: void };
}

export type EngineMethod = keyof EngineCalls;

/** One call, tagged so that a switch narrows its arguments. */
export type EngineCall = {
  [Method in EngineMethod]: { readonly method: Method; readonly args: EngineCalls[Method]["args"] };
}[EngineMethod];

/** Parent to child: a call, or the wish that an earlier one stop. */
export type EngineRequest = { readonly id: number; readonly call: EngineCall } | { readonly abort: number };

/** Child to parent. */
export type EngineReply =
  | { readonly id: number; readonly value: EngineCalls[EngineMethod]["result"] }
  | { readonly id: number; readonly error: { readonly name: string; readonly message: string; readonly stack: string } };
