// Owns: self-play's rules (strategy 27): how much of a step writes problems, which of them are solved, what writing is worth, what the buffer keeps.
// Must not know: prompts, how what is written is checked, samplers, the database.
import { z } from "zod";
import { creditGroup } from "../advantage.ts";
import { ProposalTask } from "../problem.ts";
import type { Random } from "../random.ts";
import { rewardRollout, type RewardSettings, type RolloutLength } from "../reward.ts";
import type { ExecutionResult } from "../verdict.ts";
import { ADMITTED, refuse, type GateDecision } from "./gate.ts";
import { figuresOf, type GroupOutcome } from "./outcome.ts";
import { pickUniform } from "./pick.ts";
import type { PoolProblem } from "./pool.ts";

/**
 * The policy writes problems in the first round of a step, and is paid by how its solvers fare with them: Absolute Zero (arXiv 2505.03335; where
 * paper and repository differ, the repository). The buffer is the training problems of the set, as seeds, and what the run wrote.
 */
export const ProposalsHook = z
  .strictObject({
    /** Share of a step's groups that write; at least one writes and one solves. The source's batches are half and half. */
    share: z.number().gt(0).lt(1).default(0.5),
    /** What is written, in turns. An induction is a message and inputs for a program of the buffer; the source has all three. */
    tasks: z.array(ProposalTask).min(1).max(3).default(["ABDUCTION", "DEDUCTION"]),
    /** Problems of the buffer that a proposal is shown, as many of them as the prompt has room for; an induction is shown one. The source's `io_n`. */
    references: z.number().int().min(0).max(32).default(6),
    /** Inputs of an induction; half of them, rounded down, are shown to those who solve it. Absent: 10, the source's `num_inputs`. */
    inputs: z.number().int().min(2).max(32).optional(),
    /** What is solved and trained on: max-new: what the step wrote, before anything else; half-new: half of it; uniform: as the sampler draws from the buffer. */
    mix: z.enum(["uniform", "max-new", "half-new"]).default("max-new"),
    /** Rollouts of a problem that was written and is not trained on, which only measure it; absent: a full group. The source has 8. */
    attempts: z.number().int().min(1).max(256).optional(),
    /** Which of what was written enters the buffer: all, those not solved always, or those neither never nor always solved. */
    keep: z.enum(["all", "non-one", "non-extremes"]).default("all"),
    /** Written problems in the buffer; the oldest leave. Chosen here: the source has no limit. */
    capacity: z.number().int().min(1).max(65_536).default(1_024),
  })
  .refine(({ tasks, inputs }) => inputs === undefined || tasks.includes("INDUCTION"), {
    path: ["inputs"],
    error: "nothing: it is how many inputs an induction has, and tasks has no INDUCTION",
  });
export type ProposalsHook = z.infer<typeof ProposalsHook>;

/** What a group is asked to write. */
export interface ProposalWish {
  readonly task: ProposalTask;
  /** Ids of problems that it is shown. */
  readonly references: readonly string[];
  /** Of an induction: how many it has. */
  readonly inputs?: number;
}

/** The source's `num_inputs`. */
export const INDUCTION_INPUTS = 10;

/** Groups of a step that write. @throws RangeError where there is no group left to solve */
export function proposalGroups({ share }: Pick<ProposalsHook, "share">, groupsPerStep: number): number {
  if (groupsPerStep < 2)
    throw new RangeError(
      `curriculum.proposals: training.groupsPerStep must be at least 2, one to write and one to solve, got ${groupsPerStep}`,
    );
  return Math.min(groupsPerStep - 1, Math.max(1, Math.round(share * groupsPerStep)));
}

/**
 * Tasks take turns within a step and over steps. `candidates`: what may be shown; an induction is about one of them.
 * @throws RangeError for an induction without candidates
 */
export function wishProposals(
  { tasks, references, inputs = INDUCTION_INPUTS }: ProposalsHook,
  candidates: readonly PoolProblem[],
  { step, count, random }: { readonly step: number; readonly count: number; readonly random: Random },
): ProposalWish[] {
  const pick = (most: number): string[] =>
    Math.min(most, candidates.length) === 0 ? [] : pickUniform(candidates, Math.min(most, candidates.length), random);
  return Array.from({ length: count }, (_, at) => {
    const task = tasks[((step - 1) * count + at) % tasks.length]!;
    if (task !== "INDUCTION") return { task, references: pick(references) };
    if (candidates.length === 0)
      throw new RangeError(
        "curriculum.proposals.tasks: INDUCTION is written about a program f of the run's problems, and none has one that a prompt can show",
      );
    return { task, references: pick(1), inputs };
  });
}

/** Those of a step's new problems that are trained on, out of `count` groups that solve. */
export function pickNewest({ mix }: Pick<ProposalsHook, "mix">, fresh: readonly PoolProblem[], count: number, random: Random): string[] {
  const most = { uniform: 0, "half-new": Math.floor(count / 2), "max-new": count }[mix];
  const wanted = Math.min(most, fresh.length);
  return wanted === 0 ? [] : pickUniform(fresh, wanted, random);
}

/** 1 - accuracy, and 0 for what nobody solves (Absolute Zero, its code). */
export function proposerReward(accuracy: number): number {
  return accuracy === 0 ? 0 : 1 - accuracy;
}

/**
 * What writing a problem was worth: 1 - accuracy of those who solved it. With the shaped reward a refused proposal is malformed, and one that is
 * solved always or never is wrong: -1 and -0.5 in the source. Null, not credited: a broken machine, or an accuracy that nobody knows.
 */
export function rewardProposal(
  settings: RewardSettings,
  execution: ExecutionResult,
  accuracy: number | null,
  length: RolloutLength,
): number | null {
  if (execution.verdict === "SANDBOX_ERROR") return null;
  const isProblem = execution.proposed !== undefined;
  if (isProblem && accuracy === null) return null;
  const worth = isProblem ? proposerReward(accuracy!) : 0;
  const { shape } = settings;
  const own = shape.kind === "shaped" ? { ...shape, right: shape.right * worth } : ({ kind: "binary" } as const);
  // What a refused proposal did when it ran does not make it better than one that held no program.
  const verdict = isProblem ? "EXECUTED" : "NO_ANSWER";
  return rewardRollout({ ...settings, shape: own }, worth, { ...execution, verdict }, length).reward;
}

/** Gates judge problems; a group that wrote some is refused only where nothing can be learned of it. */
export function admitProposals(gates: readonly { readonly kind: string }[], rewards: readonly (number | null)[]): GateDecision {
  const { refused } = creditGroup(rewards);
  if (refused !== null) return refuse(refused);
  const equal = gates.some(({ kind }) => kind === "zero-variance") && figuresOf({ rewards }).hasNoVariance;
  return equal ? refuse("ZERO_VARIANCE") : ADMITTED;
}

/** The buffer's written problems after a group of one of them: what is new enters once, if it is to be kept. */
export function rememberWritten({ keep, capacity }: ProposalsHook, written: readonly string[], outcome: GroupOutcome): string[] {
  const { attempts, passes } = figuresOf(outcome);
  const isKept = attempts > 0 && (keep === "all" || (passes < attempts && (keep === "non-one" || passes > 0)));
  return isKept && !written.includes(outcome.problemId) ? [...written, outcome.problemId].slice(-capacity) : [...written];
}
