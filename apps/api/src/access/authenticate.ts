// Owns: from what a client sends to who it is. Must not know: what callers may do, GraphQL. Keys are hashed or compared, never written anywhere.
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { hasLiveKey, useApiKey } from "@gradus/prisma/access/api-key-store";
import type { Sql } from "@gradus/prisma/database";
import { isLoopback } from "../http/node-key.ts";
import { ANYBODY } from "./caller.ts";
import type { Caller } from "./caller.ts";

/** 256 random bits: a plain hash of it tells nothing, unlike a password's. The prefix lets scanners of leaked secrets find it. */
export const newKeyText = (): string => `gradus_${randomBytes(32).toString("base64url")}`;

export const hashOfKey = (text: string): string => createHash("sha256").update(text).digest("hex");

/** `Bearer <key>`, or Basic with the key as password, as MLflow's clients and browsers send it. Null: none was sent. */
export function keyIn(authorization: string | undefined): string | null {
  const [, kind = "", rest = ""] = /^(\w+) +(.+)$/.exec(authorization ?? "") ?? [];
  if (kind.toLowerCase() === "bearer") return rest.trim();
  if (kind.toLowerCase() !== "basic") return authorization === undefined ? null : authorization;
  const text = Buffer.from(rest, "base64").toString("utf8");
  const at = text.indexOf(":");
  return at < 0 ? text : text.slice(at + 1) || text.slice(0, at);
}

/** Who sent this key; null: nobody we know. */
export type Authenticate = (key: string | null) => Promise<Caller | null>;

export interface AccessRules {
  /** Whether one must have a key. */
  readonly required: boolean;
  /** Opens everything; there so that the first key can be made. */
  readonly adminKey: string | undefined;
}

/** A key that was sent is looked at even where none is asked for: a client that means to be less than anybody is less. */
export function authenticator(sql: Sql, { required, adminKey }: AccessRules): Authenticate {
  const admin = adminKey === undefined ? null : Buffer.from(hashOfKey(adminKey));
  return async (text) => {
    if (text === null) return required ? null : ANYBODY;
    const hash = hashOfKey(text);
    if (admin !== null && timingSafeEqual(Buffer.from(hash), admin)) return { ...ANYBODY, who: "GRADUS_ADMIN_KEY" };
    const key = await useApiKey(sql, hash);
    return key === null ? null : { who: key.name, keyId: key.id, scope: key.scope, project: key.projectId };
  };
}

/** @throws Error that says what to do where keys are asked for and there is none */
export async function requireSomeKey(sql: Sql, host: string, { required, adminKey }: AccessRules): Promise<void> {
  if (!required || adminKey !== undefined || (await hasLiveKey(sql))) return;
  throw new Error(
    `GRADUS_ADMIN_KEY is not set and the store has no API key, and GRADUS_HOST is ${host}: nobody could ask this API anything. ` +
      "Set a random one (openssl rand -hex 32), or make a key with `gradus keys create` while the API is on loopback",
  );
}

/** Keys are asked for beyond loopback, and on it where that is wished (behind a proxy). */
export const accessRules = (host: string, adminKey: string | undefined, requireKeys: boolean): AccessRules => ({
  required: requireKeys || !isLoopback(host),
  adminKey,
});
