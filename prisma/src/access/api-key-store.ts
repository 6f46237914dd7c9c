// Owns: rows of API keys: made, known again by hash, used, revoked, listed. Must not know: a key's text, transports.
import type { Database, Sql } from "../database.ts";
import type { ApiKeyRow } from "../rows.ts";

export type NewApiKey = Pick<ApiKeyRow, "id" | "projectId" | "name" | "hash" | "scope" | "createdBy" | "expiresAt">;

export const insertApiKey = ({ prisma }: Database, key: NewApiKey): Promise<ApiKeyRow> => prisma.apiKey.create({ data: key });

export const findApiKey = ({ prisma }: Database, id: string): Promise<ApiKeyRow | null> => prisma.apiKey.findUnique({ where: { id } });

/** The newest first, those that open nothing any more included; `project` null: of all projects. */
export const readApiKeys = ({ prisma }: Database, project: string | null): Promise<ApiKeyRow[]> =>
  prisma.apiKey.findMany({ where: project === null ? {} : { projectId: project }, orderBy: [{ createdAt: "desc" }, { id: "asc" }] });

/** Revoking twice leaves the first time. */
export async function revokeApiKey({ prisma, sql }: Database, id: string): Promise<ApiKeyRow> {
  await sql`update "ApiKey" set "revokedAt" = now() at time zone 'UTC' where id = ${id} and "revokedAt" is null`;
  return prisma.apiKey.findUniqueOrThrow({ where: { id } });
}

export type LiveKey = Pick<ApiKeyRow, "id" | "projectId" | "name" | "scope">;

/** The key of this hash if it is neither revoked nor expired, by the database's clock. Notes its use, once a minute at most. */
export async function useApiKey(sql: Sql, hash: string): Promise<LiveKey | null> {
  const [row] = await sql<(LiveKey & { readonly stale: boolean })[]>`
    select id, "projectId", name, scope, coalesce("lastUsedAt" < now() at time zone 'UTC' - interval '1 minute', true) as stale from "ApiKey"
    where hash = ${hash} and "revokedAt" is null and ("expiresAt" is null or "expiresAt" > now() at time zone 'UTC')`;
  if (row === undefined) return null;
  const { stale, ...key } = row;
  if (stale) await sql`update "ApiKey" set "lastUsedAt" = now() at time zone 'UTC' where id = ${key.id}`;
  return key;
}

/** Whether any key still opens something. */
export async function hasLiveKey(sql: Sql): Promise<boolean> {
  const [row] = await sql<{ there: boolean }[]>`select exists (select 1 from "ApiKey"
    where "revokedAt" is null and ("expiresAt" is null or "expiresAt" > now() at time zone 'UTC')) as there`;
  return row?.there === true;
}
