// Owns: the text of the moment an export is of. Must not know: SQL, formats.
import type { AsOf } from "@gradus/prisma/metrics/export-points";
import { badInput } from "../errors.ts";

/** Batch ordinals of a run never change and are never given again, so the cursor is good in any store that has the batches. */
export const asOfCursor = (asOf: AsOf): string => Buffer.from(JSON.stringify(asOf)).toString("base64url");

/** @throws GraphQLError BAD_USER_INPUT */
export function readAsOfCursor(cursor: string): AsOf {
  try {
    const asOf: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
    if (typeof asOf === "object" && asOf !== null && Object.values(asOf).every((ordinal) => Number.isSafeInteger(ordinal)))
      return asOf as AsOf;
  } catch {
    // Tolerates any text a client sends: it is refused below.
  }
  throw badInput("asOf: it is no cursor of an export");
}
