// Owns: reading a literal out of a completion, and putting it in the place of a call. Must not know: environments.
import { parsePythonLiteral } from "../python-literal.ts";
import { PythonValueError } from "../python-value.ts";

/**
 * The answer in a completion: the last block fenced as `tag` (or unfenced as to language), else the first line that is not blank. Null
 * unless it is Python literals separated by commas: an answer is data, so no code of the model's ever runs in these environments.
 */
export function findLiterals(completion: string, tag: "input" | "output"): string | null {
  const fences = [...completion.matchAll(new RegExp(String.raw`\`\`\`(?:${tag}|python|py)?[ \t]*\n([\s\S]*?)(?:\`\`\`|$)`, "g"))];
  const firstLine = completion.split("\n").find((line) => line.trim() !== "") ?? "";
  const text = (fences.at(-1)?.[1] ?? firstLine).trim().replace(/,$/, "");
  return text !== "" && isLiterals(text) ? text : null;
}

function isLiterals(text: string): boolean {
  // Tolerated: any text at all. What does not parse is no answer.
  try {
    return parsePythonLiteral(`(${text},)`).kind === "tuple";
  } catch (error) {
    if (error instanceof PythonValueError) return false;
    throw error;
  }
}

/**
 * A program whose `entryPoint` calls that of `reference` with `args`, whatever it is called with: the hidden test then compares the
 * outcome of the model's input. The reference runs in a scope of its own, so that recursion in it stays its own.
 */
export function callWith(reference: string, entryPoint: string, args: string): string {
  return `scope = {}\nexec(${JSON.stringify(reference)}, scope)\ndef ${entryPoint}(*_):\n    return scope[${JSON.stringify(entryPoint)}](${args})\n`;
}
