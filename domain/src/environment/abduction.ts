// Owns: finding an input for a given output (paper Table 1, second row). Must not know: who wrote the function, how anything is executed.
import { EXACT, allTestsPass, fillTemplate, type Environment } from "./environment.ts";
import { callWith, findLiterals } from "./literal-answer.ts";

const TEMPLATE = "{reference}{entryPoint}(?) == {expected}\n";

/**
 * One hidden `call` test: its output is shown, an input is asked for. Graded by execution, so that every input with that output is right
 * (Absolute Zero Reasoner); the paper's table compares with the teacher's own input, which fails right answers of functions that are not
 * injective.
 */
export const environment: Environment = {
  name: "ABDUCTION",
  summary: "find an input for which a function returns a given output; right when executing it does",
  template: TEMPLATE,
  pose: ({ reference, entryPoint, tests: [test] }) =>
    fillTemplate(TEMPLATE, { reference, entryPoint, expected: test?.kind === "call" ? test.expected : "" }),
  extract: (completion, { reference, entryPoint }) => {
    const input = findLiterals(completion, "input");
    return input === null ? null : callWith(reference, entryPoint, input);
  },
  judging: EXACT,
  reward: allTestsPass,
};
