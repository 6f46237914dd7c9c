// Owns: the algorithms that have names, as settings of the hooks. Must not know: how any hook works, experiment files.

/** What a name stands for: settings of training, and of the curriculum where the algorithm filters. Whatever a file writes itself wins. */
export interface AlgorithmPreset {
  readonly summary: string;
  readonly source: string;
  readonly training: Readonly<Record<string, unknown>>;
  readonly curriculum?: Readonly<Record<string, unknown>>;
}

const plain = { advantage: { baseline: "group", scale: "none" } } as const;
const standardised = { advantage: { baseline: "group", scale: "group-std" } } as const;

/** Name in an experiment file (`training.algorithm`) -> settings. */
export const ALGORITHMS = {
  paper: {
    summary: "reward - group mean, no division, no KL, importance-weighted, token mean",
    source: "paper 3.4",
    training: { ...plain, loss: { name: "importance_sampling", lengthNorm: "token", klWeight: 0 } },
  },
  grpo: {
    summary: "(reward - group mean) / group std, symmetric clip, mean of each response's mean, KL 0.04 to the initial policy",
    source: "DeepSeekMath arXiv 2402.03300",
    training: { ...standardised, loss: { name: "ppo", clipLow: 0.2, clipHigh: 0.2, lengthNorm: "sequence", klWeight: 0.04 } },
  },
  "dr-grpo": {
    summary: "no division by the std, a constant in place of the response's length, no KL",
    source: "arXiv 2503.20783",
    training: { ...plain, loss: { name: "ppo", clipLow: 0.2, clipHigh: 0.2, lengthNorm: "constant", klWeight: 0 } },
  },
  dapo: {
    summary: "clip 0.2 / 0.28, token mean, no KL; groups without variance are refused and drawn anew, at most 10 rounds",
    source: "arXiv 2503.14476, verl docs/algo/dapo.md",
    training: { ...standardised, loss: { name: "ppo", clipLow: 0.2, clipHigh: 0.28, lengthNorm: "token", klWeight: 0 } },
    curriculum: { gates: [{ kind: "zero-variance" }], refill: { maxRounds: 10 } },
  },
  cispo: {
    summary: "clipped importance weights as constants, so that every token keeps its gradient",
    source: "MiniMax-M1 arXiv 2506.13585",
    // The lower bound is off in the source: 1 lets the ratio fall to 0.
    training: { ...standardised, loss: { name: "cispo", clipLow: 1, clipHigh: 0.28, lengthNorm: "token", klWeight: 0 } },
  },
  "scale-rl": {
    summary:
      "CISPO, advantages over the batch's std, mean of prompts, groups without variance refused, solved problems retired, up to 8 versions stale",
    source: "arXiv 2510.13786",
    training: {
      advantage: { baseline: "group", scale: "batch-std" },
      maxStaleness: 8,
      loss: { name: "cispo", clipLow: 1, clipHigh: 4, lengthNorm: "prompt", klWeight: 0 },
    },
    curriculum: { gates: [{ kind: "zero-variance" }], retire: { at: 0.9 } },
  },
  "grpo-plus": {
    summary: "GRPO with clip-high 0.28, no entropy term, no KL, cut completions masked",
    source: "DeepCoder-14B model card",
    training: {
      ...standardised,
      reward: { overlong: "mask" },
      loss: { name: "ppo", clipLow: 0.2, clipHigh: 0.28, lengthNorm: "token", entropyBonus: 0, klWeight: 0 },
    },
  },
  maxrl: {
    summary: "(reward - group mean) / group mean",
    source: "prime-rl docs",
    training: {
      advantage: { baseline: "group", scale: "group-mean" },
      loss: { name: "importance_sampling", lengthNorm: "token", klWeight: 0 },
    },
  },
  "reinforce-plus-plus": {
    summary: "(reward - batch mean) / batch std, clip 0.2, token mean",
    source: "arXiv 2501.03262; TRR++ of arXiv 2505.03335 does so for each task",
    training: {
      advantage: { baseline: "batch", scale: "batch-std" },
      loss: { name: "ppo", clipLow: 0.2, clipHigh: 0.2, lengthNorm: "token", klWeight: 0 },
    },
  },
  rloo: {
    summary: "reward - mean of the other rollouts of the group",
    source: "arXiv 2402.14740",
    training: {
      advantage: { baseline: "leave-one-out", scale: "none" },
      loss: { name: "importance_sampling", lengthNorm: "sequence", klWeight: 0 },
    },
  },
} as const satisfies Readonly<Record<string, AlgorithmPreset>>;

export type AlgorithmName = keyof typeof ALGORITHMS;
export const ALGORITHM_NAMES = Object.keys(ALGORITHMS) as [AlgorithmName, ...AlgorithmName[]];

/** The preset a name stands for. Null for no name and for an unknown one: the schema refuses that. */
export function algorithmNamed(name: unknown): AlgorithmPreset | null {
  return typeof name === "string" && Object.hasOwn(ALGORITHMS, name) ? ALGORITHMS[name as AlgorithmName] : null;
}

/** `over` laid over `base`, objects inside objects; lists are replaced. */
export function layOver(base: object, over: object): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key];
    merged[key] = isPlain(below) && isPlain(value) ? layOver(below, value) : value;
  }
  return merged;
}

const isPlain = (value: unknown): value is object => typeof value === "object" && value !== null && !Array.isArray(value);

/** Training settings as written, with those of their `algorithm` below them. Anything that is no object passes through, for the schema to refuse. */
export function withAlgorithm(written: unknown): unknown {
  if (!isPlain(written)) return written;
  const preset = algorithmNamed((written as { algorithm?: unknown }).algorithm);
  return preset === null ? written : layOver(preset.training, written);
}
