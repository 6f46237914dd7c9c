// Owns: sampling completions with a key-value cache that stays in this process's memory. Must not know: training, processes, checkpoints.
import { setImmediate as nextTurn } from "node:timers/promises";
import { stream } from "@gradus/domain/random";
import type { Random } from "@gradus/domain/random";
import type { InferenceSession, Tensor } from "onnxruntime-node";
import type { Sample, SampleRow, SamplingSpec } from "../policy-engine.ts";
import { DecodeBatch } from "./decode-batch.ts";
import type { PromptMemory } from "./decode-batch.ts";
import { createSession, integers, real, realOutput } from "./graph-session.ts";
import type { RuntimeOptions } from "./graph-session.ts";
import { bucketFor, maxPromptTokens } from "./model-spec.ts";
import type { ModelSpec } from "./model-spec.ts";
import { chunks, lanesOf, promptPartLength } from "./pack.ts";
import type { Lane } from "./pack.ts";
import { parameterSpecs } from "./parameters.ts";
import type { Parameters } from "./parameters.ts";
import { pickToken } from "./pick-token.ts";
import { pythonTokenizer } from "./tokenizer.ts";
import { encodeDecodeGraph, encodePrefillGraph } from "./sampling-graph.ts";

const PREFILL_PROMPTS = 8;

/** One row while it is being written. */
interface OpenRow {
  readonly index: number;
  readonly slot: number;
  readonly random: Random;
  readonly tokens: number[];
  readonly logProbs: number[];
  /** What the tokens say, kept only where a stop string is asked for. */
  text: string;
  finishReason: Sample["finishReason"] | null;
}

interface Prefill {
  readonly session: InferenceSession;
  readonly tokens: BigInt64Array;
}

/** Samples from any model of one spec. Sessions are built when a shape is first needed and kept. */
export class Sampler {
  readonly #spec: ModelSpec;
  readonly #runtime: RuntimeOptions;
  readonly #prefills = new Map<number, Promise<Prefill>>();
  readonly #decodes = new Map<string, Promise<DecodeBatch>>();

  constructor(spec: ModelSpec, runtime: RuntimeOptions) {
    this.#spec = spec;
    this.#runtime = runtime;
  }

  #prefill(promptLength: number): Promise<Prefill> {
    const made =
      this.#prefills.get(promptLength) ??
      createSession(encodePrefillGraph(this.#spec, PREFILL_PROMPTS, promptLength), this.#runtime).then((session) => ({
        session,
        tokens: new BigInt64Array(PREFILL_PROMPTS * promptLength),
      }));
    this.#prefills.set(promptLength, made);
    return made;
  }

  #decode(promptLength: number, completionLength: number): Promise<DecodeBatch> {
    const key = `${promptLength}/${completionLength}`;
    const shape = { ...this.#spec.samplingGrid, promptLength, completionLength };
    const made =
      this.#decodes.get(key) ??
      createSession(encodeDecodeGraph(this.#spec, shape), this.#runtime).then(
        (session) => new DecodeBatch(session, this.#spec, promptLength, completionLength),
      );
    this.#decodes.set(key, made);
    return made;
  }

  /** Samples every row. Requests must have passed checkSampling. @throws the signal's reason when aborted between tokens */
  async sample(parameters: Parameters, rows: readonly SampleRow[], spec: SamplingSpec, signal: AbortSignal): Promise<Sample[]> {
    const weights = Object.fromEntries(
      parameterSpecs(this.#spec).map(({ name, shape }) => [name, real(parameters.get(name) as Float32Array, shape)]),
    );
    const lanes = lanesOf(
      rows.map((row) => row.promptTokens),
      this.#spec.samplingGrid.samples,
    );
    const samples: Sample[] = [];
    const completionLength = bucketFor(this.#spec.completionBuckets, spec.maxTokens, "completion");
    const promptLength = promptPartLength(maxPromptTokens(this.#spec));
    for (const batch of chunks(lanes, this.#spec.samplingGrid.prompts)) {
      const memories = await this.#remember(weights, batch, promptLength);
      const decode = await this.#decode(promptLength, completionLength);
      decode.reset(batch, memories);
      for (const row of await this.#complete(weights, decode, batch, rows, spec, signal)) {
        samples[row.index] = { tokens: row.tokens, logProbs: row.logProbs, finishReason: row.finishReason ?? "length" };
      }
    }
    return samples;
  }

  /** Frees the native sessions; a later call builds them again. */
  async release(): Promise<void> {
    const made = await Promise.all([...this.#prefills.values(), ...this.#decodes.values()]);
    this.#prefills.clear();
    this.#decodes.clear();
    await Promise.all(made.map(({ session }) => session.release()));
  }

  /** Runs each distinct prompt of a batch once. */
  async #remember(weights: Record<string, Tensor>, lanes: readonly Lane[], promptLength: number): Promise<PromptMemory[]> {
    const { session, tokens } = await this.#prefill(promptLength);
    const distinct = [...new Set(lanes.map((lane) => lane.prompt))];
    const memories = new Map<readonly number[], PromptMemory>();
    for (const prompts of chunks(distinct, PREFILL_PROMPTS)) {
      tokens.fill(0n);
      prompts.forEach((prompt, index) => tokens.set(prompt.slice(0, -1).map(BigInt), index * promptLength));
      const results = await session.run(feedsOf(session, { ...weights, promptTokens: integers(tokens, [PREFILL_PROMPTS, promptLength]) }));
      prompts.forEach((prompt, index) => {
        const slice = (name: string): Float32Array => {
          const whole = realOutput(results, name);
          const size = whole.length / PREFILL_PROMPTS;
          return whole.subarray(index * size, (index + 1) * size);
        };
        memories.set(
          prompt,
          Array.from({ length: this.#spec.layers }, (_, layer) => ({ keys: slice(`keys${layer}`), values: slice(`values${layer}`) })),
        );
      });
    }
    return lanes.map((lane) => memories.get(lane.prompt) as PromptMemory);
  }

  async #complete(
    weights: Record<string, Tensor>,
    decode: DecodeBatch,
    lanes: readonly Lane[],
    rows: readonly SampleRow[],
    spec: SamplingSpec,
    signal: AbortSignal,
  ): Promise<OpenRow[]> {
    const open = lanes.flatMap((lane, laneIndex) =>
      lane.rows.map((index, sample): OpenRow => {
        const random = stream(`sample/${rows[index]?.stream ?? ""}`);
        return {
          index,
          slot: laneIndex * this.#spec.samplingGrid.samples + sample,
          random,
          tokens: [],
          logProbs: [],
          text: "",
          finishReason: null,
        };
      }),
    );
    const feeds = feedsOf(decode.session, { ...weights, ...decode.feeds });
    for (let step = 0; step < spec.maxTokens; step += 1) {
      // The runtime computes on this thread: give the channel to the parent a turn, so that an abort can arrive.
      await nextTurn();
      signal.throwIfAborted();
      lanes.forEach((lane, index) => (decode.positions[index] = BigInt(lane.prompt.length - 1 + step)));
      const results = await decode.session.run(feeds);
      const logits = realOutput(results, "logits");
      for (const row of open) {
        if (row.finishReason !== null) continue;
        const { token, logProb } = pickToken(logits, row.slot * this.#spec.vocabulary, this.#spec.vocabulary, spec, row.random);
        row.tokens.push(token);
        row.logProbs.push(logProb);
        decode.tokens[row.slot] = BigInt(token);
        if (spec.stopTokens.includes(token) || completesStop(row, token, spec.stopStrings)) row.finishReason = "stop";
      }
      if (open.every((row) => row.finishReason !== null)) break;
      decode.store(step, results);
    }
    return open;
  }
}

/** Whether the token completes a stop string, wherever in the token it ends. */
function completesStop(row: OpenRow, token: number, stops: readonly string[] = []): boolean {
  if (stops.length === 0) return false;
  const before = row.text.length;
  row.text += pythonTokenizer.decode([token]);
  return stops.some((stop) => row.text.includes(stop, Math.max(0, before - stop.length + 1)));
}

/** Only what the graph reads: a graph has no input for a parameter it does not use (the prefill has no head). */
const feedsOf = (session: InferenceSession, every: Readonly<Record<string, Tensor>>): Record<string, Tensor> =>
  Object.fromEntries(session.inputNames.map((name) => [name, every[name] as Tensor]));
