// Owns: the text of the moment an export is of. Must not know: SQL, formats.
import type { AsOf } from "@gradus/prisma/metrics/export-points";
import { badInput } from "../errors.ts";

export interface Moment {
  /** The last batch of each run that belongs to it, points and samples alike. */
  readonly batches: AsOf;
  /** The last policy version of each run that does, -1 for none; null: the export has no checkpoints. */
  readonly versions: Readonly<Record<string, number>> | null;
}

/** Batch ordinals and policy versions of a run never change and are never given again, so the cursor is good in any store that has them. */
export const asOfCursor = ({ batches, versions }: Moment): string => {
  const told = Object.entries(batches).map(([run, batch]) => [run, versions === null ? batch : [batch, versions[run] ?? -1]]);
  return Buffer.from(JSON.stringify(Object.fromEntries(told))).toString("base64url");
};

const isOrdinal = (value: unknown): value is number => Number.isSafeInteger(value);
const isPair = (value: unknown): value is [number, number] => Array.isArray(value) && value.length === 2 && value.every(isOrdinal);

/** @throws GraphQLError BAD_USER_INPUT */
export function readAsOfCursor(cursor: string): Moment {
  try {
    const asOf: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
    if (typeof asOf === "object" && asOf !== null && !Array.isArray(asOf)) {
      const entries = Object.entries(asOf);
      if (entries.every((entry): entry is [string, number] => isOrdinal(entry[1])))
        return { batches: Object.fromEntries(entries), versions: null };
      if (entries.every((entry): entry is [string, [number, number]] => isPair(entry[1])))
        return {
          batches: Object.fromEntries(entries.map(([run, [batch]]) => [run, batch])),
          versions: Object.fromEntries(entries.map(([run, [, version]]) => [run, version])),
        };
    }
  } catch {
    // Tolerates any text a client sends: it is refused below.
  }
  throw badInput("asOf: it is no cursor of an export");
}
