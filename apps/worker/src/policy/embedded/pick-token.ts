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
  let total = 0;
  for (let token = 0; token < size; token += 1) total += Math.exp((logits[offset + token] as number) - highest);
  const logNormaliser = highest + Math.log(total);
  const token = spec.temperature === 0 ? best : draw(logits.subarray(offset, offset + size), highest, spec, random.next());
  return { token, logProb: (logits[offset + token] as number) - logNormaliser };
}

function draw(logits: Float32Array, highest: number, { temperature, topK, topP }: SamplingSpec, uniform: number): number {
  const weights = Float64Array.from(logits, (logit) => Math.exp((logit - highest) / temperature));
  let candidates = Array.from(weights.keys());
  if ((topK > 0 && topK < weights.length) || topP < 1) {
    candidates.sort((a, b) => (weights[b] as number) - (weights[a] as number) || a - b);
    if (topK > 0) candidates = candidates.slice(0, topK);
    candidates = nucleus(candidates, weights, topP);
  }
  let rest = uniform * candidates.reduce((sum, token) => sum + (weights[token] as number), 0);
  for (const token of candidates) {
    rest -= weights[token] as number;
    if (rest < 0) return token;
  }
  // Rounding can leave a sliver; it belongs to the last token that can be drawn at all.
  return candidates.findLast((token) => (weights[token] as number) > 0) ?? 0;
}

function nucleus(sorted: readonly number[], weights: Float64Array, topP: number): number[] {
  const goal = topP * sorted.reduce((sum, token) => sum + (weights[token] as number), 0);
  let mass = 0;
  const end = sorted.findIndex((token) => {
    mass += weights[token] as number;
    return mass >= goal;
  });
  return sorted.slice(0, end === -1 ? sorted.length : end + 1);
}
