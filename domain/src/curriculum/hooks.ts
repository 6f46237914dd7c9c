// Owns: what a curriculum may add to any sampler: refill, screening, allocation, retirement, replay, proposals. Must not know: samplers, gates, the database.
import { z } from "zod";
import { normalisedVariance } from "./gates/variance-threshold.ts";
import { figuresOf, type GroupOutcome } from "./outcome.ts";
import type { PoolProblem } from "./pool.ts";
import { ProposalsHook, rememberWritten } from "./proposals.ts";
import { record, type Tally } from "./tally.ts";

const Share = z.number().min(0).max(1);

/** Draws again within the step until enough groups are admitted: DAPO's dynamic sampling (arXiv 2503.14476). */
export const RefillHook = z.strictObject({
  /** Rounds of a step in all; what is admitted by then is trained on. verl's `max_num_gen_batches` is 10. */
  maxRounds: z.number().int().min(2).max(64).default(10),
});

/** Few rollouts first, the full group only for problems of intermediate pass rate: SPEED-RL (arXiv 2506.09016). */
export const ScreeningHook = z.strictObject({
  /** Rollouts a problem in the first phase. Chosen here. */
  rollouts: z.number().int().min(2).default(4),
  /** Problems screened for each group of the step. Chosen here. */
  candidates: z.number().min(1).max(64).default(2),
  /** Pass rates outside of (low, high) do not qualify. */
  low: Share.default(0),
  high: Share.default(1),
});

/** Size of a group by the share of the run that is over: DRIVE goes from 8 to 64 in its second stage. */
export const AllocationHook = z
  .array(z.strictObject({ until: z.number().gt(0).max(1), rollouts: z.number().int().min(2).max(256) }))
  .min(1)
  .refine((stages) => stages.every((stage, i) => i === 0 || stage.until > stages[i - 1]!.until), "`until` must rise");

/** Never draws what the run has solved: ScaleRL's no-positive-resampling (arXiv 2510.13786). */
export const RetireHook = z.strictObject({
  /** Pass rate over the run from which a problem is retired. */
  at: z.number().gt(0).max(1).default(0.9),
});

/** A memory of high-variance problems that are drawn again: VCRL's replay learning (arXiv 2509.19803). Its numbers are chosen here. */
export const ReplayHook = z.strictObject({
  /** Largest share of a first round that comes from the memory. */
  share: Share.default(0),
  /** Later rounds of a step draw from the memory first. */
  refill: z.boolean().default(true),
  /** Least normalised variance of a group to enter. */
  threshold: Share.default(0.8),
  /** Weight of the old priority when a problem is seen again. */
  momentum: Share.default(0.9),
  capacity: z.number().int().min(1).default(512),
});

export const CurriculumHooks = {
  refill: RefillHook.optional(),
  screening: ScreeningHook.optional(),
  allocation: AllocationHook.optional(),
  retire: RetireHook.optional(),
  replay: ReplayHook.optional(),
  proposals: ProposalsHook.optional(),
};
export type HookSettings = z.infer<z.ZodObject<typeof CurriculumHooks>>;

/** What the hooks remember: JSON. Problem id -> priority, in the order they came. */
export interface HookState {
  tally: Tally;
  memory: Record<string, number>;
  /** Problems of the run's buffer that its policy wrote, the newest last; only where it writes any. */
  written?: string[];
}

export const startHooks = (): HookState => ({ tally: {}, memory: {} });

/** Whether anything has to be remembered. */
export const remembers = ({ retire, replay, proposals }: HookSettings): boolean =>
  retire !== undefined || replay !== undefined || proposals !== undefined;

/**
 * Rounds of generation that a step may take. Screening needs one more, in which the qualified groups grow to their size; proposals one more, in
 * which what was written is solved.
 */
export const roundsOf = ({ refill, screening, proposals }: HookSettings): number =>
  (refill?.maxRounds ?? 1) + (screening === undefined ? 0 : 1) + (proposals === undefined ? 0 : 1);

/** Rollouts of a group at a step (from 1). */
export function sizeAt({ allocation }: HookSettings, step: number, totalSteps: number, groupSize: number): number {
  if (allocation === undefined) return groupSize;
  return (allocation.find(({ until }) => (step - 1) / totalSteps < until) ?? allocation.at(-1)!).rollouts;
}

/** Lets the hooks learn from a finished group, admitted or not. `isWritten`: whether the run's policy wrote its problem. */
export function rememberGroup(
  { retire, replay, proposals }: HookSettings,
  state: HookState,
  outcome: GroupOutcome,
  isWritten: boolean,
): void {
  if (proposals !== undefined && isWritten) state.written = rememberWritten(proposals, state.written ?? [], outcome);
  if (retire !== undefined || replay !== undefined) record(state.tally, outcome);
  if (replay === undefined) return;
  const { attempts, passes } = figuresOf(outcome);
  const variance = normalisedVariance(passes, attempts);
  const before = state.memory[outcome.problemId];
  delete state.memory[outcome.problemId];
  const priority = before === undefined ? variance : replay.momentum * before + (1 - replay.momentum) * variance;
  if (variance < replay.threshold && before === undefined) return;
  // What has lost its variance leaves, however well it once did.
  if (variance === 0) return;
  state.memory[outcome.problemId] = priority;
  const ids = Object.keys(state.memory);
  if (ids.length <= replay.capacity) return;
  const least = ids.reduce((worst, id) => (state.memory[id]! < state.memory[worst]! ? id : worst));
  delete state.memory[least];
}

/** The problems that may be drawn. Where all are retired, all may be drawn again: a run does not stop for want of problems. */
export function openProblems({ retire }: HookSettings, state: HookState, problems: readonly PoolProblem[]): readonly PoolProblem[] {
  if (retire === undefined) return problems;
  const open = problems.filter(({ id }) => {
    const seen = state.tally[id];
    return seen === undefined || seen[1] < retire.at * seen[0] - 1e-9;
  });
  return open.length === 0 ? problems : open;
}

/** Ids of the memory by falling priority, without those in `used`. */
export function replayed(state: HookState, count: number, used: ReadonlySet<string>): string[] {
  return Object.entries(state.memory)
    .filter(([id]) => !used.has(id))
    .toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .slice(0, count)
    .map(([id]) => id);
}
