// Owns: what a selection looks at of a stored set, and freezing what it gave as a set of its own. Must not know: how problems are selected.
import { contentHash } from "@gradus/domain/content-hash";
import type { Bucket, EnvironmentName, MeasuredPassRate, SeedKind } from "@gradus/domain";
import type { Database } from "./database.ts";

export interface SelectableRow {
  readonly id: string;
  readonly environment: EnvironmentName;
  readonly bucket: Bucket | null;
  readonly passRate: MeasuredPassRate | null;
  readonly teacher: string;
  readonly seedKind?: SeedKind;
  readonly chain?: string;
  readonly rung?: number;
  /** Lines of the reference solution, blank ones not counted. */
  readonly lines: number;
}

/** The training problems of a set, in its order. */
export async function readSelectable({ sql }: Database, problemSetId: string): Promise<SelectableRow[]> {
  const rows = await sql<
    (Omit<SelectableRow, "passRate" | "chain" | "rung" | "seedKind"> & {
      passes: number | null;
      attempts: number | null;
      chain: string | null;
      rung: number | null;
      seedKind: SeedKind | null;
    })[]
  >`
    select p.id, p.environment, m.bucket, m.passes, m.attempts, coalesce(p.origin->>'teacher', '') as teacher, p.origin->>'seedKind' as "seedKind", p.chain, p.rung,
      (select count(*)::int from string_to_table(p.content->>'reference', chr(10)) line where trim(line) <> '') as lines
    from "ProblemSetMember" m join "Problem" p on p.id = m."problemId" where m."problemSetId" = ${problemSetId} and m.split = 'TRAIN' order by m.ordinal`;
  return rows.map(({ passes, attempts, chain, rung, seedKind, ...row }) => ({
    ...row,
    ...(seedKind === null ? {} : { seedKind }),
    ...(chain === null ? {} : { chain }),
    ...(rung === null ? {} : { rung }),
    passRate: passes === null || attempts === null ? null : { passes, attempts },
  }));
}

/** How many held-out problems of a set were published in the window; null where there is no such set. */
export async function countHeldOut(
  sql: Database["sql"],
  problemSetId: string,
  { from = null, to = null }: { readonly from?: string | null | undefined; readonly to?: string | null | undefined },
): Promise<number | null> {
  const [row] = await sql<{ count: number }[]>`
    select (select count(*)::int from "ProblemSetMember" m join "Problem" p on p.id = m."problemId" where m."problemSetId" = s.id and m.split = 'HELD_OUT'
      and (${from}::text is null or p.origin->>'date' >= ${from}) and (${to}::text is null or p.origin->>'date' <= ${to})) as count
    from "ProblemSet" s where s.id = ${problemSetId}`;
  return row?.count ?? null;
}

export interface SelectionToFreeze {
  readonly projectId: string;
  /** The set that they are selected from. */
  readonly from: string;
  /** Of selection; part of the new set's name. */
  readonly kind: string;
  readonly problemIds: readonly string[];
}

/** A set of these training problems as measured, without held-out ones; the same problems of the same set are the same set. Returns its id. */
export async function freezeSelection({ sql }: Database, { projectId, from, kind, problemIds }: SelectionToFreeze): Promise<string> {
  return sql.begin(async (tx) => {
    const members = await tx<{ problemId: string; passes: number; attempts: number }[]>`
      select m."problemId", m.passes, m.attempts from unnest(${[...problemIds]}::text[]) with ordinality as s(id, at)
      join "ProblemSetMember" m on m."problemSetId" = ${from} and m."problemId" = s.id order by s.at`;
    const hash = contentHash(members.map(({ problemId, passes, attempts }) => ({ problemId, passes, attempts })));
    const name = `${from}.${kind}`;
    const id = `${name}-${hash.slice(0, 12)}`;
    const inserted =
      await tx`insert into "ProblemSet" (id, "projectId", name, "contentHash") values (${id}, ${projectId}, ${name}, ${hash}) on conflict do nothing`;
    if (inserted.count > 0)
      await tx`insert into "ProblemSetMember" ("problemSetId", ordinal, "problemId", split, passes, attempts, bucket)
        select ${id}, s.at - 1, m."problemId", 'TRAIN', m.passes, m.attempts, m.bucket
        from unnest(${[...problemIds]}::text[]) with ordinality as s(id, at)
        join "ProblemSetMember" m on m."problemSetId" = ${from} and m."problemId" = s.id`;
    return id;
  });
}
