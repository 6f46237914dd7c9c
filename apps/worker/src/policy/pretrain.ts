// Owns: the supervised warm start: next-token training on prompt and completion pairs. Must not know: where the pairs come from.
import type { AdamSpec, Datum, PolicyEngine } from "./policy-engine.ts";

export interface PretrainPair {
  readonly prompt: string;
  readonly completion: string;
}

export interface PretrainOptions {
  readonly steps: number;
  /** Pairs in each update. */
  readonly batch: number;
  /** `learningRate` is the peak. */
  readonly adam: AdamSpec;
  /** Updates over which the learning rate rises from 0. Default: a twentieth of `steps`. Afterwards it falls to a tenth by a half cosine. */
  readonly warmupSteps?: number;
  readonly onProgress?: (progress: PretrainProgress) => void;
}

export interface PretrainProgress {
  /** From 1. */
  readonly step: number;
  readonly steps: number;
  /** Mean negative log-likelihood of a completion token, nats. */
  readonly loss: number;
  /** Null where the engine does not tell it. */
  readonly gradNorm: number | null;
}

const FINAL_SHARE = 0.1;

/** Learning rate of update `step` (from 1). */
export function scheduledRate(step: number, { steps, adam, warmupSteps = Math.ceil(steps / 20) }: PretrainOptions): number {
  if (step <= warmupSteps) return (adam.learningRate * step) / warmupSteps;
  const done = (step - warmupSteps) / Math.max(steps - warmupSteps, 1);
  return adam.learningRate * (FINAL_SHARE + (1 - FINAL_SHARE) * 0.5 * (1 + Math.cos(Math.PI * done)));
}

/**
 * Trains a loaded model on the corpus in its order, one pass. The completion is followed by the end-of-sequence token. Every decision depends
 * on the arguments alone: the same corpus and model give the same weights on the same kind of machine.
 * @returns the loss of the last update
 * @throws Error when the corpus ends before `steps` updates
 */
export async function pretrain(
  engine: PolicyEngine,
  modelId: string,
  corpus: Iterable<PretrainPair>,
  options: PretrainOptions,
): Promise<{ readonly loss: number }> {
  const pairs = corpus[Symbol.iterator]();
  let loss = Number.NaN;
  for (let step = 1; step <= options.steps; step += 1) {
    const data = Array.from({ length: options.batch }, (): Datum => {
      const next = pairs.next();
      if (next.done === true) throw new Error(`the corpus ended in update ${step} of ${options.steps}`);
      return toDatum(engine, next.value);
    });
    const report = await engine.forwardBackward(modelId, data, { name: "cross_entropy", lengthNorm: "token" });
    const { gradNorm } = await engine.optimStep(modelId, { ...options.adam, learningRate: scheduledRate(step, options) });
    loss = report.loss;
    options.onProgress?.({ step, steps: options.steps, loss, gradNorm });
  }
  return { loss };
}

function toDatum({ tokenizer }: PolicyEngine, { prompt, completion }: PretrainPair): Datum {
  const completionTokens = [...tokenizer.encode(completion), tokenizer.eosToken];
  return { promptTokens: tokenizer.encode(prompt), completionTokens, weights: completionTokens.map(() => 1) };
}
