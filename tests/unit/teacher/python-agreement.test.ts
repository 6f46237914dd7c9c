// Proves: the TypeScript evaluators and the Python they stand for agree, on CPython itself.
import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { stream } from "@gradus/domain/random";
import { drawArguments, generateProblems } from "@gradus/worker/teacher/generate";
import { drawInput } from "@gradus/worker/teacher/inputs";
import { OPERATIONS } from "@gradus/worker/teacher/operations";
import { evaluate, renderReference, type Program } from "@gradus/worker/teacher/program";
import { pythonLiteral } from "@gradus/worker/teacher/value";

const RUNNER = `
import ast, json, sys
out = []
for source, args in json.load(sys.stdin):
    scope = {}
    exec(source, scope)
    row = []
    for arg in args:
        try:
            row.append(repr(scope["f"](ast.literal_eval(arg))))
        except Exception as error:
            row.append(type(error).__name__)
    out.append(row)
json.dump(out, sys.stdout)
`;

function runPython(cases: readonly (readonly [source: string, args: readonly string[]])[]): string[][] {
  const stdout = execFileSync("python3", ["-I", "-c", RUNNER], { input: JSON.stringify(cases), maxBuffer: 64 * 1024 * 1024 });
  return JSON.parse(stdout.toString()) as string[][];
}

describe("the grammar's evaluators", () => {
  it("agree with CPython for every operation on forty inputs each", () => {
    const cases = OPERATIONS.flatMap((operation) =>
      Array.from({ length: 4 }, (_, i) => {
        const random = stream(`agreement/${operation.name}/${i}`);
        const program: Program = [{ operation: operation.name, args: drawArguments(operation, random), telling: "EXACT" }];
        const inputs = Array.from({ length: 10 }, (_, j) => drawInput(operation.from, j % 2 === 0, random));
        return {
          program,
          inputs:
            operation.from === "list"
              ? [...inputs, [], [5], [3, 3]]
              : operation.from === "text"
                ? [...inputs, "", "a b"]
                : [...inputs, 0, -7],
        };
      }),
    );
    const answers = runPython(cases.map(({ program, inputs }) => [renderReference(program), inputs.map(pythonLiteral)]));
    let compared = 0;
    for (const [i, { program, inputs }] of cases.entries()) {
      for (const [j, input] of inputs.entries()) {
        const ours = evaluate(program, input);
        // Undefined also stands for values too large to pose: only a raise is Python's to confirm, and no Error has a small value.
        if (ours === undefined) continue;
        expect(`${renderReference(program)} on ${pythonLiteral(input)}: ${answers[i]![j]}`).toBe(
          `${renderReference(program)} on ${pythonLiteral(input)}: ${pythonLiteral(ours)}`,
        );
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(4_000);
  });

  it("give every test of two thousand generated problems the value CPython computes", () => {
    const problems = generateProblems({ seed: 11, count: 2_000 });
    const answers = runPython(
      problems.map(({ content }) => [content.reference, content.tests.map((test) => (test.kind === "call" ? test.args : ""))]),
    );
    const expected = problems.map(({ content }) => content.tests.map((test) => (test.kind === "call" ? test.expected : "")));
    expect(answers).toEqual(expected);
    expect(problems.length).toBe(2_000);
  });
});
