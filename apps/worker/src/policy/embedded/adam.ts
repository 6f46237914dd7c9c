// Owns: AdamW with global-norm clipping over Float32Arrays, and refusing what is not finite. Must not know: graphs, losses.
import { NonFiniteUpdate } from "../policy-engine.ts";
import type { AdamSpec } from "../policy-engine.ts";
import type { ParameterSpec, Parameters } from "./parameters.ts";

/** First and second moments by parameter name; null before the first update. */
export interface AdamState {
  readonly step: number;
  readonly moments: { readonly first: Parameters; readonly second: Parameters } | null;
}

/** Global l2 norm, summed in float64. */
export function globalNorm(gradients: Parameters): number {
  let sum = 0;
  for (const gradient of gradients.values()) {
    let part = 0;
    for (let index = 0; index < gradient.length; index += 1) part += (gradient[index] as number) ** 2;
    sum += part;
  }
  return Math.sqrt(sum);
}

const zerosLike = (parameters: Parameters): Parameters =>
  new Map([...parameters].map(([name, values]) => [name, new Float32Array(values.length)]));

/**
 * One AdamW step in place (decoupled decay, Loshchilov and Hutter 2019). Returns the next state and the gradient norm before clipping.
 * @throws NonFiniteUpdate with nothing changed
 */
export function adamStep(
  specs: readonly ParameterSpec[],
  parameters: Parameters,
  gradients: Parameters,
  state: AdamState,
  adam: AdamSpec,
): { readonly state: AdamState; readonly gradNorm: number } {
  const gradNorm = globalNorm(gradients);
  if (!Number.isFinite(gradNorm)) throw new NonFiniteUpdate(`gradient norm is ${gradNorm}; the weights are unchanged`);
  const clip = adam.maxGradNorm > 0 && gradNorm > adam.maxGradNorm ? adam.maxGradNorm / gradNorm : 1;
  const step = state.step + 1;
  const moments = state.moments ?? { first: zerosLike(parameters), second: zerosLike(parameters) };
  const firstCorrection = 1 / (1 - adam.beta1 ** step);
  const secondCorrection = 1 / (1 - adam.beta2 ** step);
  for (const { name, decays } of specs) {
    const [values, gradient, first, second] = [parameters, gradients, moments.first, moments.second].map(
      (map) => map.get(name) as Float32Array,
    ) as [Float32Array, Float32Array, Float32Array, Float32Array];
    const keep = 1 - (decays ? adam.learningRate * adam.weightDecay : 0);
    for (let index = 0; index < values.length; index += 1) {
      const slope = (gradient[index] as number) * clip;
      const m = adam.beta1 * (first[index] as number) + (1 - adam.beta1) * slope;
      const v = adam.beta2 * (second[index] as number) + (1 - adam.beta2) * slope * slope;
      first[index] = m;
      second[index] = v;
      const change = (adam.learningRate * m * firstCorrection) / (Math.sqrt(v * secondCorrection) + adam.eps);
      values[index] = (values[index] as number) * keep - change;
    }
  }
  return { state: { step, moments }, gradNorm };
}
