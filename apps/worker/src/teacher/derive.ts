// Owns: posing a generated program in the other environments of the paper. Must not know: how they render or grade.
import type { EnvironmentName, ProblemContent } from "@gradus/domain/problem";
import { composeFuzzing } from "@gradus/domain/environment/fuzzing";
import { sha256Hex } from "@gradus/domain/content-hash";
import { normaliseSource } from "@gradus/domain/normalise-source";
import type { GeneratedProblem } from "./generate.ts";

/** Properties of f(x) over lists of ints that some programs break: Python of the property, and the same in TypeScript to find a witness. */
const PROPERTIES: readonly { readonly python: string; readonly holds: (x: readonly number[], y: readonly number[]) => boolean }[] = [
  { python: "len(f(x)) == len(x)", holds: (x, y) => x.length === y.length },
  { python: "f(x) == sorted(f(x))", holds: (_, y) => y.every((a, i) => i === 0 || y[i - 1]! <= a) },
  { python: "sum(f(x)) == sum(x)", holds: (x, y) => x.reduce((s, a) => s + a, 0) === y.reduce((s, a) => s + a, 0) },
  { python: "all(a >= 0 for a in f(x))", holds: (_, y) => y.every((a) => a >= 0) },
  { python: "len(f(x)) > 0", holds: (_, y) => y.length > 0 },
];

/** The same said in fewer tokens, so that one-step programs fit the quickstart's model: any list, and nothing else, equals itself as a list. */
export const COMPACT_PRECONDITION = "def pre_test_f(x):\n return x == list(x)\n";

const PRECONDITION = "def pre_test_f(x):\n return isinstance(x, list) and all(type(a) is int for a in x)\n";

/**
 * The same program posed otherwise. ABDUCTION and DEDUCTION take its first test. FUZZING takes the first property that holds on some of
 * its inputs and fails on others, the latter being the witness; undefined where there is none, or the program is not from list to list.
 */
export function derive(
  problem: GeneratedProblem,
  environment: Extract<EnvironmentName, "ABDUCTION" | "DEDUCTION" | "FUZZING">,
): GeneratedProblem | undefined {
  const content =
    environment === "FUZZING"
      ? fuzzings(problem.content)[0]?.content
      : { ...problem.content, environment, message: "", tests: problem.content.tests.slice(0, 1), visibleTests: 0 };
  return content && { ...problem, content, astHash: sha256Hex(normaliseSource(content.reference)) };
}

/** A fuzzing problem, and inputs on which its property holds: what a wrong answer looks like. */
export interface Fuzzing {
  readonly content: ProblemContent;
  readonly holding: readonly string[];
}

/** One for every property that fails on some of the tests' inputs, the first of them the witness, and holds on others. */
export function fuzzings({ reference, tests }: Pick<ProblemContent, "reference" | "tests">, precondition = PRECONDITION): Fuzzing[] {
  const pairs = tests.flatMap((test) => (test.kind === "call" && test.args.startsWith("[") && test.expected.startsWith("[") ? [test] : []));
  if (pairs.length < tests.length) return [];
  return PROPERTIES.flatMap(({ python, holds }): Fuzzing[] => {
    const sides = Map.groupBy(pairs, ({ args, expected }) => holds(JSON.parse(args) as number[], JSON.parse(expected) as number[]));
    const [[witness] = [], kept] = [sides.get(false), sides.get(true)];
    if (witness === undefined || kept === undefined) return [];
    const content = composeFuzzing(`${reference}${precondition}def test_f(x):\n return ${python}\n`, witness.args);
    return [{ content, holding: kept.map(({ args }) => args) }];
  });
}
