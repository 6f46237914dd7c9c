// Owns: refusing training data and sampling requests that make no sense, naming the row. Must not know: graphs, sessions.
import type { Datum, LossSpec, SampleRow, SamplingSpec, ScoredRow } from "../policy-engine.ts";
import { maxCompletionTokens, maxPromptTokens } from "./model-spec.ts";
import type { ModelSpec } from "./model-spec.ts";

function checkTokens(tokens: readonly number[], spec: ModelSpec, limit: number, what: string): void {
  if (tokens.length === 0) throw new Error(`${what} is empty`);
  if (tokens.length > limit) throw new Error(`${what} has ${tokens.length} tokens, the engine's limit is ${limit}`);
  const stray = tokens.find((token) => !Number.isInteger(token) || token < 0 || token >= spec.vocabulary);
  if (stray !== undefined) throw new Error(`${what} has token ${stray}, outside the vocabulary of ${spec.vocabulary}`);
}

/** @throws Error naming the first row whose tokens make no sense to the model */
export function checkRows(rows: readonly ScoredRow[], spec: ModelSpec): void {
  rows.forEach((row, index) => {
    checkTokens(row.promptTokens, spec, maxPromptTokens(spec), `prompt of datum ${index}`);
    checkTokens(row.completionTokens, spec, maxCompletionTokens(spec), `completion of datum ${index}`);
  });
}

/** @throws Error naming the first datum and array that is wrong. Lengths are checked because a silent zero-padding would train on noise. */
export function checkData(data: readonly Datum[], loss: LossSpec, spec: ModelSpec): void {
  if (data.length === 0) throw new Error("forwardBackward needs at least one datum");
  checkRows(data, spec);
  data.forEach((datum, row) => {
    const required: [string, readonly number[] | undefined, boolean][] = [
      ["weights", datum.weights, true],
      ["samplerLogProbs", datum.samplerLogProbs, loss.name !== "cross_entropy"],
      ["referenceLogProbs", datum.referenceLogProbs, (loss.klWeight ?? 0) !== 0],
    ];
    for (const [name, values, needed] of required) {
      if (values === undefined && needed) throw new Error(`datum ${row} lacks ${name}, which this ${loss.name} loss needs`);
      if (values !== undefined && values.length !== datum.completionTokens.length)
        throw new Error(`datum ${row} has ${values.length} ${name} for ${datum.completionTokens.length} completion tokens`);
    }
    if (datum.weights.some((weight) => !(weight >= 0))) throw new Error(`datum ${row} has a weight that is not a number of 0 or more`);
    if (datum.advantage === undefined && loss.name !== "cross_entropy") throw new Error(`datum ${row} lacks an advantage`);
  });
  if (data.every((datum) => datum.weights.every((weight) => weight === 0))) throw new Error("no token of any datum counts");
}

/** @throws Error naming what is wrong */
export function checkSampling(rows: readonly SampleRow[], sampling: SamplingSpec, spec: ModelSpec): void {
  rows.forEach((row, index) => checkTokens(row.promptTokens, spec, maxPromptTokens(spec), `prompt of row ${index}`));
  const { maxTokens, temperature, topP, topK } = sampling;
  if (!Number.isInteger(maxTokens) || maxTokens < 1 || maxTokens > maxCompletionTokens(spec))
    throw new Error(`maxTokens is ${maxTokens}, expected 1 to ${maxCompletionTokens(spec)}`);
  if (!(temperature >= 0 && Number.isFinite(temperature))) throw new Error(`temperature is ${temperature}, expected 0 or more`);
  if (!(topP > 0 && topP <= 1)) throw new Error(`topP is ${topP}, expected more than 0 and at most 1`);
  if (sampling.stopStrings?.includes("") === true) throw new Error("a stop string is empty");
  if (!Number.isInteger(topK) || topK < 0) throw new Error(`topK is ${topK}, expected 0 (off) or a positive integer`);
}
