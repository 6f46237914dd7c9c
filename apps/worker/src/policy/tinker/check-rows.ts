// Owns: refusing what a Tinker server would take silently or fail others for: wrong lengths, no data, tokens outside the vocabulary.
// Must not know: HTTP.
import type { Datum, LossSpec, SampleRow, SamplingSpec, ScoredRow } from "../policy-engine.ts";

export interface TokenLimits {
  readonly vocabulary: number;
  readonly maxPromptTokens: number;
  readonly maxCompletionTokens: number;
}

function checkTokens(tokens: readonly number[], { vocabulary }: TokenLimits, limit: number, what: string): void {
  if (tokens.length === 0) throw new Error(`${what} is empty`);
  if (tokens.length > limit) throw new Error(`${what} has ${tokens.length} tokens, the engine's limit is ${limit}`);
  const stray = tokens.find((token) => !Number.isInteger(token) || token < 0 || token >= vocabulary);
  if (stray !== undefined) throw new Error(`${what} has token ${stray}, outside the vocabulary of ${vocabulary}`);
}

/** @throws Error naming the first row that makes no sense */
export function checkScored(rows: readonly ScoredRow[], limits: TokenLimits): void {
  rows.forEach((row, index) => {
    checkTokens(row.promptTokens, limits, limits.maxPromptTokens, `prompt of datum ${index}`);
    checkTokens(row.completionTokens, limits, limits.maxCompletionTokens, `completion of datum ${index}`);
  });
}

/** @throws Error naming the first datum and array that is wrong */
export function checkTraining(data: readonly Datum[], loss: LossSpec, limits: TokenLimits): void {
  if (data.length === 0) throw new Error("forwardBackward needs at least one datum");
  checkScored(data, limits);
  const isRl = loss.name !== "cross_entropy";
  data.forEach(({ completionTokens, weights, samplerLogProbs, advantage }, row) => {
    const { length } = completionTokens;
    if (weights.length !== length) throw new Error(`datum ${row} has ${weights.length} weights for ${length} completion tokens`);
    if (weights.some((weight) => !(weight >= 0))) throw new Error(`datum ${row} has a weight that is not a number of 0 or more`);
    if (!isRl) return;
    if (samplerLogProbs === undefined) throw new Error(`datum ${row} lacks samplerLogProbs, which this ${loss.name} loss needs`);
    if (samplerLogProbs.length !== length)
      throw new Error(`datum ${row} has ${samplerLogProbs.length} samplerLogProbs for ${length} completion tokens`);
    if (advantage === undefined) throw new Error(`datum ${row} lacks an advantage`);
  });
  if (data.every(({ weights }) => weights.every((weight) => weight === 0))) throw new Error("no token of any datum counts");
}

/** @throws Error naming what is wrong */
export function checkSampling(rows: readonly SampleRow[], { maxTokens, temperature }: SamplingSpec, limits: TokenLimits): void {
  rows.forEach((row, index) => checkTokens(row.promptTokens, limits, limits.maxPromptTokens, `prompt of row ${index}`));
  if (!Number.isInteger(maxTokens) || maxTokens < 1 || maxTokens > limits.maxCompletionTokens)
    throw new Error(`maxTokens is ${maxTokens}, expected 1 to ${limits.maxCompletionTokens}`);
  if (!(temperature >= 0 && Number.isFinite(temperature))) throw new Error(`temperature is ${temperature}, expected 0 or more`);
}
