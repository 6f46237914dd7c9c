// Owns: Query.apiKeys.
import { readApiKeys } from "@gradus/prisma/access/api-key-store";
import type { QueryResolvers } from "../../generated/schema-types.ts";

export const apiKeys: NonNullable<QueryResolvers["apiKeys"]> = (_parent, { project }, { db }) => readApiKeys(db, project ?? null);
