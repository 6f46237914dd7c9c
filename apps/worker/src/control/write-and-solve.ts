// Owns: the two rounds of a step in which the policy writes problems: what it is asked for, and who solves what it wrote. Must not know: engines,
// sandboxes, what writing is worth.
import { contentHash, environmentNamed, INDUCTION_INPUTS, sha256Hex } from "@gradus/domain";
import type { Curriculum, PosedGroup, ProblemContent, ProblemOrigin, RunSpec } from "@gradus/domain";
import { canBeShown, composeProposal } from "@gradus/domain/environment/proposal";
import { normaliseSource } from "@gradus/domain/normalise-source";
import type { Sql } from "@gradus/prisma";
import { problemIdOf } from "@gradus/prisma/training/problem-set-store";
import type { ProblemToStore } from "@gradus/prisma/training/problem-set-store";
import type { RunRow } from "@gradus/prisma/training/run-store";
import { readHeldOut } from "@gradus/prisma/training/step-store";
import type { GroupToCredit, NewProblems, TrainableProblem } from "@gradus/prisma/training/step-store";
import type { Environments } from "../modules/run-modules.ts";
import { countTokens, MAX_PROMPT_TOKENS } from "../teacher/vocabulary.ts";
import { curriculumOf, posed } from "./run-curriculum.ts";

/** A round's groups, and the problems that come into being with them. */
export interface Round {
  readonly groups: readonly PosedGroup[];
  readonly made: NewProblems;
}

/** A problem that a rollout wrote and that passed its checks. */
export interface Written {
  readonly problemId: string;
  readonly rolloutId: string;
  readonly content: ProblemContent;
}

/** Round 1: the proposals of a step. */
export function askToWrite(run: RunRow, curriculum: Curriculum, problems: readonly TrainableProblem[], step: number): Round {
  const { groupsPerStep, groupSize } = run.spec.training;
  const { pose } = environmentNamed("PROPOSAL");
  const fits = (...wish: Parameters<typeof composeProposal>): boolean => isReadable(pose(composeProposal(...wish)), run.spec);
  // What no prompt can show is not drawn: an induction without its program would ask for nothing.
  const showable = problems.filter(({ content }) => canBeShown(content) && fits("INDUCTION", [content], INDUCTION_INPUTS));
  const byId = new Map(showable.map((problem) => [problem.id, problem.content]));
  const wishes = curriculum.proposals(step, groupsPerStep, new Set(byId.keys()));
  const asked = wishes.map(({ task, references, inputs }) => {
    // As many of those that were drawn as fit, in their order.
    const shown = references
      .map((id) => byId.get(id)!)
      .reduce<ProblemContent[]>((before, next) => {
        const longer = [...before, next];
        return fits(task, longer, inputs) ? longer : before;
      }, []);
    return asStored(composeProposal(task, shown, inputs), { teacher: "self-play" });
  });
  return {
    groups: asked.map((problem, ordinal) => ({
      ordinal,
      problemId: problemIdOf(run.projectId, problem.contentHash),
      bucket: null,
      prompt: pose(problem),
      size: curriculum.fullSize(step, groupSize),
    })),
    made: { projectId: run.projectId, problems: asked },
  };
}

/** Every rollout of proposals that wrote a problem, in the order of the draw; several may have written the same one. */
export const writtenBy = (groups: readonly GroupToCredit[], projectId: string): Written[] =>
  groups.flatMap(({ rollouts }) =>
    rollouts.flatMap(({ id: rolloutId, execution: { proposed } }) =>
      proposed === undefined ? [] : [{ rolloutId, content: proposed, problemId: problemIdOf(projectId, contentHash(proposed)) }],
    ),
  );

/** Those of the written problems that the experiment evaluates on: nobody trains on them, and writing one is worth nothing that could be told. */
export const heldOutOf = (sql: Sql, { experimentId, spec }: RunRow, written: readonly Written[]): Promise<ReadonlySet<string>> =>
  readHeldOut(
    sql,
    experimentId,
    (spec.evaluation.suites ?? []).flatMap(({ set }) => set ?? []),
    written.map(({ problemId }) => problemId),
  );

/** Round 2: groups that solve, out of the buffer and what `written` adds to it. `before`: the step's groups so far, all executed. */
export async function askToSolve(
  sql: Sql,
  run: RunRow,
  {
    problems,
    state,
    before,
    step,
  }: {
    readonly problems: readonly TrainableProblem[];
    readonly state: unknown;
    readonly before: readonly GroupToCredit[];
    readonly step: number;
  },
  environments: Environments,
): Promise<Round> {
  const { curriculum: spec, training } = run.spec;
  const written = writtenBy(before, run.projectId);
  const heldOut = await heldOutOf(sql, run, written);
  const distinct = new Map(written.toReversed().map((one) => [one.problemId, one]));
  const posable = [...distinct.values()]
    .filter(({ problemId, content }) => !heldOut.has(problemId) && isReadable(environments(content.environment).pose(content), run.spec))
    .toSorted((a, b) => (a.problemId < b.problemId ? -1 : 1));
  const known = new Set(problems.map(({ id }) => id));
  const fresh = posable.filter(({ problemId }) => !known.has(problemId));
  const all: readonly TrainableProblem[] = [...problems, ...fresh.map(asTrainable)];
  const curriculum = await curriculumOf(run, all, state);
  const planned = curriculum.planSolving(
    step,
    training.groupsPerStep,
    training.groupSize,
    posable.map(({ problemId }) => problemId),
  );
  return {
    groups: posed(planned, spec, all, before.length, environments),
    made: {
      projectId: run.projectId,
      problems: fresh.map(({ content, rolloutId }) => asStored(content, { teacher: "policy", source: rolloutId })),
    },
  };
}

const asTrainable = ({ problemId, content }: Written): TrainableProblem => ({
  id: problemId,
  environment: content.environment,
  bucket: null,
  passRate: null,
  content,
  contentHash: contentHash(content),
  written: true,
});

const asStored = (content: ProblemContent, origin: ProblemOrigin): ProblemToStore => ({
  ...content,
  contentHash: contentHash(content),
  astHash: sha256Hex(normaliseSource(content.reference)),
  origin,
  split: "TRAIN",
  operations: [],
  passRate: null,
  bucket: null,
});

/** The embedded engine reads so many tokens and no more; other engines read more. */
const isReadable = (prompt: string, { policy }: Pick<RunSpec, "policy">): boolean =>
  policy.engine !== "embedded" || countTokens(prompt) <= MAX_PROMPT_TOKENS;
