// Owns: which checks are read as comparisons, and which stay programs. Must not know: the sandbox.
import { describe, expect, it } from "vitest";
import { plainAssert, plainAsserts } from "@gradus/domain/importer/plain-asserts";
import { humanEvalTasks } from "../../testkit/humaneval/humaneval.ts";

const check = (...lines: string[]): string => `def check(candidate):\n${lines.map((line) => `    ${line}\n`).join("")}`;
const call = (args: string, expected: string) => ({ kind: "call", args, expected, exact: true });

describe("a check that only compares", () => {
  it("is read as its calls, in order", () => {
    const source = check(
      "# first",
      "assert candidate('a,)', [1, 2]) == {'x': (1,)}, 'message'",
      "assert True",
      "",
      "assert candidate() == -1.5  # why",
    );
    expect(plainAsserts(`\nMETADATA = {\n    'author': 'jt'\n}\n\n${source}\n\n`)).toEqual([
      call("'a,)', [1, 2]", "{'x': (1,)}"),
      call("", "-1.5"),
    ]);
  });

  it("may spread over lines, within brackets", () => {
    expect(plainAsserts(check("assert candidate([1,", "  2]) == [", "  3,", "]"))).toEqual([call("[1,\n      2]", "[\n      3,\n    ]")]);
  });

  it("may calculate its arguments from constants, which are the same in any process", () => {
    const args = [
      "2 ** 3 * -1",
      "'a' + \"b)\", [1, -0 // 1, (2,)]",
      "{'a': 1e-3 % 7, **{}}".replace(", **{}", ""),
      "[3] * 4, 0x1F - 1_000",
    ];
    expect(plainAsserts(check(...args.map((one) => `assert candidate(${one}) == 8`)))).toEqual(args.map((one) => call(one, "8")));
  });

  it("may stand in brackets", () => {
    expect(plainAsserts(check("assert (candidate('a') == 'b'), 'message'"))).toEqual([call("'a'", "'b'")]);
  });

  it("asks by identity for what there is one of: a value that only equals it will not do", () => {
    const one = { kind: "call", args: "1" };
    expect(plainAsserts(check("assert candidate(1) is True", "assert candidate(1) is None, 'message'"))).toEqual([
      { ...one, expected: "True" },
      { ...one, expected: "None" },
    ]);
  });

  it("is 149 of HumanEval's 164", () => {
    const read = humanEvalTasks().flatMap((task) => plainAsserts(task.test) ?? []);
    expect([humanEvalTasks().filter((task) => plainAsserts(task.test) !== null).length, read.length]).toEqual([149, 1048]);
  });
});

it.each([
  ["arithmetic on the right", check("assert candidate(1) == 2 * 3")],
  ["a name in an argument", check("assert candidate(2 ** n) == 8")],
  ["a call in an argument", check("assert candidate(2 * int('4')) == 8")],
  ["arithmetic without an end", check("assert candidate(2 *) == 8")],
  ["two values without a comma", check("assert candidate(2 [3]) == 8")],
  ["a bracket that stays open", check("assert (candidate(2) == 8")],
  ["a further condition", check("assert candidate(1) == 2 and candidate(2) == 3")],
  ["a conditional value", check("assert candidate(1) == 2 if True else 3")],
  ["a tolerance", check("assert abs(candidate(1) - 0.5) < 1e-6")],
  ["a truth value alone", check("assert candidate(1)")],
  ["identity with what there are many of", check("assert candidate(1) is 1")],
  ["identity with a further condition", check("assert candidate(1) is True and candidate(2) is True")],
  ["no identity", check("assert candidate(1) is not None")],
  ["a named argument", check("assert candidate(n=1) == 1")],
  ["a spread argument", check("assert candidate(*[1]) == 1")],
  ["a helper on the right", check("assert candidate(1) == other(1)")],
  ["an attribute of the value", check("assert candidate(1).x == 1")],
  ["another statement", check("x = 1", "assert candidate(x) == 1")],
  ["a loop", check("for i in [1]:", "    assert candidate(1) == 1")],
  ["an import before it", `import math\n${check("assert candidate(1) == 1")}`],
  ["code after it", `${check("assert candidate(1) == 1")}check(print)\n`],
  ["nothing that it asks", check("assert True")],
])("%s keeps a check a program", (_, source) => {
  expect(plainAsserts(source)).toBeNull();
});

it("reads one assert on a function by its name, and no other", () => {
  expect(plainAssert("assert add(1, 2) == 3", "add")).toEqual(call("1, 2", "3"));
  expect(plainAssert("assert set(add(1, 2)) == {3}", "add")).toBeNull();
  expect(plainAssert("assert add_all(1) == 3", "add")).toBeNull();
  expect(plainAssert("assert add(1) == 3\nassert add(2) == 4", "add")).toBeNull();
});
