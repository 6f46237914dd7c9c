// Owns: JSON values as Python source. Must not know: any format.

/** A Python literal of a JSON value. Throws Error for what JSON cannot hold. */
export function toPythonLiteral(value: unknown): string {
  if (value === null) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  if (typeof value === "number" || typeof value === "string") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(toPythonLiteral).join(", ")}]`;
  if (typeof value === "object")
    return `{${Object.entries(value)
      .map(([key, one]) => `${JSON.stringify(key)}: ${toPythonLiteral(one)}`)
      .join(", ")}}`;
  throw new Error(`${typeof value} is no JSON`);
}
