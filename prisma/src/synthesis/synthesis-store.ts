// Owns: a synthesis and its seeds in the database. Must not know: teachers, prompts, workflows.
import { MissingRow, SynthesisSpec } from "@gradus/domain";
import type { ProblemSplit, Provenance, SynthesisEnvironment } from "@gradus/domain";
import type { Sql } from "../database.ts";
import { storableText } from "../training/storable-text.ts";

export interface NewSynthesis {
  readonly id: string;
  readonly specification: SynthesisSpec;
  readonly provenance: Provenance;
}

/** Storing the same id again changes nothing. */
export async function createSynthesis(sql: Sql, { id, specification, provenance }: NewSynthesis): Promise<void> {
  await sql`insert into "Synthesis" (id, "projectId", name, specification, provenance)
    values (${id}, ${specification.project}, ${specification.name}, ${sql.json(specification)}, ${sql.json(provenance)}) on conflict do nothing`;
}

/** @throws MissingRow */
export async function readSynthesis(
  sql: Sql,
  id: string,
): Promise<{ readonly projectId: string; readonly spec: SynthesisSpec; readonly problemSetId: string | null }> {
  const [row] = await sql<{ projectId: string; specification: unknown; problemSetId: string | null }[]>`
    select "projectId", specification, "problemSetId" from "Synthesis" where id = ${id}`;
  if (row === undefined) throw new MissingRow(`synthesis ${id} does not exist`);
  return { projectId: row.projectId, problemSetId: row.problemSetId, spec: SynthesisSpec.parse(row.specification) };
}

export type SynthesisEnd = "COMPLETED" | "FAILED" | "CANCELLED";

/** One that has ended stays as it ended. */
export async function setSynthesisStatus(sql: Sql, id: string, status: "RUNNING" | SynthesisEnd, cause?: string): Promise<void> {
  await sql`update "Synthesis" set status = ${status}::"SynthesisStatus", cause = ${cause === undefined ? null : storableText(cause)},
      "startedAt" = coalesce("startedAt", now()), "finishedAt" = ${status === "RUNNING" ? null : new Date()}
    where id = ${id} and status in ('QUEUED', 'RUNNING')`;
}

/** The set of what survived, and the end. */
export async function completeSynthesis(sql: Sql, id: string, problemSetId: string | null): Promise<void> {
  await sql`update "Synthesis" set status = 'COMPLETED', "problemSetId" = ${problemSetId}, "finishedAt" = now() where id = ${id} and status = 'RUNNING'`;
}

export interface SeedRow {
  readonly ordinal: number;
  readonly environment: SynthesisEnvironment;
  readonly place: string;
  readonly text: string;
  readonly hash: string;
}

/** Seeds that were drawn before stay as they were drawn. */
export async function saveSeeds(sql: Sql, synthesisId: string, seeds: readonly SeedRow[]): Promise<void> {
  const rows = seeds.map((seed) => ({ ...seed, text: storableText(seed.text) }));
  await sql`insert into "SynthesisSeed" ("synthesisId", ordinal, environment, place, text, hash)
    select ${synthesisId}, r.ordinal, r.environment::"EnvironmentName", r.place, r.text, r.hash
    from jsonb_to_recordset(${sql.json(rows)}) as r(ordinal int, environment text, place text, text text, hash text) on conflict do nothing`;
}

/** Ordinals from `from`, at most `limit`. */
export const readSeeds = (sql: Sql, synthesisId: string, from: number, limit: number): Promise<SeedRow[]> =>
  sql<SeedRow[]>`select ordinal, environment, place, text, hash from "SynthesisSeed"
    where "synthesisId" = ${synthesisId} and ordinal >= ${from} order by ordinal limit ${limit}`;

export async function countSeeds(sql: Sql, synthesisId: string): Promise<number> {
  const [row] = await sql<{ count: number }[]>`select count(*)::int as count from "SynthesisSeed" where "synthesisId" = ${synthesisId}`;
  return row?.count ?? 0;
}

/** Programs of a run that passed, the first of each problem, in the order of problems: the paper's real seeds. */
export const readSolutions = (
  sql: Sql,
  runId: string,
): Promise<{ readonly id: string; readonly completion: string; readonly content: unknown }[]> =>
  sql<{ id: string; completion: string; content: unknown }[]>`
    select distinct on (g."problemId") r.id, g.prefix || r.completion as completion, p.content
    from "Rollout" r join "Group" g on g.id = r."groupId" join "Problem" p on p.id = g."problemId"
    where g."runId" = ${runId} and r.reward > 0 order by g."problemId", r.id`;

/** References of a set's problems, in its order; of one split alone where it is named. */
export const readReferences = (
  sql: Sql,
  problemSetId: string,
  split: ProblemSplit | null = null,
): Promise<{ readonly id: string; readonly reference: string }[]> =>
  sql<{ id: string; reference: string }[]>`
    select p.id, p.content ->> 'reference' as reference from "ProblemSetMember" m join "Problem" p on p.id = m."problemId"
    where m."problemSetId" = ${problemSetId} and (${split}::"ProblemSplit" is null or m.split = ${split}::"ProblemSplit") order by m.ordinal`;
