// Owns: what a step of a known model on a known card takes in memory and time, from shapes and data sheets alone: an order of magnitude before anything has
// run, with every assumption named. Must not know: files, nodes, what was measured.

/** Of a decoder with grouped-query attention and a gated MLP. */
export interface DecoderShape {
  readonly layers: number;
  readonly hidden: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly intermediate: number;
  readonly vocabulary: number;
  /** The head is the embedding. */
  readonly isTied: boolean;
}

const QWEN3 = { kvHeads: 8, headDim: 128, vocabulary: 151_936 } as const;

/** The config.json of each on Hugging Face; the model cards tell the parameters that these shapes come to (Qwen3 technical report, arXiv 2505.09388, Table 1). */
export const KNOWN_MODELS: Readonly<Record<string, DecoderShape>> = {
  "Qwen/Qwen3-0.6B": { ...QWEN3, layers: 28, hidden: 1_024, heads: 16, intermediate: 3_072, isTied: true },
  "Qwen/Qwen3-1.7B": { ...QWEN3, layers: 28, hidden: 2_048, heads: 16, intermediate: 6_144, isTied: true },
  "Qwen/Qwen3-4B": { ...QWEN3, layers: 36, hidden: 2_560, heads: 32, intermediate: 9_728, isTied: true },
  "Qwen/Qwen3-8B": { ...QWEN3, layers: 36, hidden: 4_096, heads: 32, intermediate: 12_288, isTied: false },
};

export interface Card {
  /** Bytes of its memory. */
  readonly memory: number;
  /** Bytes a second between memory and cores. */
  readonly bandwidth: number;
  /** Floating point operations a second in bfloat16, dense. */
  readonly flops: number;
}

/** NVIDIA's data sheets (SXM forms); by the value of the label `gpu`. */
export const KNOWN_CARDS: Readonly<Record<string, Card>> = {
  a100: { memory: 80e9, bandwidth: 2.039e12, flops: 312e12 },
  h100: { memory: 80e9, bandwidth: 3.35e12, flops: 989e12 },
  h200: { memory: 141e9, bandwidth: 4.8e12, flops: 989e12 },
};

/** What nobody knows before a step has run, as assumed here. */
export const ASSUMED = {
  loraRank: 32,
  /** Share of a card's memory that weights, adapters and caches may take. */
  memoryShare: 0.9,
  /** Shares of what the data sheet says. */
  bandwidthShare: 0.5,
  sampleFlopsShare: 0.4,
  trainFlopsShare: 0.3,
} as const;

const BF16 = 2;
const FLOAT32 = 4;

/** Linear layers of one block, [in, out] each. */
const linear = ({ hidden, heads, kvHeads, headDim, intermediate }: DecoderShape): readonly (readonly [number, number])[] => [
  [hidden, heads * headDim],
  [hidden, kvHeads * headDim],
  [hidden, kvHeads * headDim],
  [heads * headDim, hidden],
  [hidden, intermediate],
  [hidden, intermediate],
  [intermediate, hidden],
];

/** All of them, and those outside of the embedding. */
export function parametersOf(shape: DecoderShape): { readonly all: number; readonly inBlocks: number } {
  const { layers, hidden, headDim, vocabulary, isTied } = shape;
  const norms = 2 * hidden + 2 * headDim;
  const inBlocks = layers * (linear(shape).reduce((sum, [from, to]) => sum + from * to, 0) + norms) + hidden;
  return { all: inBlocks + vocabulary * hidden * (isTied ? 1 : 2), inBlocks };
}

/** Of adapters on every linear layer of every block. */
export const loraParametersOf = (shape: DecoderShape, rank: number): number =>
  shape.layers * linear(shape).reduce((sum, [from, to]) => sum + rank * (from + to), 0);

/** Keys and values of one token, in bfloat16. */
export const cacheBytesOf = ({ layers, kvHeads, headDim }: DecoderShape): number => 2 * layers * kvHeads * headDim * BF16;

export interface StepMemory {
  readonly parameters: number;
  /** In bfloat16; once more where the sampler is a process of its own. */
  readonly weights: number;
  /** Adapter, gradient and two moments, in float32. */
  readonly adapter: number;
  /** Keys and values of one completion of `maxTokens`. */
  readonly cacheOfOne: number;
  /** Of all completions of a step at a time. */
  readonly cacheOfAll: number;
  /** Of one row of `maxTokens` in training: block inputs kept in bfloat16 (the rest is computed again), logits and their gradient in float32. */
  readonly activationsOfOne: number;
}

/** Bytes. */
export function stepMemory(
  shape: DecoderShape,
  { completions, maxTokens }: { readonly completions: number; readonly maxTokens: number },
): StepMemory {
  const { layers, hidden, vocabulary } = shape;
  const parameters = parametersOf(shape).all;
  const cacheOfOne = cacheBytesOf(shape) * maxTokens;
  return {
    parameters,
    weights: parameters * BF16,
    adapter: loraParametersOf(shape, ASSUMED.loraRank) * 4 * FLOAT32,
    cacheOfOne,
    cacheOfAll: cacheOfOne * completions,
    activationsOfOne: maxTokens * (layers * hidden * BF16 + 2 * vocabulary * FLOAT32),
  };
}

export interface StepSeconds {
  /** Completions at a time that the card has room for, at most as many as the step has; 0: not even one. */
  readonly atATime: number;
  readonly sample: number;
  readonly update: number;
}

/**
 * Seconds of one step on one card where every completion takes `maxTokens`. A token is sampled when the weights and the caches of all that sample were
 * read once, or as fast as the cores multiply; an update computes forward, forward again and backward to the adapters: 6 operations a parameter and token.
 */
export function stepSeconds(
  shape: DecoderShape,
  card: Card,
  { completions, trainedOn, maxTokens }: { readonly completions: number; readonly trainedOn: number; readonly maxTokens: number },
): StepSeconds {
  const { weights, adapter, cacheOfOne, parameters } = stepMemory(shape, { completions, maxTokens });
  const room = card.memory * ASSUMED.memoryShare - weights - adapter;
  const atATime = Math.max(0, Math.min(completions, Math.floor(room / cacheOfOne)));
  if (atATime === 0) return { atATime, sample: Infinity, update: Infinity };
  const rounds = completions / atATime;
  // A cache is half full on the way.
  const readSeconds = (weights + (atATime * cacheOfOne) / 2) / (card.bandwidth * ASSUMED.bandwidthShare);
  const multiplySeconds = (2 * parameters * atATime) / (card.flops * ASSUMED.sampleFlopsShare);
  return {
    atATime,
    sample: rounds * maxTokens * Math.max(readSeconds, multiplySeconds),
    update: (6 * parameters * trainedOn * maxTokens) / (card.flops * ASSUMED.trainFlopsShare),
  };
}
