// Owns: what a request to sample means in the port's words. Must not know: models, HTTP.
import type { SamplingSpec } from "../policy/policy-engine.ts";
import { Refusal } from "./refusal.ts";
import type { SampleRequest } from "./requests.ts";

/** No `stop`, or texts: the end-of-sequence token stops as well. Tokens: those alone. */
export function samplingSpec(asked: SampleRequest["sampling_params"], eosToken: number, limit: number): SamplingSpec {
  const maxTokens = asked.max_tokens ?? limit;
  if (maxTokens > limit) throw new Refusal(400, `max_tokens is ${maxTokens}, this engine's limit is ${limit}`);
  const stops = typeof asked.stop === "string" ? [asked.stop] : (asked.stop ?? null);
  const stopStrings = (stops ?? []).filter((stop) => typeof stop === "string");
  const stopTokens = stops === null || stopStrings.length > 0 ? [eosToken] : stops.filter((stop) => typeof stop === "number");
  return { maxTokens, temperature: asked.temperature, topP: asked.top_p, topK: Math.max(0, asked.top_k), stopTokens, stopStrings };
}
