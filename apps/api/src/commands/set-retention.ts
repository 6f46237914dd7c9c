// Owns: checking a retention policy. Must not know: GraphQL, how it is applied.
import { RetentionPolicy } from "@gradus/domain";
import type { RetentionInput } from "../generated/schema-types.ts";
import { fieldErrors, refuseFields } from "./refusal.ts";

/** Null for none. @throws Refusal field by field */
export function toPolicy(input: RetentionInput | null | undefined): RetentionPolicy | null {
  if (input == null) return null;
  const written = { afterDays: input.afterDays ?? null, keepEverySteps: input.keepEverySteps ?? null };
  const parsed = RetentionPolicy.safeParse(written);
  if (parsed.success) return parsed.data;
  refuseFields(fieldErrors(parsed.error.issues, written));
  return null;
}
