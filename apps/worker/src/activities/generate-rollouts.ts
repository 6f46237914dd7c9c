// Owns: the generate stage: only what is missing is sampled, and what is sampled is durable before more is. Must not know: verdicts, rewards.
import { groupId, rolloutId, rolloutStream } from "@gradus/domain";
import type { GeneratedRollout, Generation, RolloutSink } from "@gradus/domain";
import type { GenerateInput } from "@gradus/workflows";
import type { EngineHost } from "../policy/engine-host.ts";
import type { Sample, Tokenizer } from "../policy/policy-engine.ts";
import { asStage } from "./activity.ts";

interface Place {
  readonly ordinal: number;
  readonly index: number;
  readonly prompt: string;
}

interface Deps {
  readonly sink: RolloutSink;
  readonly host: EngineHost;
  readonly nodeId: string;
  /** Rollouts sampled and made durable at a time: fewer lose less to a crash, more sample faster. */
  readonly rolloutsAtOnce: number;
}

export const generateRollouts =
  ({ rolloutsAtOnce, ...deps }: Deps) =>
  ({ scope, policy, lease }: GenerateInput): Promise<void> =>
    asStage(deps.sink, deps.nodeId, "GENERATE", scope, async ({ attempt, signal, heartbeat }) => {
      const generation = await deps.sink.readGeneration(scope);
      const places = missingPlaces(generation);
      if (places.length === 0) return;
      await deps.host.use(lease?.runId ?? scope.experimentId, policy.hash, async ({ engine, modelId }) => {
        const { tokenizer } = engine;
        const { stop, ...sampling } = generation.sampling;
        const spec = { ...sampling, stopTokens: [tokenizer.eosToken], stopStrings: stop };
        for (let begin = 0; begin < places.length; begin += rolloutsAtOnce) {
          const batch = places.slice(begin, begin + rolloutsAtOnce);
          const rows = batch.map(({ ordinal, index, prompt }) => ({
            promptTokens: tokenizer.encodePrompt(prompt),
            stream: rolloutStream(generation.seed, scope, ordinal, index),
          }));
          signal.throwIfAborted();
          const samples = await engine.sample(modelId, rows, spec, signal);
          const rollouts = samples.map((sample, row): GeneratedRollout => {
            const place = batch[row];
            const promptTokens = rows[row]?.promptTokens;
            if (place === undefined || promptTokens === undefined)
              throw new Error(`the engine returned ${samples.length} samples for ${batch.length} rows`);
            return {
              ordinal: place.ordinal,
              index: place.index,
              completion: textOf(tokenizer, sample, stop),
              promptTokens,
              completionTokens: sample.tokens,
              logProbs: sample.logProbs,
              finishReason: sample.finishReason,
            };
          });
          await deps.sink.saveRollouts({ scope, policy, attempt, rollouts, ...(lease === undefined ? {} : { epoch: lease.epoch }) });
          const last = batch.at(-1);
          heartbeat({
            durable: begin + batch.length,
            of: places.length,
            last: last === undefined ? null : rolloutId(groupId(scope, last.ordinal), last.index),
          });
        }
      });
    });

/** What a sample says: without its end-of-sequence token, and up to the first stop string. */
export function textOf(tokenizer: Tokenizer, { tokens }: Pick<Sample, "tokens">, stops: readonly string[]): string {
  const text = tokenizer.decode(tokens.at(-1) === tokenizer.eosToken ? tokens.slice(0, -1) : tokens);
  return text.slice(0, Math.min(...stops.map((stop) => text.indexOf(stop)).filter((at) => at >= 0), text.length));
}

/** Rows in draw order, so that the rollouts of a group stand together and share their prompt's work. */
const missingPlaces = ({ groups }: Generation): Place[] =>
  groups.flatMap(({ ordinal, prompt, missing }) => missing.map((index) => ({ ordinal, index, prompt })));
