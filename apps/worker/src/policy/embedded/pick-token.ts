// Owns: choosing one token from logits, in float64. Must not know: the model, batches.
import type { Random } from "@gradus/domain/random";
import type { SamplingSpec } from "../policy-engine.ts";

export interface PickedToken {
  readonly token: number;
  /** Natural log-probability under the policy itself: temperature 1, nothing cut off. That is what the trainer computes. */
  readonly logProb: number;
}

/**
 * Draws from logits[offset, offset + size): temperature first, then top-k, then top-p (the smallest set of most likely tokens whose
 * probability reaches topP). Temperature 0 takes the likeliest, the lowest index on a tie. Uses one draw of `random`, none at temperature 0.
 * @throws Error when a logit is not a number
 */
export function pickToken(logits: Float32Array, offset: number, size: number, spec: SamplingSpec, random: Random): PickedToken {
  let best = 0;
  let highest = -Infinity;
  for (let token = 0; token < size; token += 1) {
    const logit = logits[offset + token] as number;
    if (!Number.isFinite(logit)) throw new Error(`the policy's logit of token ${token} is ${logit}: its weights have diverged`);
    if (logit > highest) [highest, best] = [logit, token];
  }
  const weights = new Float64Array(size);
  const total = fillWeights(weights, logits, offset, highest, 1);
  const logNormaliser = highest + Math.log(total);
  const logProbOf = (token: number): PickedToken => ({ token, logProb: (logits[offset + token] as number) - logNormaliser });
  if (spec.temperature === 0) return logProbOf(best);
  const mass = spec.temperature === 1 ? total : fillWeights(weights, logits, offset, highest, spec.temperature);
  const kept = (spec.topK > 0 && spec.topK < size) || spec.topP < 1 ? cut(weights, spec) : mass;
  return logProbOf(draw(weights, kept * random.next()));
}

/** exp((logit - highest) / temperature) for every token; returns their sum. The hot loop of sampling: no allocation, no closure. */
function fillWeights(weights: Float64Array, logits: Float32Array, offset: number, highest: number, temperature: number): number {
  let total = 0;
  for (let token = 0; token < weights.length; token += 1) {
    const weight = Math.exp(((logits[offset + token] as number) - highest) / temperature);
    weights[token] = weight;
    total += weight;
  }
  return total;
}

/** The first token at which the running sum passes `goal`. */
function draw(weights: Float64Array, goal: number): number {
  let rest = goal;
  let last = 0;
  for (let token = 0; token < weights.length; token += 1) {
    const weight = weights[token] as number;
    if (weight === 0) continue;
    rest -= weight;
    last = token;
    if (rest < 0) return token;
  }
  // Rounding can leave a sliver; it belongs to the last token that can be drawn at all.
  return last;
}

/** Sets the weights outside top-k and top-p to 0; returns the sum of what is left. */
function cut(weights: Float64Array, { topK, topP }: SamplingSpec): number {
  const ranked = Array.from(weights.keys()).sort((a, b) => (weights[b] as number) - (weights[a] as number) || a - b);
  const candidates = topK > 0 ? ranked.slice(0, topK) : ranked;
  const goal = topP * candidates.reduce((sum, token) => sum + (weights[token] as number), 0);
  const kept = new Float64Array(weights.length);
  let mass = 0;
  for (const token of candidates) {
    kept[token] = weights[token] as number;
    mass += weights[token] as number;
    if (mass >= goal) break;
  }
  weights.set(kept);
  return mass;
}
