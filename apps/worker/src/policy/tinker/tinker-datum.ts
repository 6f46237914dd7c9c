// Owns: the port's training data in Tinker's words, so that the server's loss is the one asked for, and the report of it. Must not know: HTTP.
import { ConfigurationError } from "@gradus/domain";
import { clipBounds, ReportSums, tokenCoefficients } from "../embedded/losses.ts";
import type { JsonDatum } from "../../tinker-wire/messages.ts";
import type { Datum, LossReport, LossSpec } from "../policy-engine.ts";

/** How a server makes one number of token losses. sum: over all tokens (hosted Tinker, ours). sequence-mean: mean over rows of means over weights (SkyRL). */
export type LossReduction = "sum" | "sequence-mean";

/** @throws ConfigurationError for a part of the loss that no Tinker server computes */
export function checkLoss(loss: LossSpec): void {
  if ((loss.klWeight ?? 0) !== 0)
    throw new ConfigurationError("training.loss.klWeight: a Tinker engine has no KL penalty; set it to 0 or use the embedded engine");
  if ((loss.entropyBonus ?? 0) !== 0)
    throw new ConfigurationError("training.loss.entropyBonus: a Tinker engine has no entropy term; set it to 0 or use the embedded engine");
}

/** Rows that count, each with the factor every token's loss has in the whole: `scale` and length norm included. */
export interface WeighedRow {
  readonly index: number;
  readonly datum: Datum;
  readonly coefficients: readonly number[];
}

export function weigh(data: readonly Datum[], loss: LossSpec, maxCompletionTokens: number): WeighedRow[] {
  const coefficients = tokenCoefficients(data, loss, maxCompletionTokens);
  return data.flatMap((datum, index) =>
    datum.weights.every((weight) => weight === 0) ? [] : [{ index, datum, coefficients: coefficients[index] ?? [] }],
  );
}

/** The rows as the server takes them. @throws ConfigurationError for a length norm the server's reduction cannot express */
export function wireData(rows: readonly WeighedRow[], { name }: LossSpec, reduction: LossReduction): JsonDatum[] {
  return rows.map(({ datum, coefficients }) => {
    const { advantage = 1, weights, samplerLogProbs } = datum;
    const total = sum(coefficients);
    const isSum = reduction === "sum";
    if (name === "cross_entropy" && !isSum && Math.abs(total * rows.length - 1) > 1e-9)
      throw new ConfigurationError(
        "this engine's server weighs every response alike in cross_entropy: only the length norm `sequence` can be had",
      );
    // A token's loss is linear in its advantage, so the advantage carries what the server's own mean does not.
    const advantages = isSum ? coefficients.map((each) => each * advantage) : weights.map(() => advantage * total * rows.length);
    const input = [...datum.promptTokens, ...datum.completionTokens.slice(0, -1)];
    const tensor = (dtype: "int64" | "float32", before: number, values: readonly number[]) => ({
      data: [...datum.promptTokens.slice(1).map(() => before), ...values],
      dtype,
      shape: [input.length],
    });
    const targets = { data: [...datum.promptTokens.slice(1), ...datum.completionTokens], dtype: "int64" as const, shape: [input.length] };
    return {
      model_input: { chunks: [{ type: "encoded_text", tokens: input }] },
      loss_fn_inputs: {
        target_tokens: targets,
        ...(name === "cross_entropy"
          ? { weights: tensor("float32", 0, isSum ? coefficients : weights) }
          : {
              // Where the reduction is a sum, the advantages say it all, and hosted servers know no weights here.
              ...(isSum ? {} : { weights: tensor("float32", 0, weights) }),
              logprobs: tensor("float32", 0, samplerLogProbs ?? []),
              advantages: tensor("float32", 0, advantages),
            }),
      },
    };
  });
}

/** The report of a call, from the log-probabilities that the server gave back; entropy is not among what it tells. */
export function reportOf(rows: readonly WeighedRow[], logProbs: readonly (readonly number[])[], loss: LossSpec): LossReport {
  const sums = new ReportSums(loss);
  rows.forEach(({ datum, coefficients }, row) =>
    datum.weights.forEach((weight, token) => {
      if (weight === 0) return;
      const logProb = logProbs[row]?.[token] ?? Number.NaN;
      const sampler = datum.samplerLogProbs?.[token];
      sums.loss += (coefficients[token] ?? 0) * tokenLoss(loss, logProb, sampler, datum.advantage);
      sums.addToken(logProb, 0, sampler);
    }),
  );
  return { ...sums.report(), entropy: null };
}

function tokenLoss(loss: LossSpec, logProb: number, sampler: number | undefined, advantage: number | undefined): number {
  if (loss.name === "cross_entropy" || sampler === undefined || advantage === undefined) return -logProb;
  const ratio = Math.exp(logProb - sampler);
  if (loss.name === "importance_sampling") return -ratio * advantage;
  const { low, high } = clipBounds(loss);
  const clipped = Math.min(Math.max(ratio, low), high);
  return loss.name === "ppo" ? -Math.min(ratio * advantage, clipped * advantage) : -clipped * advantage * logProb;
}

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);
