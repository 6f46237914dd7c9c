// Owns: reading problems from JSON lines one by one, bad lines reported and passed over. Must not know: files, any format, the database.
import type { z } from "zod";
import type { MeasuredPassRate, ProblemContent, ProblemOrigin } from "../problem.ts";

/** A problem as an importer hands it out. */
export interface ImportedProblem {
  readonly content: ProblemContent;
  readonly origin: ProblemOrigin;
  /** As its source measured it, with its own solver; absent where it did not. */
  readonly passRate?: MeasuredPassRate;
  /** What else a line of our own format says (split, operations, hashes): passed on as it is, for the API to check. */
  readonly rest?: Readonly<Record<string, unknown>>;
}

/** How hard its publisher says a problem is, as an origin has it: lower case, `level 3` as `3`. */
export function labelled(difficulty: string | number | null | undefined): Pick<ProblemOrigin, "difficulty"> {
  const said = String(difficulty ?? "")
    .trim()
    .toLowerCase()
    .replace(/^level\s+/, "")
    .slice(0, 60);
  return said === "" ? {} : { difficulty: said };
}

/** One line of the input, numbered from 1: a problem, or why it is none. */
export type ImportedLine =
  | { readonly line: number; readonly ok: true; readonly problem: ImportedProblem }
  | { readonly line: number; readonly ok: false; readonly reason: string };

/**
 * Parses lines as they come, so a file of any size streams through. Blank lines are passed over but counted. A bad line never stops the
 * rest: its reason names the field. `convert` may throw Error for what a schema cannot say.
 */
export async function* importLines<Row>(
  lines: AsyncIterable<string> | Iterable<string>,
  schema: z.ZodType<Row>,
  convert: (row: Row) => ImportedProblem,
): AsyncGenerator<ImportedLine> {
  let line = 0;
  for await (const text of lines) {
    line++;
    if (text.trim() !== "") yield importLine(text, line, schema, convert);
  }
}

function importLine<Row>(text: string, line: number, schema: z.ZodType<Row>, convert: (row: Row) => ImportedProblem): ImportedLine {
  // Tolerated: whatever a stranger's file holds. It is reported, with its number.
  try {
    const parsed = schema.safeParse(JSON.parse(text));
    if (parsed.success) return { line, ok: true, problem: convert(parsed.data) };
    const reasons = parsed.error.issues.map((issue) => `${issue.path.join(".") || "line"}: ${issue.message}`);
    return { line, ok: false, reason: reasons.join("; ").slice(0, 500) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { line, ok: false, reason: (error instanceof SyntaxError ? `not JSON: ${message}` : message).slice(0, 500) };
  }
}
