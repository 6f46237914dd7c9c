// Owns: program synthesis from a message and examples (paper Table 1, first row). Must not know: who wrote the problem, how it is executed.
import type { ProblemContent } from "../problem.ts";
import { EXACT, allTestsPass, fillTemplate, type Environment, type PosedProblem } from "./environment.ts";
import { findProgram } from "./program-text.ts";

/** Compact on purpose: the embedded policy has 128 tokens for prompt and program. */
const TEMPLATE = "{message}\n{examples}";
const EXAMPLE = "{entryPoint}({args}) == {expected}\n";

/** The message, then one line for each visible test: `f([3, 1]) == [1, 3]`. The completion begins on the next line. */
export function renderInductionPrompt(problem: Pick<ProblemContent, "message" | "entryPoint" | "tests" | "visibleTests">): string {
  const examples = problem.tests
    .slice(0, problem.visibleTests)
    .map((test) =>
      test.kind === "call" ? fillTemplate(EXAMPLE, { entryPoint: problem.entryPoint, args: test.args, expected: test.expected }) : "",
    );
  return fillTemplate(TEMPLATE, { message: problem.message, examples: examples.join("") });
}

export const environment: Environment = {
  name: "INDUCTION",
  summary: "write f from a message and input-output examples; right when every hidden output agrees",
  template: TEMPLATE + EXAMPLE,
  pose: (problem: PosedProblem) => renderInductionPrompt(problem),
  demonstration: ({ reference }) => reference,
  extract: (completion, problem) => findProgram(completion, problem.entryPoint),
  judging: EXACT,
  reward: allTestsPass,
};
