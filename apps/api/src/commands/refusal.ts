// Owns: how a mutation says no. Must not know: any mutation.
import type { z } from "zod";
import { WorkflowsUnreachable } from "../run-control.ts";

export interface FieldError {
  /** Where, as in `arms[1].training.steps`; empty for the whole. */
  readonly path: string;
  readonly value: unknown;
  readonly expected: string;
}

/** Thrown by a command before anything was changed; `answer` makes it the mutation's typed result. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly fields: readonly FieldError[];
  constructor(message: string, fields: readonly FieldError[] = []) {
    super(message);
    this.fields = fields;
  }
}

/** @throws Refusal that names every field to blame */
export function refuseFields(wrong: readonly FieldError[]): void {
  if (wrong.length > 0) throw new Refusal(wrong.map(({ path, expected }) => `${path}: ${expected}`).join("; "), wrong);
}

interface Refused {
  readonly ok: false;
  readonly error: { readonly message: string; readonly fields: FieldError[] };
}

/** What a command did, or its refusal; anything else it throws is thrown on. */
export async function answer<Result extends object>(
  command: () => Promise<Result>,
): Promise<(Result & { readonly ok: true; readonly error: null }) | Refused> {
  try {
    return { ok: true, error: null, ...(await command()) };
  } catch (error) {
    const refusal = asRefusal(error);
    // Tolerates refusals: they are results.
    if (refusal === null) throw error;
    return { ok: false, error: { message: refusal.message, fields: [...refusal.fields] } };
  }
}

/** Workflows that are away are nobody's mistake, and still an answer that a person can act on. */
function asRefusal(error: unknown): Refusal | null {
  if (error instanceof Refusal) return error;
  return error instanceof WorkflowsUnreachable ? new Refusal(error.message) : null;
}

type Issue = z.core.$ZodIssue;

/** Zod's issues as path, value and what was expected. A union's are those of the alternative that came nearest. */
export function fieldErrors(issues: readonly Issue[], input: unknown, under: readonly PropertyKey[] = []): FieldError[] {
  return issues.flatMap((issue): FieldError[] => {
    const path = [...under, ...issue.path];
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => ({
        path: pathText([...path, key]),
        value: valueAt(input, [...path, key]) ?? null,
        expected: "no such key",
      }));
    }
    if (issue.code === "invalid_union" && issue.errors.length > 0) return fieldErrors(nearest(issue.errors), input, path);
    return [{ path: pathText(path), value: valueAt(input, path) ?? null, expected: expected(issue) }];
  });
}

/** An alternative of another type altogether says nothing; among the others the one with the fewest complaints is meant. */
function nearest(alternatives: readonly (readonly Issue[])[]): readonly Issue[] {
  const meant = alternatives.filter((issues) => !issues.some(({ code, path }) => code === "invalid_type" && path.length === 0));
  return (meant.length > 0 ? meant : alternatives).toSorted((a, b) => a.length - b.length)[0] ?? [];
}

function expected(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return `a value of type ${issue.expected}`;
    case "too_small":
      return `${issue.inclusive === false ? "more than" : "at least"} ${issue.minimum}`;
    case "too_big":
      return `${issue.inclusive === false ? "less than" : "at most"} ${issue.maximum}`;
    case "invalid_value":
      return `one of ${issue.values.map(String).join(", ")}`;
    default:
      return issue.message;
  }
}

const pathText = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (text, part) => (typeof part === "number" ? `${text}[${part}]` : text === "" ? String(part) : `${text}.${String(part)}`),
    "",
  );

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, part) => (typeof value === "object" && value !== null ? (value as Record<PropertyKey, unknown>)[part] : undefined),
    input,
  );
}
