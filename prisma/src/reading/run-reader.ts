// Owns: reading runs. Must not know: cursors, GraphQL.
import type { RunStatus } from "@gradus/domain";
import type { Database } from "../database.ts";
import { Prisma } from "../generated/client.ts";
import type { RunRow } from "../rows.ts";
import type { Ask } from "./page-reader.ts";
import { conditionSql, valueJoin } from "./run-conditions.ts";
import type { RunCondition } from "./run-conditions.ts";

export interface RunFilter {
  readonly experimentId?: string | null | undefined;
  readonly ids?: readonly string[] | null | undefined;
  readonly arms?: readonly string[] | null | undefined;
  readonly seeds?: readonly number[] | null | undefined;
  readonly statuses?: readonly RunStatus[] | null | undefined;
  readonly contains?: string | null | undefined;
  readonly isExternal?: boolean | null | undefined;
  readonly conditions?: readonly RunCondition[] | null | undefined;
  readonly shelf?: Shelf | null | undefined;
}

/** Deleted goes before archived. */
export type Shelf = "ACTIVE" | "ARCHIVED" | "DELETED" | "ANY";

/** Of the run `r`; where its experiment is not asked for, of that too. */
function onShelf(shelf: Shelf, ofOneExperiment: boolean): Prisma.Sql[] {
  if (shelf === "ANY") return [];
  if (shelf === "DELETED") return [Prisma.sql`r."deletedAt" is not null`];
  const hidden = Prisma.sql`r."experimentId" not in (select id from "Experiment" where "archivedAt" is not null or "deletedAt" is not null)`;
  const archived = shelf === "ARCHIVED" ? Prisma.sql`r."archivedAt" is not null` : Prisma.sql`r."archivedAt" is null`;
  return [Prisma.sql`r."deletedAt" is null`, archived, ...(ofOneExperiment || shelf === "ARCHIVED" ? [] : [hidden])];
}

/** Of the run `r` and its arm `a`. */
function where({ experimentId, ids, arms, seeds, statuses, contains, isExternal, conditions, shelf }: RunFilter): Prisma.Sql {
  const all = [
    ...(experimentId ? [Prisma.sql`r."experimentId" = ${experimentId}`] : []),
    ...(ids ? [Prisma.sql`r.id = any(${[...ids]}::text[])`] : []),
    ...(arms ? [Prisma.sql`a.name = any(${[...arms]}::text[])`] : []),
    ...(seeds ? [Prisma.sql`r.seed = any(${[...seeds]}::int[])`] : []),
    ...(statuses ? [Prisma.sql`r.status::text = any(${[...statuses]}::text[])`] : []),
    ...(contains ? [Prisma.sql`position(lower(${contains}) in lower(r.id || ' ' || coalesce(r.name, ''))) > 0`] : []),
    ...(isExternal == null ? [] : [Prisma.sql`r."isExternal" = ${isExternal}`]),
    ...(conditions ?? []).map(conditionSql),
    ...onShelf(shelf ?? (ids ? "ANY" : "ACTIVE"), experimentId != null),
  ];
  return all.length === 0 ? Prisma.sql`true` : Prisma.join(all, " and ");
}

const from = Prisma.sql`from "Run" r join "Arm" a on a.id = r."armId"`;

/** The rows of ids, in their order. */
async function inOrder(db: Database, found: Promise<readonly { readonly id: string }[]>): Promise<RunRow[]> {
  const ids = (await found).map(({ id }) => id);
  const rows = new Map((ids.length === 0 ? [] : await readRunsById(db, ids)).map((row) => [row.id, row]));
  return ids.flatMap((id) => rows.get(id) ?? []);
}

/** The newest first. Key: createdAt as ISO text, id (`experimentKey`). */
export function readRuns(db: Database, filter: RunFilter, { after, limit }: Ask): Promise<RunRow[]> {
  const older =
    after === null
      ? Prisma.sql`true`
      : Prisma.sql`(r."createdAt", r.id) < ((${after[0]}::timestamptz at time zone 'UTC')::timestamp(3), ${after[1]}::text)`;
  return inOrder(
    db,
    db.prisma.$queryRaw<
      { id: string }[]
    >`select r.id ${from} where ${where(filter)} and ${older} order by r."createdAt" desc, r.id desc limit ${limit}`,
  );
}

export interface RunOrder {
  readonly property: RunCondition["property"];
  readonly name: string;
  readonly direction?: "ASCENDING" | "DESCENDING" | undefined;
}

/** Key: rank (numbers, texts, none), number, text, createdAt as ISO text, id; in `orderedBy` of each row. */
export async function readOrderedRuns(
  db: Database,
  filter: RunFilter,
  { property, name, direction }: RunOrder,
  { after, limit }: Ask,
): Promise<(RunRow & { readonly orderedBy: readonly string[] })[]> {
  const isDown = direction !== "ASCENDING";
  const [sense, ranks] = isDown ? [Prisma.sql`<`, [2, 1, 0]] : [Prisma.sql`>`, [0, 1, 2]];
  const way = isDown ? Prisma.sql`desc` : Prisma.sql`asc`;
  const behind =
    after === null
      ? Prisma.sql`true`
      : Prisma.sql`(rank, number, text, "createdAt", id) ${sense} (${Number(after[0])}::int, ${after[1]}::float8, ${after[2]}::text, (${after[3]}::timestamptz at time zone 'UTC')::timestamp(3), ${after[4]}::text)`;
  const found = await db.prisma.$queryRaw<{ id: string; rank: number; number: string; text: string; createdAt: Date }[]>`
    select id, rank, number::text as number, text, "createdAt" from (
      select id, "createdAt", case when number is not null then ${ranks[0]}::int when text is not null then ${ranks[1]}::int else ${ranks[2]}::int end as rank,
        coalesce(number, 0) as number, (case when number is null then coalesce(text, '') else '' end) collate "C" as text
      from (select r.id, r."createdAt", v.text, v.number ${from}
        ${valueJoin({ property, name })} where ${where(filter)} offset 0) valued) ranked
    where ${behind} order by rank ${way}, number ${way}, text ${way}, "createdAt" ${way}, id ${way} limit ${limit}`;
  const keys = new Map(
    found.map(({ id, rank, number, text, createdAt }) => [id, [String(rank), number, text, createdAt.toISOString(), id]]),
  );
  return (await inOrder(db, Promise.resolve(found))).map((row) => ({ ...row, orderedBy: keys.get(row.id) ?? [] }));
}

export async function countRuns({ prisma }: Database, filter: RunFilter): Promise<number> {
  const [row] = await prisma.$queryRaw<{ count: number }[]>`select count(*)::int as count ${from} where ${where(filter)}`;
  return row?.count ?? 0;
}

export const readRunsById = ({ prisma }: Database, ids: readonly string[]): Promise<RunRow[]> =>
  prisma.run.findMany({ where: { id: { in: [...ids] } } });

const inLists = { archivedAt: null, deletedAt: null };
const byArmAndSeed = [{ arm: { ordinal: "asc" as const } }, { seed: "asc" as const }, { id: "asc" as const }];

export const readRunsOfExperiments = ({ prisma }: Database, experimentIds: readonly string[]): Promise<RunRow[]> =>
  prisma.run.findMany({ where: { experimentId: { in: [...experimentIds] }, ...inLists }, orderBy: byArmAndSeed });

export const readRunsOfArms = ({ prisma }: Database, armIds: readonly string[]): Promise<RunRow[]> =>
  prisma.run.findMany({ where: { armId: { in: [...armIds] }, ...inLists }, orderBy: byArmAndSeed });

/** Ids of every run the filter lets through, in no order. */
export const readFilteredIds = async ({ prisma }: Database, filter: RunFilter): Promise<string[]> =>
  (await prisma.$queryRaw<{ id: string }[]>`select r.id ${from} where ${where(filter)}`).map(({ id }) => id);

/** Every run the filter lets through, by arm and seed, at most `limit`. */
export const readFilteredRuns = (db: Database, filter: RunFilter, limit: number): Promise<RunRow[]> =>
  inOrder(
    db,
    db.prisma.$queryRaw<{ id: string }[]>`
      select r.id ${from} where ${where(filter)} order by r."experimentId", a.ordinal, r.seed, r.id limit ${limit}`,
  );
