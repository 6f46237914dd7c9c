// Owns: what one operation of the grammar is. Must not know: which operations exist, or how they are composed.
import type { Value, ValueType } from "../value.ts";

/** Bounds are inclusive. `letter`: one lower-case letter. */
export type ParameterSpec = { readonly kind: "int"; readonly min: number; readonly max: number } | { readonly kind: "letter" };
export type Argument = number | string;

/**
 * One operation. `code` and `phrase` are templates: `{0}`, `{1}` stand for the arguments; `code` is a Python expression over `x`.
 * `hint` is the phrase of its family, shared with operations it may be confused with. `weight` is how often it is drawn: 4 common, 2, 1 rare.
 */
export interface Operation {
  readonly name: string;
  readonly from: ValueType;
  readonly to: ValueType;
  readonly code: string;
  readonly phrase: string;
  readonly hint: string;
  readonly parameters: readonly ParameterSpec[];
  readonly weight: number;
  /** The value Python computes, or undefined where Python raises. */
  readonly evaluate: (x: Value, args: readonly Argument[]) => Value | undefined;
}

export const ints = (min: number, max: number): ParameterSpec => ({ kind: "int", min, max });
export const letter: ParameterSpec = { kind: "letter" };

/** Fills `{0}`, `{1}` of a template. */
export function fill(template: string, args: readonly Argument[]): string {
  return template.replace(/\{(\d)\}/g, (_, index: string) => String(args[Number(index)]));
}
