// Owns: what a language model is told as student, where the embedded policy's compact prompt would tell it too little. Must not know: models,
// how an answer is judged (the environments read it).
import type { PosedProblem } from "../environment/environment.ts";
import { environmentNamed } from "../environment/registry.ts";
import type { SynthesisEnvironment } from "./synthesis-spec.ts";
import type { ChatMessage } from "./teacher-prompt.ts";

const INSTRUCTIONS: Readonly<Record<SynthesisEnvironment, string>> = {
  INDUCTION:
    "Write a Python function `f` that does what the message says and gives the shown outputs; it will be tried on further inputs. Answer with one block marked ```python that holds the whole function.",
  ABDUCTION:
    "Find an input of `f` that gives the shown output. Answer with one block marked ```input that holds Python literals separated by commas, as between the brackets of a call.",
  DEDUCTION: "Say what the shown call of `f` returns. Answer with one block marked ```output that holds the Python literal.",
  FUZZING:
    "Find an input for which `pre_test_f` is true and the property in `test_f` does not hold. Answer with one block marked ```input that holds Python literals separated by commas, as between the brackets of a call.",
};

export function studentMessages(environment: SynthesisEnvironment, problem: PosedProblem): ChatMessage[] {
  return [{ role: "user", content: `${INSTRUCTIONS[environment]}\n\n${environmentNamed(environment).pose(problem).trimEnd()}` }];
}
