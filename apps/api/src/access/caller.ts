// Owns: who asks, what scopes allow, and how a refusal says so. Must not know: transports, where keys are kept.
import { GraphQLError } from "graphql";
import { belongsTo } from "@gradus/prisma/access/belonging";
import type { Named } from "@gradus/prisma/access/belonging";
import type { Sql } from "@gradus/prisma/database";

export type Scope = "READ" | "WRITE" | "ADMIN";

export interface Caller {
  /** As the audit log names it. */
  readonly who: string;
  /** Null: not a key of the table. */
  readonly keyId: string | null;
  readonly scope: Scope;
  /** Null: of every project. */
  readonly project: string | null;
}

/** Anybody, where no key is asked for: an API on loopback. */
export const ANYBODY: Caller = { who: "anybody on this machine", keyId: null, scope: "ADMIN", project: null };

const RANK: Readonly<Record<Scope, number>> = { READ: 1, WRITE: 2, ADMIN: 3 };

export const forbidden = (message: string): GraphQLError => new GraphQLError(message, { extensions: { code: "FORBIDDEN" } });

/** Why the caller may not, or null. What is of another project and what is nowhere are refused alike. */
export async function refusalOf(sql: Sql, { scope, project }: Caller, needed: Scope, named: Named): Promise<string | null> {
  if (RANK[scope] < RANK[needed]) return `the key is for ${scope}, and this needs ${needed}`;
  if (project === null || (await belongsTo(sql, project, named))) return null;
  return `the key is of project ${project}, and what is asked for is not there`;
}
