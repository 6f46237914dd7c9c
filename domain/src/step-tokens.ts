// Owns: how many completions and tokens of completion a step and an evaluation of an arm may take, before anything has run. Must not know: prompts,
// models, time.
import type { CurriculumSpec } from "./curriculum/curriculum-spec.ts";
import { proposalGroups } from "./curriculum/proposals.ts";
import type { EvaluationSpec } from "./evaluation.ts";
import type { TrainingSpec } from "./experiment.ts";

/** Completions; tokens are at most these times `sampling.maxTokens`. */
export interface StepTokens {
  readonly maxTokens: number;
  /** What a step samples at first: least and most over the run, which differ where the curriculum allots group sizes. */
  readonly firstRound: { readonly least: number; readonly most: number };
  /** A bound on what a step samples in all: more than the first round where refused groups are drawn anew or screened ones grow. */
  readonly inAll: number;
  /** A bound on what a step trains on. */
  readonly trainedOn: number;
  /** A bound on what an evaluation samples: fewer where fewer problems are held out. */
  readonly evaluation: number;
  /** Suites that ask all problems of their sets, which only the database counts: not in `evaluation`. */
  readonly uncounted: readonly string[];
}

/** `curriculum` with the hooks of the arm's algorithm. */
export function stepTokens(
  { refill, screening, allocation, proposals }: Pick<CurriculumSpec, "refill" | "screening" | "allocation" | "proposals">,
  training: Pick<TrainingSpec, "groupsPerStep" | "groupSize" | "sampling">,
  evaluation: Pick<EvaluationSpec, "problems" | "samples" | "suites">,
): StepTokens {
  const { groupsPerStep, groupSize, sampling } = training;
  const sizes = allocation?.map(({ rollouts }) => rollouts) ?? [groupSize];
  const drawings = refill?.maxRounds ?? 1;
  const drawn = screening === undefined ? groupsPerStep : Math.ceil(groupsPerStep * screening.candidates);
  // A screened group begins with fewer than its full size (curriculum.ts), and no planning lets more grow than the step lacks (step-round.ts).
  const start = (full: number): number => (screening === undefined ? full : Math.min(full - 1, screening.rollouts));
  // Where the policy writes, it does so first; then the others solve, and at most every rollout that wrote has a problem of its own to be measured.
  const writing = proposals === undefined ? null : proposalGroups(proposals, groupsPerStep);
  const begun = (full: number): number => (writing === null ? drawn * start(full) : writing * full);
  const grown = (full: number): number =>
    writing === null
      ? groupsPerStep * (full - start(full))
      : (groupsPerStep - writing) * full + writing * full * (proposals?.attempts ?? full);
  return {
    maxTokens: sampling.maxTokens,
    firstRound: { least: Math.min(...sizes.map(begun)), most: Math.max(...sizes.map(begun)) },
    inAll: Math.max(...sizes.map((full) => drawings * (begun(full) + grown(full)))),
    trainedOn: groupsPerStep * Math.max(...sizes),
    evaluation: [evaluation, ...(evaluation.suites ?? [])].reduce(
      (sum, { problems = 0, samples = evaluation.samples }) => sum + problems * samples,
      0,
    ),
    uncounted: (evaluation.suites ?? []).filter(({ problems }) => problems === undefined).map(({ name }) => name),
  };
}
