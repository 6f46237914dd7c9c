// Owns: making and ending API keys. Must not know: GraphQL, how a request shows its key.
import { findApiKey, insertApiKey, revokeApiKey as endKey } from "@gradus/prisma/access/api-key-store";
import type { Database } from "@gradus/prisma/database";
import type { ApiKeyRow } from "@gradus/prisma/rows";
import { hashOfKey, newKeyText } from "../access/authenticate.ts";
import type { Caller } from "../access/caller.ts";
import type { CreateApiKeyInput } from "../generated/schema-types.ts";
import { Refusal } from "./refusal.ts";
import type { FieldError } from "./refusal.ts";

/** A key of a project makes keys of that project only. @throws Refusal */
export async function createApiKey(
  db: Database,
  caller: Caller,
  { name, project, scope = "READ", expiresAt }: CreateApiKeyInput,
): Promise<{ readonly key: ApiKeyRow; readonly text: string }> {
  const projectId = project ?? caller.project;
  const wrong: FieldError[] = [];
  if (name.trim() === "" || name.length > 100) wrong.push({ path: "name", value: name, expected: "1 to 100 characters" });
  if (expiresAt && expiresAt.getTime() <= Date.now()) wrong.push({ path: "expiresAt", value: expiresAt, expected: "a time to come" });
  const known = projectId === null || (await db.prisma.project.findUnique({ where: { id: projectId }, select: { id: true } })) !== null;
  if (!known) wrong.push({ path: "project", value: projectId, expected: "the id of a project that exists" });
  if (wrong.length > 0) throw new Refusal(wrong.map(({ path, expected }) => `${path}: ${expected}`).join("; "), wrong);
  const text = newKeyText();
  const id = crypto.randomUUID();
  return {
    text,
    key: await insertApiKey(db, { id, projectId, name, hash: hashOfKey(text), scope, createdBy: caller.who, expiresAt: expiresAt ?? null }),
  };
}

/** @throws Refusal where there is no such key in the caller's reach */
export async function revokeApiKey(db: Database, { project }: Caller, id: string): Promise<ApiKeyRow> {
  const key = await findApiKey(db, id);
  if (key === null || (project !== null && key.projectId !== project))
    throw new Refusal(`there is no key ${id}`, [{ path: "id", value: id, expected: "the id of a key" }]);
  return endKey(db, id);
}
