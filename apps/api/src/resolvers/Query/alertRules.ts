// Owns: Query.alertRules.
import { readAlertRules } from "@gradus/prisma/alerts/alert-rule-store";
import type { QueryResolvers } from "../../generated/schema-types.ts";

export const alertRules: NonNullable<QueryResolvers["alertRules"]> = (_parent, filter, { db }) => readAlertRules(db, filter);
