// Owns: strategy 33 of paper section 7, more of what the policy consistently fails to learn. Must not know: other strategies.
import { z } from "zod";
import { figuresOf } from "../outcome.ts";
import { pickUniform, pickWeighted } from "../pick.ts";
import type { Pool, PoolProblem } from "../pool.ts";
import { defineSampler } from "../sampler.ts";
import { measuredRate } from "../tally.ts";

const Share = z.number().min(0).max(1);
const Parameters = z.strictObject({
  kind: z.literal("sws"),
  /** Share of the run that only looks for weaknesses. Chosen here. */
  preliminary: Share.default(0.25),
  /** Share of a later step that is directed at weak categories. Chosen here. */
  directed: Share.default(0.5),
  /** Accuracy band of directed problems. */
  low: Share.default(0.25),
  high: Share.default(0.75),
  /** A problem whose accuracy never reaches this, and does not rise, is a failure. */
  learnedFrom: Share.default(0.5),
});
type Parameters = z.infer<typeof Parameters>;

/** Problem id -> accuracies in the order they were seen, the latest 16. */
type State = Record<string, number[]>;

/** Never reached the threshold, and its least-squares line does not rise (the source asks it to fall, which a problem never solved cannot). One sighting has no line and is no failure. */
export function isFailure(accuracies: readonly number[], learnedFrom: number): boolean {
  return accuracies.length > 1 && Math.max(...accuracies) < learnedFrom && slopeOf(accuracies) <= 0;
}

function slopeOf(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  return values.reduce((sum, value, i) => sum + (i - middle) * value, 0);
}

export const categoryOf = ({ category, environment, bucket }: PoolProblem): string => category ?? `${environment}/${bucket ?? "NONE"}`;

/** Category -> share of its seen problems that fail. */
export function weaknesses(state: State, pool: Pool, learnedFrom: number): Map<string, number> {
  const seen = Map.groupBy(
    pool.problems.filter(({ id }) => state[id] !== undefined),
    categoryOf,
  );
  return new Map(
    [...seen].map(([category, problems]) => [
      category,
      problems.filter(({ id }) => isFailure(state[id]!, learnedFrom)).length / problems.length,
    ]),
  );
}

export const sampler = defineSampler<Parameters, State>({
  kind: "sws",
  // In the source a teacher writes new problems from the concepts of the failures: a synthesis with `seeds.from: { kind: weaknesses, run }` does, from what a
  // finished run failed (synthesis/weak-seeds.ts). This sampler directs a run at what its set already has of the weak categories, written so or not.
  summary: "after a look at what fails, half of a step is drawn from categories by their failure rate, of accuracy 0.25 to 0.75",
  source: "SwS, arXiv 2506.08989",
  hook: "observe: failures by `category`; a synthesis of `seeds.from: { kind: weaknesses, run }` writes new problems from a run's failures",
  parameters: Parameters,
  start: () => ({}),
  draw: ({ preliminary, directed, low, high, learnedFrom }, state, { pool, step, totalSteps, count, random }) => {
    const weak = weaknesses(state, pool, learnedFrom);
    const rate = (problem: PoolProblem): number => state[problem.id]?.at(-1) ?? measuredRate(problem);
    const open = pool.problems.filter((problem) => rate(problem) >= low && rate(problem) <= high);
    const weights = open.map((problem) => weak.get(categoryOf(problem)) ?? 0);
    const aimed = (step - 1) / totalSteps < preliminary || !weights.some((weight) => weight > 0) ? 0 : Math.round(directed * count);
    return [...(aimed > 0 ? pickWeighted(open, weights, aimed, random) : []), ...pickUniform(pool.problems, count - aimed, random)];
  },
  observe: (_, state, outcome) => {
    const { attempts, passes } = figuresOf(outcome);
    if (attempts > 0) state[outcome.problemId] = [...(state[outcome.problemId] ?? []), passes / attempts].slice(-16);
  },
  metrics: ({ learnedFrom }, state, { pool }) => ({
    failures: pool.problems.filter(({ id }) => isFailure(state[id] ?? [], learnedFrom)).length,
    weak_categories: [...weaknesses(state, pool, learnedFrom).values()].filter((share) => share > 0).length,
  }),
});
