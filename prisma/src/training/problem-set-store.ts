// Owns: freezing problems into a set. Must not know: who wrote them.
import { contentHash } from "@gradus/domain/content-hash";
import { contentOf } from "@gradus/domain";
import type { Problem, ProblemContent } from "@gradus/domain";
import type { Sql, Transaction } from "../database.ts";

export type ProblemToStore = Omit<Problem, "id">;

/** A problem's id says what it is: in a project, equal contents are one problem. */
export const problemIdOf = (projectId: string, hash: string): string => `${projectId}.${hash.slice(0, 20)}`;

/** Stores problems that are new by content hash; returns the id of each, in order. */
export async function saveProblems(tx: Sql | Transaction, projectId: string, problems: readonly ProblemToStore[]): Promise<string[]> {
  const rows = problems.map((problem) => {
    const { environment, origin } = problem;
    return {
      id: problemIdOf(projectId, problem.contentHash),
      environment,
      contentHash: problem.contentHash,
      astHash: problem.astHash,
      content: contentOf(problem),
      origin,
      operations: problem.operations,
      parentId: origin.parentHash === undefined ? null : problemIdOf(projectId, origin.parentHash),
      chain: origin.chain ?? null,
      rung: origin.rung ?? null,
      seedSnippet: origin.seedSnippet ?? null,
    };
  });
  await tx`insert into "Problem" (id, "projectId", environment, "contentHash", "astHash", content, origin, operations, "parentId", chain, rung, "seedSnippet")
    select r.id, ${projectId}, r.environment::"EnvironmentName", r."contentHash", r."astHash", r.content, r.origin, r.operations, r."parentId", r.chain, r.rung, r."seedSnippet"
    from jsonb_to_recordset(${tx.json(rows as never)}) as r(id text, environment text, "contentHash" text, "astHash" text, content jsonb, origin jsonb,
      operations text[], "parentId" text, chain text, rung int, "seedSnippet" text) on conflict do nothing`;
  return rows.map((row) => row.id);
}

/** Freezes problems, in order, into a set named by its content; the same content is the same set. Returns the set's id. */
export async function freezeProblemSet(sql: Sql, projectId: string, name: string, problems: readonly ProblemToStore[]): Promise<string> {
  const hash = contentHash(problems.map(({ contentHash: problem, split, passRate, bucket }) => ({ problem, split, passRate, bucket })));
  const id = `${name}-${hash.slice(0, 12)}`;
  await sql.begin(async (tx) => {
    const ids = await saveProblems(tx, projectId, problems);
    const inserted =
      await tx`insert into "ProblemSet" (id, "projectId", name, "contentHash") values (${id}, ${projectId}, ${name}, ${hash}) on conflict do nothing`;
    if (inserted.count === 0) return;
    const rows = problems.map(({ split, passRate, bucket }, ordinal) => ({
      ordinal,
      problemId: ids[ordinal],
      split,
      passes: passRate?.passes ?? null,
      attempts: passRate?.attempts ?? null,
      bucket,
    }));
    await tx`insert into "ProblemSetMember" ("problemSetId", ordinal, "problemId", split, passes, attempts, bucket)
      select ${id}, r.ordinal, r."problemId", r.split::"ProblemSplit", r.passes, r.attempts, r.bucket::"Bucket"
      from jsonb_to_recordset(${tx.json(rows as never)}) as r(ordinal int, "problemId" text, split text, passes int, attempts int, bucket text)
      on conflict do nothing`;
  });
  return id;
}

/** A memory bound: a set is read in parts. */
const PROBLEMS_AT_ONCE = 500;

interface StoredMember {
  readonly content: ProblemContent;
  readonly contentHash: string;
  readonly astHash: string;
  readonly origin: ProblemToStore["origin"];
  readonly operations: string[];
  readonly split: ProblemToStore["split"];
  readonly passes: number | null;
  readonly attempts: number | null;
  readonly bucket: ProblemToStore["bucket"];
}

/** Lines of a set in its order, as they are imported: frozen again they are a set of the same hash. */
export async function* exportProblemSet(sql: Sql, problemSetId: string): AsyncGenerator<string> {
  for (let after = -1; ;) {
    const members = await sql<(StoredMember & { ordinal: number })[]>`
      select m.ordinal, p.content, p."contentHash", p."astHash", p.origin, p.operations, m.split, m.passes, m.attempts, m.bucket
      from "ProblemSetMember" m join "Problem" p on p.id = m."problemId"
      where m."problemSetId" = ${problemSetId} and m.ordinal > ${after} order by m.ordinal limit ${PROBLEMS_AT_ONCE}`;
    for (const { ordinal: _ordinal, content, passes, attempts, ...row } of members) {
      const passRate = passes === null || attempts === null ? null : { passes, attempts };
      yield `${JSON.stringify({ ...contentOf(content), ...row, passRate } satisfies ProblemToStore)}\n`;
    }
    const last = members.at(-1);
    if (last === undefined) return;
    after = last.ordinal;
  }
}
