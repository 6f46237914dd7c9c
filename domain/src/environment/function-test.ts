// Owns: completing a function from its signature and docstring, judged by a test program (HumanEval, MBPP). Must not know: the importers.
import { EXACT, allTestsPass, type Environment } from "./environment.ts";
import { findProgram } from "./program-text.ts";

export const environment: Environment = {
  name: "FUNCTION_TEST",
  summary: "complete a function from its signature and docstring; right when its test program passes",
  template: "{message}",
  // The message is the prompt as published: imports, helpers, signature and docstring.
  pose: (problem) => problem.message,
  demonstration: ({ reference, message }) => (reference.startsWith(message) ? reference.slice(message.length) : null),
  extract: (completion, problem) => {
    const whole = findProgram(completion, problem.entryPoint);
    // A model that repeats the signature often leaves out the prompt's imports and helpers: they come first, and its own definition wins.
    if (whole !== null) return `${problem.message.trimEnd()}\n    pass\n\n${whole}`;
    const body = cutAfterBody(completion);
    return body.trim() === "" ? null : `${problem.message}${body}`;
  },
  // As evalplus compares floats; a check compares by itself.
  judging: { ...EXACT, tolerance: 1e-6 },
  reward: allTestsPass,
};

/** A base model goes on after the body: keep the indented lines up to the first line of other top-level code. */
function cutAfterBody(completion: string): string {
  const lines = completion.replaceAll("\r\n", "\n").split("\n");
  const end = lines.findIndex((line, i) => i > 0 && /^[^\s#)\]}]/.test(line));
  return `${(end === -1 ? lines : lines.slice(0, end)).join("\n").trimEnd()}\n`;
}
