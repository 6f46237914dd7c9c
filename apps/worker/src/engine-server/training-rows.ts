// Owns: a Tinker datum as rows of the engine's port, exactly: which tokens are prompt, which count, with what factor. Must not know: models, HTTP.
import type { Datum, LossSpec } from "../policy/policy-engine.ts";
import { Refusal } from "./refusal.ts";
import type { TrainingInput, WireDatum } from "./requests.ts";

/** A datum cut where its counted tokens begin. `rows` has none where nothing counts, two where advantages have both signs, one of advantage 0 where all are. */
export interface CutDatum {
  readonly prompt: readonly number[];
  readonly completion: readonly number[];
  /** Target positions before the completion: they have no log-probability in the answer but 0. */
  readonly before: number;
  readonly rows: readonly Datum[];
}

/** @throws Refusal naming the datum and what is wrong with it */
export function cutDatum(datum: WireDatum, index: number, loss: LossSpec["name"]): CutDatum {
  const { model_input: input, loss_fn_inputs: given } = datum;
  const fail = (what: string): never => {
    throw new Refusal(400, `datum ${index}: ${what}`);
  };
  const column = (name: string): readonly number[] => {
    const values = given[name] ?? fail(`${name} is absent, which ${loss} needs`);
    if (values.length !== input.length) fail(`${name} has ${values.length} entries for ${input.length} input tokens`);
    return values;
  };
  const targets = column("target_tokens");
  const ones = input.map(() => 1);
  const weights = given["weights"] === undefined ? ones : column("weights");
  const advantages = loss === "cross_entropy" ? ones : column("advantages");
  const samplerLogProbs = loss === "cross_entropy" ? null : column("logprobs");
  if (weights.some((weight) => !(weight >= 0))) fail("a weight is not a number of 0 or more");
  if (advantages.some((advantage) => !Number.isFinite(advantage))) fail("an advantage is not a finite number");

  // A token without an advantage still has a log-probability to tell, wherever it was sampled with one.
  const counts = weights.map(
    (weight, position) => weight !== 0 && (advantages[position] !== 0 || (samplerLogProbs?.[position] ?? 0) !== 0),
  );
  const first = counts.indexOf(true);
  const before = first === -1 ? Math.max(0, input.length - 1) : first;
  const last = first === -1 ? before : counts.lastIndexOf(true);
  for (let position = before; position < last; position += 1)
    if (targets[position] !== input[position + 1])
      fail(`target ${position} is not the next input token; this engine trains on next tokens alone`);
  const prompt = input.slice(0, before + 1);
  const completion = targets.slice(before, last + 1);
  const part = <Value>(values: readonly Value[]): Value[] => values.slice(before, last + 1);

  // The port has one advantage a row and weights of 0 or more; a token's loss is linear in weight x advantage, so each sign is a row of its own.
  const rows = [1, -1].flatMap((sign): Datum[] => {
    const factors = part(weights.map((weight, position) => Math.max(0, sign * weight * (advantages[position] as number))));
    if (factors.every((factor) => factor === 0)) return [];
    const row = { promptTokens: prompt, completionTokens: completion, weights: factors };
    return [samplerLogProbs === null ? row : { ...row, samplerLogProbs: part(samplerLogProbs), advantage: sign }];
  });
  if (rows.length > 0 || samplerLogProbs === null) return { prompt, completion, before, rows };
  // Nothing is learned of it, and still it is a row: an update of such rows alone is an update, in which the moments have their say.
  const even = {
    promptTokens: prompt,
    completionTokens: completion,
    weights: part(weights),
    samplerLogProbs: part(samplerLogProbs),
    advantage: 0,
  };
  return { prompt, completion, before, rows: even.weights.some((weight) => weight > 0) ? [even] : [] };
}

/** Losses are sums over tokens, as the Tinker API defines them: `scale` undoes the port's division by all weights. */
export function sumLoss({ loss_fn: name, loss_fn_config: config }: TrainingInput, rows: readonly Datum[]): LossSpec {
  const total = rows.reduce((sum, { weights }) => sum + weights.reduce((all, weight) => all + weight, 0), 0);
  const low = config?.["clip_low_threshold"];
  const high = config?.["clip_high_threshold"];
  return {
    name,
    lengthNorm: "token",
    scale: total,
    ...(low === undefined ? {} : { clipLow: low }),
    ...(high === undefined ? {} : { clipHigh: high }),
  };
}
