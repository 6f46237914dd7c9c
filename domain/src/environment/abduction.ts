// Owns: finding an input for a given output (paper Table 1, second row). Must not know: who wrote the function, how anything is executed.
import { EXACT, allTestsPass, fillTemplate, type Environment } from "./environment.ts";
import { parsePythonLiteral } from "../python-literal.ts";
import { sameValue, type PythonValue } from "../python-value.ts";
import { callWith, findLiterals } from "./literal-answer.ts";

const TEMPLATE = "{reference}{entryPoint}(?) == {expected}\n";

/**
 * One hidden `call` test: its output is shown, an input is asked for. Graded by execution, so that every input with that output is right
 * (Absolute Zero Reasoner). With `match: exact` it is compared with the teacher's own input, as the paper's table has it, which fails right
 * answers of functions that are not injective.
 */
const listOf = (args: string): PythonValue => parsePythonLiteral(args.trim() === "" ? "()" : `(${args},)`);
const isSame = (given: string, hidden: string): boolean => sameValue(listOf(given), listOf(hidden));

export const environment: Environment = {
  name: "ABDUCTION",
  summary: "find an input for which a function returns a given output; right when executing it does",
  template: TEMPLATE,
  pose: ({ reference, entryPoint, tests: [test] }) =>
    fillTemplate(TEMPLATE, { reference, entryPoint, expected: test?.kind === "call" ? test.expected : "" }),
  extract: (completion, { reference, entryPoint, match, tests: [test] }) => {
    const input = findLiterals(completion, "input");
    if (input === null) return null;
    if (match === "exact" && !isSame(input, test?.kind === "call" ? test.args : "")) return `def ${entryPoint}(*_):\n    return object()\n`;
    return callWith(reference, entryPoint, input);
  },
  judging: EXACT,
  reward: allTestsPass,
};
