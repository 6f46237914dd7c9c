// Owns: everything that makes one model (weights, optimiser, gradient accumulator) and its checkpoint. Must not know: graphs, sessions.
import { createHash } from "node:crypto";
import type { AdamState } from "./adam.ts";
import { checkModelSpec } from "./model-spec.ts";
import type { ModelSpec } from "./model-spec.ts";
import { initialParameters, parameterSpecs } from "./parameters.ts";
import type { Parameters } from "./parameters.ts";
import { decodeSafetensors, encodeSafetensors } from "./safetensors.ts";
import type { NamedTensor } from "./safetensors.ts";

export interface ModelState {
  readonly parameters: Parameters;
  optimizer: AdamState;
  /** Sum of gradients since the last update; null when there is none. */
  accumulated: { readonly gradients: Parameters; isFinite: boolean } | null;
}

export const freshOptimizer = (): AdamState => ({ step: 0, moments: null });

export const createModelState = (spec: ModelSpec, seed: number): ModelState => ({
  parameters: initialParameters(spec, seed),
  optimizer: freshOptimizer(),
  accumulated: null,
});

const FORMAT = "gradus-embedded/1";
const FIRST_MOMENT = "adam.first.";
const SECOND_MOMENT = "adam.second.";

/** What a checkpoint must agree with before it is loaded. `spec` is the engine's own model: one that names no lengths must be of it. */
export interface CheckpointIdentity {
  readonly spec: ModelSpec;
  readonly vocabularyHash: string;
}

/** The parts of a spec that decide what weights mean; buckets do so only through learned positions, whose table's shape is checked. */
function architecture(spec: ModelSpec): string {
  const { vocabulary, width, layers, heads, hidden, positions } = spec;
  return JSON.stringify({ vocabulary, width, layers, heads, hidden, positions });
}

function digest(tensors: readonly NamedTensor[]): string {
  const hash = createHash("sha256");
  for (const { name, shape, values } of tensors) {
    hash.update(`${name}[${shape.join(",")}]`).update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }
  return hash.digest("hex");
}

/** Lengths and batch shape: no part of what weights mean, but of what is computed with them. */
function lengths({ promptBuckets, completionBuckets, samplingGrid }: ModelSpec): string {
  return JSON.stringify({ promptBuckets, completionBuckets, samplingGrid });
}

/** Weights, and moments once an update was made, as safetensors bytes. A pending gradient is not part of a checkpoint. */
export function encodeCheckpoint(state: ModelState, spec: ModelSpec, engine: CheckpointIdentity): Uint8Array {
  const specs = parameterSpecs(spec);
  const tensorsOf = (prefix: string, values: Parameters): NamedTensor[] =>
    specs.map(({ name, shape }) => ({ name: `${prefix}${name}`, shape, values: values.get(name) as Float32Array }));
  const { moments, step } = state.optimizer;
  const tensors = [
    ...tensorsOf("", state.parameters),
    ...(moments === null ? [] : [...tensorsOf(FIRST_MOMENT, moments.first), ...tensorsOf(SECOND_MOMENT, moments.second)]),
  ];
  const metadata = {
    format: FORMAT,
    architecture: architecture(spec),
    // Only a model that is not the engine's own says them.
    ...(spec === engine.spec ? {} : { lengths: lengths(spec) }),
    vocabularyHash: engine.vocabularyHash,
    optimizerStep: String(step),
    tensorsSha256: digest(tensors),
  };
  return encodeSafetensors({ metadata, tensors });
}

/** @throws Error saying what is wrong with the bytes, or in what they differ from this engine's model */
export function decodeCheckpoint(bytes: Uint8Array, engine: CheckpointIdentity): { readonly spec: ModelSpec; readonly state: ModelState } {
  const { vocabularyHash } = engine;
  const { metadata, tensors } = decodeSafetensors(bytes);
  const spec = specOf(metadata) ?? engine.spec;
  const expect = (key: string, wanted: string, what: string): void => {
    if (metadata[key] !== wanted) throw new Error(`checkpoint ${what} is ${metadata[key] ?? "absent"}, this engine has ${wanted}`);
  };
  expect("format", FORMAT, "format");
  expect("architecture", architecture(spec), "model");
  expect("vocabularyHash", vocabularyHash, "vocabulary (hash)");
  if (metadata["tensorsSha256"] !== digest(tensors)) throw new Error("checkpoint is altered: its tensors do not have the SHA-256 it names");
  const step = Number(metadata["optimizerStep"]);
  if (!Number.isSafeInteger(step) || step < 0) throw new Error(`checkpoint optimizerStep is ${metadata["optimizerStep"] ?? "absent"}`);
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const take = (prefix: string): Parameters =>
    new Map(
      parameterSpecs(spec).map(({ name, shape }) => {
        const tensor = byName.get(`${prefix}${name}`);
        if (tensor === undefined) throw new Error(`checkpoint lacks tensor ${prefix}${name}`);
        if (tensor.shape.join() !== shape.join())
          throw new Error(`checkpoint tensor ${tensor.name} has shape [${tensor.shape.join(", ")}], expected [${shape.join(", ")}]`);
        if (!tensor.values.every(Number.isFinite)) throw new Error(`checkpoint tensor ${tensor.name} has a value that is not finite`);
        byName.delete(tensor.name);
        return [name, tensor.values];
      }),
    );
  const parameters = take("");
  const moments = step === 0 ? null : { first: take(FIRST_MOMENT), second: take(SECOND_MOMENT) };
  const stray = [...byName.keys()][0];
  if (stray !== undefined) throw new Error(`checkpoint has an unknown tensor ${stray}`);
  return { spec, state: { parameters, optimizer: { step, moments }, accumulated: null } };
}

/** The model a checkpoint says it is; null where it leaves the lengths to the engine. @throws Error when it describes no model */
function specOf(metadata: Readonly<Record<string, string>>): ModelSpec | null {
  const { architecture: sizes, lengths: named } = metadata;
  if (sizes === undefined || named === undefined) return null;
  try {
    const spec = { ...(JSON.parse(sizes) as object), ...(JSON.parse(named) as object) } as ModelSpec;
    checkModelSpec(spec);
    return spec;
  } catch (error) {
    // Tolerates nothing: only says that it is the checkpoint's description which is wrong.
    throw new Error(`checkpoint describes no model: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
