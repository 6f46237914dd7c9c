// Owns: what a run's curriculum is at a moment: the problems it may pick, its state, and its planned groups as prompts. Must not know: rounds, rewards.
import { bandOf, beginningOf, createCurriculum, MissingRow, writtenIn } from "@gradus/domain";
import type { Curriculum, CurriculumSpec, CurriculumState, PlannedGroup, PoolProblem, PosedGroup } from "@gradus/domain";
import type { Sql } from "@gradus/prisma";
import type { RunRow } from "@gradus/prisma/training/run-store";
import { readWrittenProblems } from "@gradus/prisma/training/step-store";
import type { TrainableProblem } from "@gradus/prisma/training/step-store";
import { ownKindsOf } from "../modules/run-modules.ts";
import type { Environments } from "../modules/run-modules.ts";
import { countTokens, MAX_PROMPT_TOKENS } from "../teacher/vocabulary.ts";

/** The set's problems, and of those that the run's policy wrote what the buffer held when `state` was taken, with `more` of them. */
export async function withWritten(
  sql: Sql,
  set: readonly TrainableProblem[],
  state: unknown,
  more: readonly string[] = [],
): Promise<readonly TrainableProblem[]> {
  const own = [...writtenIn(state as CurriculumState | null), ...more];
  if (own.length === 0) return set;
  const known = new Set(set.map(({ id }) => id));
  const written = await readWrittenProblems(
    sql,
    [...new Set(own)].filter((id) => !known.has(id)),
  );
  return [...set, ...written];
}

/** The run's curriculum as it was when `state` was taken; null: before the first observation. */
export async function curriculumOf(run: RunRow, problems: readonly TrainableProblem[], state: unknown): Promise<Curriculum> {
  const { curriculum: spec, training } = run.spec;
  const curriculum = createCurriculum(spec, problems.map(asPool), training.steps, run.seed, await ownKindsOf(spec));
  if (state !== null) curriculum.restore(state as CurriculumState);
  return curriculum;
}

const asPool = ({ content, ...problem }: TrainableProblem): PoolProblem => ({ ...problem, text: content.message });

/** Planned groups as prompts, from the ordinal `first` on. A start in the middle of an answer is written behind the prompt. */
export function posed(
  planned: readonly PlannedGroup[],
  spec: CurriculumSpec,
  problems: readonly TrainableProblem[],
  first: number,
  environments: Environments,
): PosedGroup[] {
  const byId = new Map(problems.map((problem) => [problem.id, problem]));
  return planned.map(({ problemId, size, start }, at) => {
    const problem = byId.get(problemId);
    if (problem === undefined) throw new MissingRow(`problem ${problemId} is not in the run's problem set`);
    const { pose, demonstration } = environments(problem.environment);
    const known = start > 0 ? (demonstration?.(problem.content) ?? null) : null;
    const prompt = pose(problem.content);
    const prefix = known === null ? "" : beginningThatFits(prompt, known, start);
    return { ordinal: first + at, problemId, bucket: bandOf(spec, problem), prompt: prompt + prefix, size, prefix };
  });
}

/** As much of the beginning as was asked for and the embedded engine reads; other engines read more. */
function beginningThatFits(prompt: string, answer: string, share: number): string {
  const lines = answer.trimEnd().split("\n").length;
  for (let wanted = share; wanted > 0; wanted -= 1 / lines) {
    const prefix = beginningOf(answer, wanted);
    if (countTokens(prompt + prefix) <= MAX_PROMPT_TOKENS) return prefix;
  }
  return "";
}
