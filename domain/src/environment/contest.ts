// Owns: contest problems: a program that reads standard input and writes standard output, or a function by name. Must not know: the importers.
import { EXACT, allTestsPass, fillTemplate, type Environment } from "./environment.ts";
import { findSource } from "./program-text.ts";

const TEMPLATE = "{message}\n\n{examples}";
const EXAMPLE = "Input\n{args}\nOutput\n{expected}\n";

/** `entryPoint` of problems that are judged by what the program prints; any other name is a function, or a method of `class Solution`. */
export const STDIN_ENTRY = "main";

/** Trailing blanks of lines and blank lines at the end are no part of an answer. The sandbox's half of this is in `WRAPPER`. */
export function normaliseOutput(text: string): string {
  return text
    .replaceAll("\r\n", "\n")
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n")
    .trimEnd();
}

/** Runs the program anew as `__main__` for each input. `open(0)` is standard input too; the real descriptor belongs to the sandbox. */
const WRAPPER = `
import builtins, io, sys
program = compile(SOURCE, "solution.py", "exec")
def main(given):
    before = sys.stdin, sys.stdout
    sys.stdin = io.TextIOWrapper(io.BytesIO(given.encode()), encoding="utf-8")
    sys.stdout = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    def open(file, *rest, **named):
        return sys.stdin if file == 0 else builtins.open(file, *rest, **named)
    try:
        exec(program, {"__name__": "__main__", "open": open})
    except SystemExit:
        pass
    finally:
        written = sys.stdout
        sys.stdin, sys.stdout = before
    text = written.buffer.getvalue().decode("utf-8", "replace")
    return "\\n".join(line.rstrip() for line in text.replace("\\r\\n", "\\n").split("\\n")).rstrip()
`;

/** A contest's function is a global, or a method of its `Solution`. */
const CALLER = `
scope = {"__name__": "solution"}
exec(compile(SOURCE, "solution.py", "exec"), scope)
def {entry}(*given):
    found = scope.get("{entry}")
    return found(*given) if callable(found) else getattr(scope["Solution"](), "{entry}")(*given)
`;

export const environment: Environment = {
  name: "CONTEST",
  summary: "write a program for a contest problem; right when its output, or its function's value, agrees on every hidden test",
  template: TEMPLATE + EXAMPLE,
  pose: ({ message, tests, visibleTests, entryPoint }) => {
    const shown = tests.slice(0, visibleTests).flatMap((test) => (test.kind === "call" ? [test] : []));
    const plain = (literal: string): string => (entryPoint === STDIN_ENTRY ? (JSON.parse(literal) as string) : literal);
    return fillTemplate(TEMPLATE, {
      message,
      examples: shown.map(({ args, expected }) => fillTemplate(EXAMPLE, { args: plain(args), expected: plain(expected) })).join("\n"),
    });
  },
  demonstration: ({ reference }) => (reference === "" ? null : reference),
  extract: (completion, { entryPoint }) => {
    const source = findSource(completion);
    if (source === null) return null;
    const body = entryPoint === STDIN_ENTRY ? WRAPPER : CALLER.replaceAll("{entry}", entryPoint);
    return `SOURCE = ${JSON.stringify(source)}\n${body}`;
  },
  judging: { ...EXACT, tolerance: 1e-6, boolIsInt: true, processes: "PER_PROBE" },
  reward: allTestsPass,
};
