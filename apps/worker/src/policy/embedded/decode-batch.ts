// Owns: the inputs of one decode session and the key-value cache among them, written in place. Must not know: how tokens are drawn.
import type { InferenceSession, Tensor } from "onnxruntime-node";
import { MASKED } from "./gpt.ts";
import { integers, real, realOutput } from "./graph-session.ts";
import type { ModelSpec } from "./model-spec.ts";
import type { Lane } from "./pack.ts";

/** A prompt's keys and values, layer by layer. */
export type PromptMemory = readonly { readonly keys: Float32Array; readonly values: Float32Array }[];

const pair = (size: number): PromptMemory[number] => ({ keys: new Float32Array(size), values: new Float32Array(size) });

/** A decode session with the cache it reads. Tensors wrap the arrays, so nothing is copied into the runtime. */
export class DecodeBatch {
  readonly session: InferenceSession;
  readonly promptLength: number;
  readonly completionLength: number;
  readonly tokens: BigInt64Array;
  readonly positions: BigInt64Array;
  readonly promptMask: Float32Array;
  readonly ownMask: Float32Array;
  readonly #promptCache: PromptMemory;
  readonly #ownCache: PromptMemory;
  readonly feeds: Record<string, Tensor>;
  readonly #headWidth: number;
  readonly #samples: number;

  constructor(session: InferenceSession, spec: ModelSpec, promptLength: number, completionLength: number) {
    this.session = session;
    this.promptLength = promptLength;
    this.completionLength = completionLength;
    this.#headWidth = spec.width / spec.heads;
    const { prompts, samples } = spec.samplingGrid;
    this.#samples = samples;
    this.tokens = new BigInt64Array(prompts * samples);
    this.positions = new BigInt64Array(prompts);
    this.promptMask = new Float32Array(prompts * promptLength);
    this.ownMask = new Float32Array(completionLength);
    this.feeds = {
      tokens: integers(this.tokens, [prompts, samples]),
      positions: integers(this.positions, [prompts, 1]),
      promptMask: real(this.promptMask, [prompts, 1, 1, promptLength]),
      ownMask: real(this.ownMask, [completionLength]),
    };
    this.#promptCache = Array.from({ length: spec.layers }, () => pair(prompts * spec.width * promptLength));
    this.#ownCache = Array.from({ length: spec.layers }, () => pair(prompts * samples * spec.width * completionLength));
    const lanes = [prompts, spec.heads];
    for (let layer = 0; layer < spec.layers; layer += 1) {
      const [prompt, own] = [this.#promptCache[layer], this.#ownCache[layer]];
      if (prompt === undefined || own === undefined) continue;
      this.feeds[`promptKeys${layer}`] = real(prompt.keys, [...lanes, this.#headWidth, promptLength]);
      this.feeds[`promptValues${layer}`] = real(prompt.values, [...lanes, promptLength, this.#headWidth]);
      this.feeds[`keys${layer}`] = real(own.keys, [...lanes, samples, this.#headWidth, completionLength]);
      this.feeds[`values${layer}`] = real(own.values, [...lanes, samples, completionLength, this.#headWidth]);
    }
  }

  /** Forgets the last batch. Zeros, not only masks: a diverged model's NaN would pass through a mask. */
  reset(lanes: readonly Lane[], memories: readonly PromptMemory[]): void {
    this.promptMask.fill(MASKED);
    this.ownMask.fill(MASKED);
    this.tokens.fill(0n);
    this.positions.fill(0n);
    for (const { keys, values } of [...this.#promptCache, ...this.#ownCache]) {
      keys.fill(0);
      values.fill(0);
    }
    lanes.forEach(({ prompt, rows }, lane) => {
      this.promptMask.fill(0, lane * this.promptLength, lane * this.promptLength + prompt.length - 1);
      rows.forEach((_, sample) => (this.tokens[lane * this.#samples + sample] = BigInt(prompt.at(-1) as number)));
      memories[lane]?.forEach(({ keys, values }, layer) => {
        this.#promptCache[layer]?.keys.set(keys, lane * keys.length);
        this.#promptCache[layer]?.values.set(values, lane * values.length);
      });
    });
  }

  /** Writes the new token's keys and values at place `step` of every row's cache. */
  store(step: number, results: InferenceSession.ReturnType): void {
    const width = this.#headWidth;
    this.#ownCache.forEach(({ keys, values }, layer) => {
      const key = realOutput(results, `key${layer}`);
      for (let index = 0; index < key.length; index += 1) keys[index * this.completionLength + step] = key[index] as number;
      const value = realOutput(results, `value${layer}`);
      for (let row = 0; row * width < value.length; row += 1)
        values.set(value.subarray(row * width, (row + 1) * width), (row * this.completionLength + step) * width);
    });
    this.ownMask[step] = 0;
  }
}
