// Owns: hidden tests of contest problems out of pairs of inputs and outputs. Must not know: any file format.
import { normaliseOutput, STDIN_ENTRY } from "../environment/contest.ts";
import type { HiddenTest, ProblemContent } from "../problem.ts";
import { toPythonLiteral } from "./python-source.ts";

export interface ContestTests {
  /** Absent: standard input and output. */
  readonly functionName?: string | undefined;
  readonly pairs: readonly (readonly [input: unknown, output: unknown])[];
  /** How many pairs, from the first, the prompt shows. */
  readonly visible: number;
}

/** The content of a contest problem. Throws Error where a pair is not what its kind needs. */
export function contestContent(message: string, reference: string, { functionName, pairs, visible }: ContestTests): ProblemContent {
  if (pairs.length === 0) throw new Error("tests: there are none");
  const tests = pairs.map(([input, output]): HiddenTest => (functionName === undefined ? printed(input, output) : returned(input, output)));
  return {
    environment: "CONTEST",
    message: message.trim(),
    entryPoint: functionName ?? STDIN_ENTRY,
    reference,
    tests,
    visibleTests: Math.min(visible, tests.length),
  };
}

/** Some sets keep a text as its lines. */
const textOf = (value: unknown): string => (Array.isArray(value) ? value.join("\n") : String(value));

function printed(input: unknown, output: unknown): HiddenTest {
  return { kind: "call", args: JSON.stringify(textOf(input)), expected: JSON.stringify(normaliseOutput(textOf(output))) };
}

function returned(input: unknown, output: unknown): HiddenTest {
  if (!Array.isArray(input)) throw new Error("tests: the input of a function is no list of arguments");
  return { kind: "call", args: input.map(toPythonLiteral).join(", "), expected: toPythonLiteral(output) };
}
