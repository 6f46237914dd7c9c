// Owns: finding an input that breaks a property (paper Table 1, last row). Must not know: who wrote the property, how anything is executed.
import type { ProblemContent } from "../problem.ts";
import { EXACT, allTestsPass, fillTemplate, type Environment } from "./environment.ts";
import { callWith, findLiterals } from "./literal-answer.ts";

const TEMPLATE = "{reference}test_f(?) fails\n";

/**
 * The judge of a fuzzing problem: true where the input is valid and the property fails on it. A precondition that raises is not met; a
 * property that returns false or raises AssertionError fails; one that breaks with another error proves nothing of f.
 */
const JUDGE = `
def violates(*given):
    try:
        if not pre_test_f(*given):
            return False
    except Exception:
        return False
    try:
        return test_f(*given) is False
    except AssertionError:
        return True
    except Exception:
        return False
`;

/** A fuzzing problem from a program that defines `f`, `pre_test_f` and `test_f`, and a witness: an argument list on which the property fails. */
export function composeFuzzing(program: string, witness: string): ProblemContent {
  return {
    environment: "FUZZING",
    message: "",
    entryPoint: "violates",
    reference: `${program.trimEnd()}\n${JUDGE}`,
    tests: [{ kind: "call", args: witness, expected: "True" }],
    visibleTests: 0,
  };
}

export const environment: Environment = {
  name: "FUZZING",
  summary: "find a valid input on which a property of a function fails",
  template: TEMPLATE,
  pose: ({ reference }) => fillTemplate(TEMPLATE, { reference: reference.replace(JUDGE, "") }),
  extract: (completion, { reference, entryPoint }) => {
    const input = findLiterals(completion, "input");
    return input === null ? null : callWith(reference, entryPoint, input);
  },
  judging: EXACT,
  reward: allTestsPass,
};
