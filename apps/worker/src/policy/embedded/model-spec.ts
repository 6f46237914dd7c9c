// Owns: the shape of an embedded policy: model size and the fixed lengths its graphs are built for. Must not know: tensors, the runtime.

/** Size of a pre-LN decoder-only GPT. */
export interface ModelSpec {
  readonly vocabulary: number;
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  /** Hidden width of the MLP block. */
  readonly hidden: number;
  /** learned: a table of {@link contextLength} rows added to the embedding; rotary: RoPE on queries and keys. */
  readonly positions: "learned" | "rotary";
  /** Prompt lengths that training graphs exist for, ascending. Sampling pads every prompt to the last, so that one batch holds them all. */
  readonly promptBuckets: readonly number[];
  /** Completion lengths that graphs exist for, ascending. In sampling `maxTokens` decides, in training the longest row of a micro-batch. */
  readonly completionBuckets: readonly number[];
  /**
   * The one batch shape of sampling: prompts x samples of each. Every call is cut and padded to it, because what a row's tokens are must not
   * depend on how many rows came with it.
   */
  readonly samplingGrid: { readonly prompts: number; readonly samples: number };
}

export const maxPromptTokens = (spec: ModelSpec): number => spec.promptBuckets.at(-1) ?? 0;
export const maxCompletionTokens = (spec: ModelSpec): number => spec.completionBuckets.at(-1) ?? 0;
/** Positions a model knows: the last completion token is never an input. */
export const contextLength = (spec: ModelSpec): number => maxPromptTokens(spec) + maxCompletionTokens(spec) - 1;

/** The first bucket that holds `length`. @throws Error naming what is too long */
export function bucketFor(buckets: readonly number[], length: number, what: string): number {
  const bucket = buckets.find((size) => size >= length);
  if (bucket === undefined) throw new Error(`${what} of ${length} tokens is longer than the engine's limit of ${buckets.at(-1) ?? 0}`);
  return bucket;
}

/** @throws Error naming the first setting that makes no model */
export function checkModelSpec(spec: ModelSpec): void {
  const positive = {
    vocabulary: spec.vocabulary,
    width: spec.width,
    layers: spec.layers,
    heads: spec.heads,
    hidden: spec.hidden,
    ...spec.samplingGrid,
  };
  for (const [name, value] of Object.entries(positive)) {
    if (!Number.isInteger(value) || value < 1) throw new Error(`model ${name} is ${value}, expected a positive integer`);
  }
  if (spec.width % (2 * spec.heads) !== 0) throw new Error(`model width ${spec.width} is not a multiple of twice its ${spec.heads} heads`);
  for (const [name, buckets] of Object.entries({ promptBuckets: spec.promptBuckets, completionBuckets: spec.completionBuckets })) {
    const ascending = buckets.every((size, index) => Number.isInteger(size) && size > (buckets[index - 1] ?? 0));
    if (buckets.length === 0 || !ascending) throw new Error(`model ${name} [${buckets}] are not ascending positive integers`);
  }
}
