// Owns: predicting a function's output (paper Table 1, third row). Must not know: who wrote the function, how anything is executed.
import { EXACT, allTestsPass, fillTemplate, type Environment } from "./environment.ts";
import { findLiterals } from "./literal-answer.ts";

const TEMPLATE = "{reference}{entryPoint}({args}) ==\n";

/** One hidden `call` test: its input is shown, its output is asked for. */
export const environment: Environment = {
  name: "DEDUCTION",
  summary: "say what a function returns for an input; right when the values are equal",
  template: TEMPLATE,
  pose: ({ reference, entryPoint, tests: [test] }) =>
    fillTemplate(TEMPLATE, { reference, entryPoint, args: test?.kind === "call" ? test.args : "" }),
  extract: (completion, { entryPoint }) => {
    const output = findLiterals(completion, "output");
    return output === null ? null : `def ${entryPoint}(*_):\n    return ${output}\n`;
  },
  judging: EXACT,
  reward: allTestsPass,
};
