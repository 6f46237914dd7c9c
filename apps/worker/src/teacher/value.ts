// Owns: the Python values the grammar computes with, in TypeScript: literals, floor arithmetic, equality. Must not know: operations.

/** list: list of ints. int: an integer. text: a str. */
export type ValueType = "list" | "int" | "text";
export type Value = number | string | readonly number[];

/** Python source of a value, exactly what `repr` prints. Text is limited to printable ASCII without quotes and backslashes. */
export function pythonLiteral(value: Value): string {
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return `'${value}'`;
  return `[${value.join(", ")}]`;
}

/** Python's `//`: rounds toward minus infinity. */
export function floorDiv(a: number, b: number): number {
  return Math.floor(a / b);
}

/** Python's `%`: the sign of the divisor. */
export function floorMod(a: number, b: number): number {
  return a - b * Math.floor(a / b) + 0;
}

/** True for a value that later steps and prompts can carry: integers up to 9,999, at most 14 items, at most 24 characters. */
export function isSmall(value: Value): boolean {
  if (typeof value === "number") return Number.isInteger(value) && Math.abs(value) <= 9_999;
  if (typeof value === "string") return value.length <= 24 && /^[ -~]*$/.test(value) && !/['\\]/.test(value);
  return value.length <= 14 && value.every((item) => Number.isInteger(item) && Math.abs(item) <= 9_999);
}

export function sameValue(a: Value, b: Value): boolean {
  return pythonLiteral(a) === pythonLiteral(b);
}
