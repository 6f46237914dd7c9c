// Owns: the policy losses: as graph values (per token), as per-token coefficients (length normalisation) and as reported means.
// Must not know: the model, sessions, batching.
import type { Datum, LossReport, LossSpec } from "../policy-engine.ts";
import type { Graph, Value } from "./graph.ts";

/** Which graph a loss needs: everything else of a LossSpec is an input of that graph. */
export interface LossKind {
  readonly name: LossSpec["name"];
  readonly entropy: boolean;
  readonly reference: boolean;
}

/** Default ratio bounds of ppo and cispo, as in the Tinker API. */
const CLIP_LOW = 0.8;
const CLIP_HIGH = 1.2;

export const clipBounds = (loss: LossSpec): { readonly low: number; readonly high: number } => ({
  low: loss.clipLow ?? CLIP_LOW,
  high: loss.clipHigh ?? CLIP_HIGH,
});

export function lossKind(loss: LossSpec): LossKind {
  return { name: loss.name, entropy: (loss.entropyBonus ?? 0) !== 0, reference: (loss.klWeight ?? 0) !== 0 };
}

/** Inputs of a loss graph, each a column [n, 1] over completion tokens, or a scalar. */
export interface LossInputs {
  readonly logProbs: Value;
  readonly entropy: Value;
  readonly coefficients: Value;
}

/** The scalar sum over tokens of coefficient x (policy loss - entropyBonus x entropy + klWeight x k3). Inputs it needs are declared here. */
export function lossValue(graph: Graph, kind: LossKind, { logProbs, entropy, coefficients }: LossInputs): Value {
  const column = (name: string): Value => graph.input(name, logProbs.shape);
  const scalar = (name: string): Value => graph.input(name, []);
  let perToken = policyLoss(graph, kind.name, logProbs, column, scalar);
  if (kind.entropy) perToken = graph.sub(perToken, graph.mul(scalar("entropyBonus"), entropy));
  if (kind.reference) {
    // k3 (Schulman, "Approximating KL divergence"): exp(ref - lp) - (ref - lp) - 1, never negative.
    const difference = graph.sub(column("referenceLogProbs"), logProbs);
    const k3 = graph.sub(graph.sub(graph.exp(difference), difference), graph.scalar(1));
    perToken = graph.add(perToken, graph.mul(scalar("klWeight"), k3));
  }
  const total = graph.sum(graph.mul(coefficients, perToken), [0, 1], false);
  return total;
}

function policyLoss(
  graph: Graph,
  name: LossSpec["name"],
  logProbs: Value,
  column: (name: string) => Value,
  scalar: (name: string) => Value,
): Value {
  if (name === "cross_entropy") return graph.neg(logProbs);
  const advantages = column("advantages");
  const ratio = graph.exp(graph.sub(logProbs, column("samplerLogProbs")));
  if (name === "importance_sampling") return graph.neg(graph.mul(ratio, advantages));
  const clipped = graph.min(graph.max(ratio, scalar("clipLow")), scalar("clipHigh"));
  if (name === "ppo") return graph.neg(graph.min(graph.mul(ratio, advantages), graph.mul(clipped, advantages)));
  // CISPO (MiniMax-M1, arXiv 2506.13585): the clipped weight is a constant, so every token keeps a gradient.
  return graph.neg(graph.mul(graph.stopGradient(clipped), graph.mul(advantages, logProbs)));
}

/**
 * Each datum's coefficients over its completion tokens; they sum to 1 over the call for `token`, `sequence` and `prompt` when every row has a counted token.
 * @param maxTokens - completion length that `constant` divides by
 */
export function tokenCoefficients(data: readonly Datum[], loss: LossSpec, maxTokens: number): number[][] {
  const sums = data.map((datum) => datum.weights.reduce((sum, weight) => sum + weight, 0));
  const total = sums.reduce((sum, weight) => sum + weight, 0);
  const scale = loss.scale ?? 1;
  const ofGroup = new Map<number | undefined, number>();
  for (const [row, { group }] of data.entries()) ofGroup.set(group, (ofGroup.get(group) ?? 0) + (sums[row] ?? 0));
  return data.map((datum, row) => {
    const divisor = {
      token: total,
      sequence: data.length * (sums[row] ?? 0),
      constant: data.length * maxTokens,
      prompt: ofGroup.size * (ofGroup.get(datum.group) ?? 0),
    }[loss.lengthNorm];
    return datum.weights.map((weight) => (weight === 0 ? 0 : (scale * weight) / divisor));
  });
}

/** Sums a {@link LossReport} is made from, in float64, over counted tokens. */
export class ReportSums {
  loss = 0;
  #entropy = 0;
  #kl = 0;
  #clipped = 0;
  #gap = 0;
  #tokens = 0;
  readonly #bounds: { readonly low: number; readonly high: number } | null;

  constructor(loss: LossSpec) {
    this.#bounds = loss.name === "ppo" || loss.name === "cispo" ? clipBounds(loss) : null;
  }

  /** Adds one counted token. `sampler` is undefined where the datum has no sampling log-probability. */
  addToken(logProb: number, entropy: number, sampler: number | undefined): void {
    this.#tokens += 1;
    this.#entropy += entropy;
    if (sampler === undefined) return;
    const difference = logProb - sampler;
    const ratio = Math.exp(difference);
    this.#kl += ratio - 1 - difference;
    this.#gap = Math.max(this.#gap, Math.abs(difference));
    if (this.#bounds !== null && (ratio < this.#bounds.low || ratio > this.#bounds.high)) this.#clipped += 1;
  }

  report(): LossReport {
    const count = Math.max(this.#tokens, 1);
    return {
      loss: this.loss,
      entropy: this.#entropy / count,
      klToSampler: this.#kl / count,
      clipFraction: this.#clipped / count,
      maxLogProbGap: this.#gap,
      tokens: this.#tokens,
    };
  }
}
