// Owns: the words of a synthesis as readers know them, and how far one is. Must not know: how they are placed.
import type { SynthesisQuery } from "../../generated/graphql.ts";

export type Synthesis = NonNullable<SynthesisQuery["synthesis"]>;

export const ENDED: ReadonlySet<string> = new Set(["COMPLETED", "FAILED", "CANCELLED"]);

/** `NOT_DETERMINISTIC` -> `not deterministic`. */
export const inWords = (constant: string): string => constant.toLowerCase().replaceAll("_", " ");

/** In the order of the API's enum: the worst problem first, the easiest last. */
export const RATE_STATES = ["INVALID", "NEVER", "BELOW", "TARGET", "ABOVE", "ALWAYS"] as const;

/** Turns that there will be: seeds x turns of the file. 0 where the file does not say. */
export function turnsInAll(specification: unknown): number {
  const { seeds, turns } = (specification ?? {}) as { readonly seeds?: { readonly count?: number }; readonly turns?: number };
  return (seeds?.count ?? 0) * (turns ?? 0);
}

/** `grammar`, or the model behind an endpoint. */
export function teacherOf(specification: unknown): string {
  const { teacher } = (specification ?? {}) as { readonly teacher?: { readonly kind?: string; readonly model?: string } };
  return teacher?.model ?? teacher?.kind ?? "–";
}
