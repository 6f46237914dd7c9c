// Owns: strategy 20 of paper section 7, a learned predictor of how much a problem would teach. Must not know: other strategies.
import { z } from "zod";
import { figuresOf } from "../outcome.ts";
import { pickUniform } from "../pick.ts";
import type { PoolProblem } from "../pool.ts";
import { defineSampler } from "../sampler.ts";

const Parameters = z.strictObject({
  kind: z.literal("goldilocks"),
  /** Candidates for each problem taken. Chosen here, as all numbers of this predictor. */
  candidates: z.number().min(1).default(8),
  /** Share of a step that is drawn uniformly. */
  exploration: z.number().min(0).max(1).default(0.1),
  learningRate: z.number().positive().max(1).default(0.2),
  /** Examples remembered, and how many of them every new one is learned with. */
  buffer: z.number().int().min(1).max(4096).default(256),
  replays: z.number().int().min(0).max(256).default(8),
});

const FEATURES = 64;

/** Weights of the features, the last one the bias; and what was seen: problem id and its target. */
interface State {
  weights: number[];
  seen: [id: string, target: number][];
}

const cache = new WeakMap<PoolProblem, readonly number[]>();

/** Words of the text hashed with a sign into 64 places, of length 1, then a constant 1. Labels stand for a text that is not known. */
export function featuresOf(problem: PoolProblem): readonly number[] {
  const known = cache.get(problem);
  if (known !== undefined) return known;
  const text = problem.text ?? `${problem.category ?? problem.environment} ${problem.bucket ?? "none"} rung${problem.rung ?? 0}`;
  const places = Array.from({ length: FEATURES }, () => 0);
  for (const word of text.toLowerCase().match(/\w+/g) ?? []) {
    let hash = 2166136261;
    for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), 16777619) >>> 0;
    places[hash % FEATURES]! += hash & 0x40000000 ? 1 : -1;
  }
  const length = Math.hypot(...places) || 1;
  const features = [...places.map((value) => value / length), 1];
  cache.set(problem, features);
  return features;
}

export const predict = (weights: readonly number[], features: readonly number[]): number =>
  features.reduce((sum, feature, i) => sum + feature * weights[i]!, 0);

/** One step of gradient descent on the squared error, in place. */
export function learn(weights: number[], features: readonly number[], target: number, learningRate: number): void {
  const error = predict(weights, features) - target;
  for (let i = 0; i < weights.length; i++) weights[i]! -= learningRate * error * features[i]!;
}

export const sampler = defineSampler<z.infer<typeof Parameters>, State>({
  kind: "goldilocks",
  // The source's teacher is a language model; this one is linear in hashed words, so that it fits into a checkpoint of the curriculum.
  summary: "a predictor trained on what was seen picks the candidates, seen or not, of largest expected sqrt(p (1 - p))",
  source: "Goldilocks, arXiv 2602.14868",
  hook: "observe: every finished group trains its predictor over `text`, which lies in the checkpointed state with its replay buffer",
  parameters: Parameters,
  start: () => ({ weights: Array.from({ length: FEATURES + 1 }, (_, i) => (i === FEATURES ? 0.5 : 0)), seen: [] }),
  draw: ({ candidates, exploration }, { weights }, { pool, count, random }) => {
    const free = Array.from({ length: count }, () => random.next() < exploration).filter(Boolean).length;
    const drawn = [...new Set(pickUniform(pool.problems, Math.ceil(candidates * count), random))]
      .map((id) => ({ id, value: predict(weights, featuresOf(pool.byId.get(id)!)) }))
      .toSorted((a, b) => b.value - a.value);
    const best = Array.from({ length: count - free }, (_, i) => drawn[i % drawn.length]!.id);
    return [...best, ...(free > 0 ? pickUniform(pool.problems, free, random) : [])];
  },
  observe: ({ learningRate, buffer, replays }, state, outcome, { pool, random }) => {
    const { attempts, passes } = figuresOf(outcome);
    const problem = pool.byId.get(outcome.problemId);
    if (attempts === 0 || problem === undefined) return;
    const target = Math.sqrt((passes / attempts) * (1 - passes / attempts));
    learn(state.weights, featuresOf(problem), target, learningRate);
    for (let i = 0; i < Math.min(replays, state.seen.length); i++) {
      const [id, earlier] = random.pick(state.seen);
      const known = pool.byId.get(id);
      if (known !== undefined) learn(state.weights, featuresOf(known), earlier, learningRate);
    }
    state.seen.push([outcome.problemId, target]);
    if (state.seen.length > buffer) state.seen.shift();
  },
  metrics: (_, { weights, seen }, { pool }) => {
    const predicted = pool.problems.map((problem) => predict(weights, featuresOf(problem)));
    return { remembered: seen.length, predicted_mean: predicted.reduce((a, b) => a + b, 0) / predicted.length };
  },
});
