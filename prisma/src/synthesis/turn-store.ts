// Owns: the turns of a synthesis in the database: what was written, how the student did, why it was refused. Must not know: teachers, prompts.
import { groupId, ProblemContent } from "@gradus/domain";
import type { ProblemOrigin, Scope, TurnOutcome, TurnRejection, TurnRequest } from "@gradus/domain";
import type { WrittenProblem } from "@gradus/domain/written-problem";
import type { Sql } from "../database.ts";
import { saveProblems } from "../training/problem-set-store.ts";
import type { ProblemToStore } from "../training/problem-set-store.ts";

export const turnId = (synthesisId: string, seed: number, turn: number): string => `${synthesisId}/turn/${turn}/${seed}`;

export interface TurnRow extends TurnOutcome {
  readonly id: string;
  readonly aim: string;
  readonly written: WrittenProblem | null;
  readonly outputs: readonly string[] | null;
  readonly detail: string | null;
  readonly problemId: string | null;
  /** Of the problem. */
  readonly contentHash: string | null;
  readonly groupId: string | null;
}

export interface NewTurn {
  readonly synthesisId: string;
  readonly seed: number;
  readonly turn: number;
  readonly request: TurnRequest;
  readonly aim: string;
  readonly written: WrittenProblem | null;
  readonly outputs: readonly string[] | null;
  readonly rejection: TurnRejection | null;
  readonly detail: string | null;
  /** Absent where it was rejected. */
  readonly problem?: ProblemToStore;
}

/** Makes a turn and its problem durable; a turn that is there stays. */
export async function saveTurn(sql: Sql, projectId: string, turn: NewTurn): Promise<void> {
  const { synthesisId, seed, turn: number, problem } = turn;
  await sql.begin(async (tx) => {
    const [problemId = null] = problem === undefined ? [] : await saveProblems(tx, projectId, [problem]);
    await tx`insert into "SynthesisTurn" (id, "synthesisId", seed, turn, request, aim, written, outputs, rejection, detail, "problemId")
      values (${turnId(synthesisId, seed, number)}, ${synthesisId}, ${seed}, ${number}, ${turn.request}::"TurnRequest", ${turn.aim},
        ${turn.written === null ? null : tx.json(turn.written)}, ${turn.outputs === null ? null : tx.json(turn.outputs)},
        ${turn.rejection}::"TurnRejection", ${turn.detail}, ${problemId}) on conflict do nothing`;
  });
}

/** Turns of a stretch of seeds, in order of seed and turn. */
export const readTurns = (sql: Sql, synthesisId: string, fromSeed = 0, seeds = 2_147_483_647): Promise<TurnRow[]> =>
  sql<TurnRow[]>`
    select t.id, t.seed, t.turn, t.request, t.aim, t.written, t.outputs, t.rejection, t.detail, t."problemId", p."contentHash", t."groupId", t.passes, t.attempts
    from "SynthesisTurn" t left join "Problem" p on p.id = t."problemId"
    where t."synthesisId" = ${synthesisId} and t.seed >= ${fromSeed}::int and t.seed - ${fromSeed}::int < ${seeds}::int order by t.seed, t.turn`;

export async function readContents(sql: Sql, problemIds: readonly string[]): Promise<Map<string, ProblemContent>> {
  const rows = await sql<{ id: string; content: unknown }[]>`select id, content from "Problem" where id = any(${problemIds}::text[])`;
  return new Map(rows.map(({ id, content }) => [id, ProblemContent.parse(content)]));
}

export interface TurnScore {
  readonly seed: number;
  readonly turn: number;
  readonly ordinal: number;
  readonly passes: number;
  readonly attempts: number;
  readonly rejection: TurnRejection | null;
  readonly detail: string | null;
}

/** Writes k of M with what follows from it, and the rewards of the attempts. Scored once. */
export async function saveTurnScores(
  sql: Sql,
  scope: Scope,
  scores: readonly TurnScore[],
  rewards: readonly { readonly id: string; readonly reward: number | null }[],
): Promise<void> {
  const rows = scores.map((score) => ({ ...score, groupId: groupId(scope, score.ordinal) }));
  await sql.begin(async (tx) => {
    await tx`update "Rollout" set reward = r.reward from jsonb_to_recordset(${tx.json(rewards)}) as r(id text, reward float8) where "Rollout".id = r.id`;
    await tx`update "Group" g set "meanReward" = m.mean from (select "groupId", avg(reward) as mean from "Rollout"
        where "groupId" = any(${rows.map((row) => row.groupId)}::text[]) group by 1) m where g.id = m."groupId"`;
    await tx`update "SynthesisTurn" t set passes = r.passes, attempts = r.attempts, "groupId" = r."groupId", rejection = r.rejection::"TurnRejection", detail = r.detail
      from jsonb_to_recordset(${tx.json(rows)}) as r(seed int, turn int, passes int, attempts int, "groupId" text, rejection text, detail text)
      where t."synthesisId" = ${scope.experimentId} and t.seed = r.seed and t.turn = r.turn and t.attempts is null`;
  });
}

/** Answers of the student to a turn's problem, by index: those that passed, or those that did not. */
export async function readExamples(sql: Sql, group: string, passed: boolean, limit: number): Promise<string[]> {
  const rows = await sql<{ completion: string }[]>`
    select completion from "Rollout" where "groupId" = ${group} and reward is not null and (reward > 0) = ${passed} order by index limit ${limit}`;
  return rows.map(({ completion }) => completion);
}

export interface SurvivingTurn {
  readonly id: string;
  readonly seed: number;
  readonly turn: number;
  readonly passes: number;
  readonly attempts: number;
  readonly content: ProblemContent;
  readonly contentHash: string;
  readonly astHash: string;
  readonly origin: ProblemOrigin;
  readonly operations: string[];
}

/** Measured turns that nothing speaks against, or only that they were found to be repeats: the same whenever it is asked. */
export const readSurvivors = (sql: Sql, synthesisId: string): Promise<SurvivingTurn[]> =>
  sql<SurvivingTurn[]>`
    select t.id, t.seed, t.turn, t.passes, t.attempts, p.content, p."contentHash", p."astHash", p.origin, p.operations
    from "SynthesisTurn" t join "Problem" p on p.id = t."problemId"
    where t."synthesisId" = ${synthesisId} and t.attempts is not null
      and (t.rejection is null or t.rejection in ('DUPLICATE', 'NEAR_DUPLICATE', 'CONTAMINATED')) order by t.seed, t.turn`;

export interface Repeat {
  readonly id: string;
  readonly rejection: Extract<TurnRejection, "DUPLICATE" | "NEAR_DUPLICATE" | "CONTAMINATED">;
  /** The turn that it repeats; null for a problem of another set. */
  readonly duplicateOf: string | null;
  readonly detail: string;
}

export async function saveRepeats(sql: Sql, repeats: readonly Repeat[]): Promise<void> {
  await sql`update "SynthesisTurn" t set rejection = r.rejection::"TurnRejection", "duplicateOf" = r."duplicateOf", detail = r.detail
    from jsonb_to_recordset(${sql.json(repeats)}) as r(id text, rejection text, "duplicateOf" text, detail text) where t.id = r.id`;
}
