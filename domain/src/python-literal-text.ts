// Owns: a Python value written as a literal, so that a test may expect it. Must not know: who produced the value.
import { parsePythonLiteral } from "./python-literal.ts";
import { floatText, PythonValueError, sameValue } from "./python-value.ts";
import type { PythonValue } from "./python-value.ts";

/** Python source that reads back as the same value; null for one that has no literal (an object, nan, an empty set). */
export function pythonLiteralText(value: PythonValue): string | null {
  const text = write(value);
  if (text === null) return null;
  try {
    return sameValue(parsePythonLiteral(text), value) ? text : null;
  } catch (error) {
    // Tolerated: a form that is no literal, such as frozenset({1}).
    if (error instanceof PythonValueError) return null;
    throw error;
  }
}

function write(value: PythonValue): string | null {
  switch (value.kind) {
    case "none":
      return "None";
    case "bool":
      return value.value ? "True" : "False";
    case "int":
      return String(value.value);
    case "float":
      // nan and inf are names, not literals.
      return Number.isFinite(value.value) ? floatText(value.value) : null;
    case "str":
      return `'${value.escaped.replaceAll("'", String.raw`\'`)}'`;
    case "bytes":
      return `b'${value.hex.replaceAll(/../g, String.raw`\x$&`)}'`;
    case "list":
      return joined(value.items, "[", "]");
    case "tuple":
      return joined(value.items, "(", value.items.length === 1 ? ",)" : ")");
    case "set":
      return value.items.length === 0 ? null : joined(value.items, "{", "}");
    case "dict": {
      const entries = value.entries.map(([key, item]) => [write(key), write(item)] as const);
      return entries.some(([key, item]) => key === null || item === null)
        ? null
        : `{${entries.map(([key, item]) => `${key}: ${item}`).join(", ")}}`;
    }
    case "complex":
    case "frozenset":
    case "opaque":
      return null;
  }
}

function joined(items: readonly PythonValue[], open: string, close: string): string | null {
  const texts = items.map(write);
  return texts.includes(null) ? null : `${open}${texts.join(", ")}${close}`;
}
