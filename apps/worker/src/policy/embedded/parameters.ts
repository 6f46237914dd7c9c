// Owns: the names, shapes and initial values of a GPT's parameters. Must not know: graphs, the runtime, files.
import { stream } from "@gradus/domain/random";
import { contextLength } from "./model-spec.ts";
import type { ModelSpec } from "./model-spec.ts";

export interface ParameterSpec {
  readonly name: string;
  readonly shape: readonly number[];
  /** Standard deviation of the initial normal values, or a constant. */
  readonly init: { readonly deviation: number } | { readonly constant: number };
  /** Matrices decay under AdamW; gains and biases do not. */
  readonly decays: boolean;
}

/** Parameters by name, in the order of {@link parameterSpecs}. */
export type Parameters = ReadonlyMap<string, Float32Array>;

const matrix = (name: string, rows: number, columns: number, deviation = 0.02): ParameterSpec => ({
  name,
  shape: [rows, columns],
  init: { deviation },
  decays: true,
});
const vector = (name: string, size: number, constant: number): ParameterSpec => ({
  name,
  shape: [size],
  init: { constant },
  decays: false,
});

/** Every parameter of a model in canonical order (checkpoints and graph inputs follow it). */
export function parameterSpecs(spec: ModelSpec): ParameterSpec[] {
  const { width, hidden, layers, vocabulary } = spec;
  // Residual outputs start smaller so that the stream's variance does not grow with depth (GPT-2).
  const residual = 0.02 / Math.sqrt(2 * layers);
  const block = (prefix: string): ParameterSpec[] => [
    vector(`${prefix}.ln1.gain`, width, 1),
    vector(`${prefix}.ln1.bias`, width, 0),
    matrix(`${prefix}.qkv`, width, 3 * width, 1 / Math.sqrt(width) / 2),
    matrix(`${prefix}.proj`, width, width, residual),
    vector(`${prefix}.ln2.gain`, width, 1),
    vector(`${prefix}.ln2.bias`, width, 0),
    matrix(`${prefix}.fc`, width, hidden, 1 / Math.sqrt(width) / 2),
    vector(`${prefix}.fc.bias`, hidden, 0),
    matrix(`${prefix}.out`, hidden, width, residual),
    vector(`${prefix}.out.bias`, width, 0),
  ];
  return [
    { ...matrix("wte", vocabulary, width), decays: false },
    ...(spec.positions === "learned" ? [{ ...matrix("wpe", contextLength(spec), width), decays: false }] : []),
    ...Array.from({ length: layers }, (_, layer) => block(`h${layer}`)).flat(),
    vector("ln.gain", width, 1),
    vector("ln.bias", width, 0),
    matrix("head", width, vocabulary),
  ];
}

export const parameterSize = (parameter: ParameterSpec): number => parameter.shape.reduce((product, size) => product * size, 1);

/** Number of scalars in a model. */
export const parameterCount = (spec: ModelSpec): number =>
  parameterSpecs(spec).reduce((sum, parameter) => sum + parameterSize(parameter), 0);

/** Fresh values; each parameter has its own random stream, so a change of one shape does not disturb the others. */
export function initialParameters(spec: ModelSpec, seed: number): Map<string, Float32Array> {
  return new Map(
    parameterSpecs(spec).map((parameter) => {
      const values = new Float32Array(parameterSize(parameter));
      if ("constant" in parameter.init) values.fill(parameter.init.constant);
      else {
        const random = stream(`init/${seed}/${parameter.name}`);
        for (let index = 0; index < values.length; index += 1) values[index] = random.normal() * parameter.init.deviation;
      }
      return [parameter.name, values];
    }),
  );
}
