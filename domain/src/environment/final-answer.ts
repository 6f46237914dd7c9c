// Owns: questions with one final answer, compared after normalising (MATH500, AIME). Must not know: the importers, how anything is executed.
import { EXACT, allTestsPass, type Environment } from "./environment.ts";

const TEMPLATE = "{message}\nPut the final answer in \\boxed{}.\n";
export const ANSWER_ENTRY = "answer";

/**
 * The final answer of a completion: the last `\boxed{...}`, else what follows the last "answer is" or "answer:", else the last line that is
 * not blank. Null where there is none.
 */
export function findAnswer(completion: string): string | null {
  const boxed = lastBoxed(completion);
  if (boxed !== null) return boxed;
  const told = [...completion.matchAll(/answer(?:\s+is)?\s*:?\s+([^\n]+)/gi)].at(-1)?.[1];
  const line = completion.split("\n").findLast((one) => one.trim() !== "");
  const found = (told ?? line ?? "").trim();
  return found === "" ? null : found;
}

function lastBoxed(text: string): string | null {
  const start = Math.max(text.lastIndexOf("\\boxed{"), text.lastIndexOf("\\fbox{"));
  if (start === -1) return null;
  const open = text.indexOf("{", start);
  let depth = 0;
  for (let i = open; i < text.length; i++) {
    if (text[i] === "{") depth++;
    if (text[i] === "}" && --depth === 0) return text.slice(open + 1, i);
  }
  return null;
}

/** LaTeX that changes the looks and not the value is dropped; numbers become reduced fractions. Equal answers have equal forms, mostly. */
export function normaliseAnswer(answer: string): string {
  const text = answer
    .replaceAll(/\\(?:left|right|!|,|;|:| |displaystyle)/g, "")
    .replaceAll(/\\[dt]frac/g, "\\frac")
    .replaceAll(/\\(?:text|mathrm|textbf|mbox)\{([^{}]*)\}/g, "$1")
    .replaceAll(/\\frac(\d)(\d)/g, "\\frac{$1}{$2}")
    .replaceAll(/\^\{?\\circ\}?|\\degree|\\%|%|\\\$|\$/g, "")
    .replaceAll(/\s+/g, "")
    .replace(/^[a-zA-Z]=(?=.)/, "")
    .replace(/\.$/, "");
  return rational(text.replaceAll(/(?<=\d),(?=\d{3}(?!\d))/g, "")) ?? text;
}

/** `p` or `p/q` in lowest terms for an integer, a decimal or a fraction; null for anything else. */
function rational(text: string): string | null {
  const fraction = /^(-?)\\frac\{(-?\d+)\}\{(\d+)\}$/.exec(text) ?? /^(-?)(-?\d+)\/(\d+)$/.exec(text);
  if (fraction !== null) return reduced(BigInt(fraction[2]!) * (fraction[1] === "-" ? -1n : 1n), BigInt(fraction[3]!));
  const decimal = /^([-+]?)(\d*)(?:\.(\d*))?$/.exec(text);
  if (decimal === null || `${decimal[2]}${decimal[3] ?? ""}` === "") return null;
  const digits = decimal[3] ?? "";
  return reduced(BigInt(`${decimal[2]}${digits}`) * (decimal[1] === "-" ? -1n : 1n), 10n ** BigInt(digits.length));
}

function reduced(top: bigint, bottom: bigint): string | null {
  if (bottom === 0n) return null;
  let [a, b] = [top < 0n ? -top : top, bottom];
  while (b > 0n) [a, b] = [b, a % b];
  const divisor = a === 0n ? 1n : a;
  return bottom / divisor === 1n ? `${top / divisor}` : `${top / divisor}/${bottom / divisor}`;
}

export const environment: Environment = {
  name: "ANSWER",
  summary: "answer a question; right when the final answer equals the known one after normalising",
  template: TEMPLATE,
  pose: ({ message }) => TEMPLATE.replace("{message}", () => message),
  // No code of the model's runs: its answer is data, and the sandbox hands it back to be compared.
  extract: (completion) => {
    const answer = findAnswer(completion);
    return answer === null ? null : `def ${ANSWER_ENTRY}(*_):\n    return ${JSON.stringify(normaliseAnswer(answer))}\n`;
  },
  judging: EXACT,
  reward: allTestsPass,
};
