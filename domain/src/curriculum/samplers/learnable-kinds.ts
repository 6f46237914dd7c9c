// Owns: strategy 27 of paper section 7 for a teacher's problems: their kinds are proposed by how learnable they have been. Must not know: other strategies.
import { z } from "zod";
import type { Random } from "../../random.ts";
import { figuresOf } from "../outcome.ts";
import { pickUniform, pickWeighted } from "../pick.ts";
import type { Pool, PoolProblem } from "../pool.ts";
import { proposerReward } from "../proposals.ts";
import { defineSampler } from "../sampler.ts";

const Parameters = z.strictObject({
  kind: z.literal("learnable-kinds"),
  /** How the solver's half is taken from the buffer; half-new: half of it from the newest. */
  buffer: z.enum(["uniform", "max-new", "half-new"]).default("uniform"),
  /** Share of a step that proposes: problems never attempted before. Absolute Zero's batches are half and half. */
  propose: z.number().min(0).max(1).default(0.5),
  /** Of the proposer's values, and of the softmax over them. Chosen here. */
  learningRate: z.number().gt(0).max(1).default(0.3),
  temperature: z.number().positive().default(0.2),
});
type Parameters = z.infer<typeof Parameters>;

/** Ids in the order they were proposed, and the proposer's value of each kind of problem. */
interface State {
  proposed: string[];
  values: Record<string, number>;
}

const armOf = ({ category, environment, bucket }: PoolProblem): string => `${category ?? environment}/${bucket ?? "NONE"}`;

function proposals({ temperature }: Parameters, { values }: State, unseen: readonly PoolProblem[]): number[] {
  const sizes = new Map<string, number>();
  for (const problem of unseen) sizes.set(armOf(problem), (sizes.get(armOf(problem)) ?? 0) + 1);
  // The softmax is over kinds; inside one every problem is alike. An untried kind counts as the best that can be had.
  return unseen.map((problem) => Math.exp((values[armOf(problem)] ?? 1) / temperature) / sizes.get(armOf(problem))!);
}

function fromBuffer({ buffer }: Parameters, { proposed }: State, pool: Pool, count: number, random: Random): string[] {
  const known = proposed.flatMap((id) => pool.byId.get(id) ?? []);
  const newest = known.slice(-count);
  if (buffer === "max-new") return pickUniform(newest, count, random);
  if (buffer === "uniform") return pickUniform(known, count, random);
  const half = Math.floor(count / 2);
  return [...(half > 0 ? pickUniform(newest, half, random) : []), ...pickUniform(known, count - half, random)];
}

export const sampler = defineSampler<Parameters, State>({
  kind: "learnable-kinds",
  // The preset `azr`, in which the policy writes the problems, has that name now (ADR 0014).
  formerly: "azr",
  // In the source the policy writes the problems: that is the hook `proposals`. Here proposing is choosing the kind of problem that a teacher
  // wrote, for sets and policies that cannot do more.
  summary: "half of a step proposes kinds of new problems, paid 1 - accuracy; the other half solves from the buffer of proposed ones",
  source: "Absolute Zero arXiv 2505.03335, its repository",
  hook: "observe: every finished group pays its proposer; values and the buffer of proposed problems lie in the checkpointed state",
  parameters: Parameters,
  start: () => ({ proposed: [], values: {} }),
  draw: (parameters, state, { pool, count, random }) => {
    const before = new Set(state.proposed);
    const unseen = pool.problems.filter(({ id }) => !before.has(id));
    const wanted = state.proposed.length === 0 ? count : Math.round(parameters.propose * count);
    const fresh = Math.min(unseen.length, wanted);
    const proposed = fresh > 0 ? pickWeighted(unseen, proposals(parameters, state, unseen), fresh, random) : [];
    const left = count - proposed.length;
    if (left === 0) return proposed;
    if (!pool.problems.some(({ id }) => before.has(id))) return [...proposed, ...pickUniform(pool.problems, left, random)];
    return [...proposed, ...fromBuffer(parameters, state, pool, left, random)];
  },
  observe: ({ learningRate }, state, outcome, { pool }) => {
    const { attempts, passes } = figuresOf(outcome);
    const problem = pool.byId.get(outcome.problemId);
    if (attempts === 0 || problem === undefined || state.proposed.includes(outcome.problemId)) return;
    const arm = armOf(problem);
    const reward = proposerReward(passes / attempts);
    state.values[arm] = state.values[arm] === undefined ? reward : learningRate * reward + (1 - learningRate) * state.values[arm];
    state.proposed.push(outcome.problemId);
  },
  metrics: (_, { proposed, values }) => {
    const known = Object.values(values);
    return { buffer: proposed.length, proposer_value: known.length === 0 ? 0 : known.reduce((a, b) => a + b, 0) / known.length };
  },
});
