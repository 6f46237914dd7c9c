// Owns: operations that make or take a single int (list to int, int to int, int to list). Must not know: composition, inputs.
import { floorDiv, floorMod, type Value, type ValueType } from "../value.ts";
import { ints, type Argument, type Operation, type ParameterSpec } from "./operation.ts";

type List = readonly number[];

const row =
  <X extends Value>(from: ValueType, to: ValueType, hint: string) =>
  (
    name: string,
    weight: number,
    code: string,
    phrase: string,
    compute: (x: X, k: number) => Value | undefined,
    ...parameters: ParameterSpec[]
  ): Operation => ({
    name: `${from === to ? from : `${from}-${to}`}.${name}`,
    from,
    to,
    code,
    phrase,
    hint,
    parameters,
    weight,
    evaluate: (x: Value, args: readonly Argument[]) => compute(x as X, Number(args[0] ?? 0)),
  });

const reduce = row<List>("list", "int", "reduce");
const change = row<number>("int", "int", "change");
const expand = row<number>("int", "list", "expand");

const sum = (x: List): number => x.reduce((total, a) => total + a, 0);
const sorted = (x: List): List => [...x].sort((a, b) => a - b);
const unlessEmpty = (x: List, value: number | undefined): number | undefined => (x.length === 0 ? undefined : value);
const upTo = (n: number): number[] => Array.from({ length: Math.max(0, n) }, (_, i) => i);

export const NUMBER_OPERATIONS: readonly Operation[] = [
  reduce("sum", 4, "sum(x)", "sum", sum),
  reduce("max", 4, "max(x)", "max", (x) => unlessEmpty(x, Math.max(...x))),
  reduce("min", 4, "min(x)", "min", (x) => unlessEmpty(x, Math.min(...x))),
  reduce("length", 4, "len(x)", "length", (x) => x.length),
  reduce("item", 2, "x[{0}]", "item {0}", (x, k) => x[k], ints(0, 2)),
  reduce("last", 2, "x[-1]", "last", (x) => x.at(-1)),
  reduce("spread", 2, "max(x) - min(x)", "spread", (x) => unlessEmpty(x, Math.max(...x) - Math.min(...x))),
  reduce("count", 2, "x.count({0})", "count {0}", (x, k) => x.filter((a) => a === k).length, ints(0, 9)),
  reduce("count-even", 2, "sum(a % 2 == 0 for a in x)", "count even", (x) => x.filter((a) => floorMod(a, 2) === 0).length),
  reduce("count-over", 2, "sum(a > {0} for a in x)", "count over {0}", (x, k) => x.filter((a) => a > k).length, ints(0, 9)),
  reduce("count-unique", 2, "len(set(x))", "count unique", (x) => new Set(x).size),
  reduce("second-largest", 1, "sorted(x)[-2]", "second max", (x) => sorted(x).at(-2)),
  reduce("median", 1, "sorted(x)[len(x) // 2]", "median", (x) => sorted(x)[floorDiv(x.length, 2)]),
  reduce("sum-of-squares", 1, "sum(a * a for a in x)", "sum of squares", (x) => x.reduce((total, a) => total + a * a, 0)),
  reduce("alternating-sum", 1, "sum(x[::2]) - sum(x[1::2])", "alternating sum", (x) =>
    x.reduce((total, a, i) => total + (i % 2 === 0 ? a : -a), 0),
  ),
  reduce("index-of-max", 1, "x.index(max(x))", "index of max", (x) => unlessEmpty(x, x.indexOf(Math.max(...x)))),

  change("add", 4, "x + {0}", "add {0}", (x, k) => x + k, ints(1, 9)),
  change("subtract", 4, "x - {0}", "take {0}", (x, k) => x - k, ints(1, 9)),
  change("multiply", 4, "x * {0}", "multiply by {0}", (x, k) => x * k, ints(2, 9)),
  change("mod", 2, "x % {0}", "mod by {0}", (x, k) => floorMod(x, k), ints(2, 9)),
  change("divide", 2, "x // {0}", "divide by {0}", (x, k) => floorDiv(x, k), ints(2, 5)),
  change("negate", 2, "-x", "negate", (x) => 0 - x),
  change("abs", 1, "abs(x)", "abs", (x) => Math.abs(x)),
  change("square", 2, "x * x", "square", (x) => x * x),
  change("cap", 1, "min(x, {0})", "cap at {0}", (x, k) => Math.min(x, k), ints(2, 9)),
  change("raise", 1, "max(x, {0})", "raise to {0}", (x, k) => Math.max(x, k), ints(1, 9)),

  // A negative int has a '-' that int() refuses, so Python raises.
  expand("digits", 2, "[int(c) for c in str(x)]", "digits", (x) => (x < 0 ? undefined : Array.from(String(x), Number))),
  expand("count-up", 2, "list(range(x))", "count up", (x) => (x > 20 ? undefined : upTo(x))),
  expand("count-down", 1, "list(range(x, 0, -1))", "count down", (x) => (x > 20 ? undefined : upTo(x).map((i) => x - i))),
  expand("divisors", 1, "[a for a in range(1, x + 1) if x % a == 0]", "divisors", (x) =>
    upTo(x)
      .map((i) => i + 1)
      .filter((a) => x % a === 0),
  ),
];
