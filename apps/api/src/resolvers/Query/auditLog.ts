// Owns: Query.auditLog.
import { readAudit } from "@gradus/prisma/access/audit-store";
import { badInput } from "../../errors.ts";
import type { QueryResolvers } from "../../generated/schema-types.ts";

const MOST = 1_000;

export const auditLog: NonNullable<QueryResolvers["auditLog"]> = async (_parent, { project, first, before }, { db }) => {
  const limit = first ?? 100;
  if (limit < 1 || limit > MOST) throw badInput(`first: 1 to ${MOST} entries`);
  return readAudit(db, { project: project ?? null, before: before ?? null, limit });
};
