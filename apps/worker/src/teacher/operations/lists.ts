// Owns: operations from a list of ints to a list of ints. Must not know: composition, messages as wholes, inputs.
import { floorDiv, floorMod, type Value } from "../value.ts";
import { ints, type Argument, type Operation, type ParameterSpec } from "./operation.ts";

type List = readonly number[];

/** A row of the table below. `k` is the first argument; 0 where there is none. */
const row = (
  name: string,
  weight: number,
  code: string,
  phrase: string,
  hint: string,
  compute: (x: List, k: number) => Value | undefined,
  ...parameters: ParameterSpec[]
): Operation => ({
  name: `list.${name}`,
  from: "list",
  to: "list",
  code,
  phrase,
  hint,
  parameters,
  weight,
  evaluate: (x: Value, args: readonly Argument[]) => compute(x as List, Number(args[0] ?? 0)),
});

const ascending = (a: number, b: number): number => a - b;
const sum = (x: List): number => x.reduce((total, a) => total + a, 0);
const count = (x: List, a: number): number => x.filter((b) => b === a).length;
const sorted = (x: List): List => [...x].sort(ascending);

const ORDER = "reorder";
const EACH = "change each";
const KEEP = "keep some";
const SLICE = "cut";
const COMBINE = "combine";
const EXTEND = "extend";

export const LIST_OPERATIONS: readonly Operation[] = [
  row("reverse", 4, "x[::-1]", "reverse", ORDER, (x) => x.toReversed()),
  row("sort", 4, "sorted(x)", "sort", ORDER, sorted),
  row("sort-down", 4, "sorted(x)[::-1]", "sort down", ORDER, (x) => sorted(x).toReversed()),
  row("sort-by-abs", 1, "sorted(x, key=abs)", "sort by abs", ORDER, (x) => [...x].sort((a, b) => Math.abs(a) - Math.abs(b))),
  row(
    "sort-by-mod",
    1,
    "sorted(x, key=lambda a: a % {0})",
    "sort by mod {0}",
    ORDER,
    (x, k) => [...x].sort((a, b) => floorMod(a, k) - floorMod(b, k)),
    ints(2, 5),
  ),
  row("rotate-left", 2, "x[{0}:] + x[:{0}]", "rotate left {0}", ORDER, (x, k) => [...x.slice(k), ...x.slice(0, k)], ints(1, 3)),
  row("rotate-right", 2, "x[-{0}:] + x[:-{0}]", "rotate right {0}", ORDER, (x, k) => [...x.slice(-k), ...x.slice(0, -k)], ints(1, 3)),
  row("swap-ends", 1, "x[-1:] + x[1:-1] + x[:1]", "swap ends", ORDER, (x) => [...x.slice(-1), ...x.slice(1, -1), ...x.slice(0, 1)]),

  row("add", 4, "[a + {0} for a in x]", "add {0} to each", EACH, (x, k) => x.map((a) => a + k), ints(1, 9)),
  row("subtract", 4, "[a - {0} for a in x]", "take {0} from each", EACH, (x, k) => x.map((a) => a - k), ints(1, 9)),
  row("multiply", 4, "[a * {0} for a in x]", "multiply each by {0}", EACH, (x, k) => x.map((a) => a * k), ints(2, 9)),
  row("mod", 2, "[a % {0} for a in x]", "mod each by {0}", EACH, (x, k) => x.map((a) => floorMod(a, k)), ints(2, 9)),
  row("divide", 2, "[a // {0} for a in x]", "divide each by {0}", EACH, (x, k) => x.map((a) => floorDiv(a, k)), ints(2, 5)),
  row("abs", 2, "[abs(a) for a in x]", "abs of each", EACH, (x) => x.map((a) => Math.abs(a))),
  row("negate", 2, "[-a for a in x]", "negate each", EACH, (x) => x.map((a) => 0 - a)),
  row("square", 2, "[a * a for a in x]", "square each", EACH, (x) => x.map((a) => a * a)),
  row("cap", 2, "[min(a, {0}) for a in x]", "cap each at {0}", EACH, (x, k) => x.map((a) => Math.min(a, k)), ints(2, 9)),
  row("raise", 2, "[max(a, {0}) for a in x]", "raise each to {0}", EACH, (x, k) => x.map((a) => Math.max(a, k)), ints(1, 9)),

  row("keep-even", 4, "[a for a in x if a % 2 == 0]", "keep even", KEEP, (x) => x.filter((a) => floorMod(a, 2) === 0)),
  row("keep-odd", 4, "[a for a in x if a % 2 == 1]", "keep odd", KEEP, (x) => x.filter((a) => floorMod(a, 2) === 1)),
  row("keep-over", 4, "[a for a in x if a > {0}]", "keep over {0}", KEEP, (x, k) => x.filter((a) => a > k), ints(0, 9)),
  row("keep-under", 4, "[a for a in x if a < {0}]", "keep under {0}", KEEP, (x, k) => x.filter((a) => a < k), ints(1, 9)),
  row(
    "keep-multiples",
    1,
    "[a for a in x if a % {0} == 0]",
    "keep multiples of {0}",
    KEEP,
    (x, k) => x.filter((a) => floorMod(a, k) === 0),
    ints(3, 5),
  ),
  row("drop", 2, "[a for a in x if a != {0}]", "drop {0}", KEEP, (x, k) => x.filter((a) => a !== k), ints(0, 9)),
  row("unique", 2, "list(dict.fromkeys(x))", "drop repeats", KEEP, (x) => [...new Set(x)]),
  row("sorted-unique", 2, "sorted(set(x))", "sort unique", KEEP, (x) => sorted([...new Set(x)])),
  row("keep-lone", 1, "[a for a in x if x.count(a) == 1]", "keep lone", KEEP, (x) => x.filter((a) => count(x, a) === 1)),
  row("keep-repeated", 1, "[a for a in x if x.count(a) > 1]", "keep repeated", KEEP, (x) => x.filter((a) => count(x, a) > 1)),
  row("drop-max", 1, "[a for a in x if a < max(x)]", "drop max", KEEP, (x) => x.filter((a) => a < Math.max(...x))),
  row("drop-min", 1, "[a for a in x if a > min(x)]", "drop min", KEEP, (x) => x.filter((a) => a > Math.min(...x))),
  row("above-mean", 1, "[a for a in x if a * len(x) > sum(x)]", "keep above mean", KEEP, (x) => x.filter((a) => a * x.length > sum(x))),

  row("first", 4, "x[:{0}]", "first {0}", SLICE, (x, k) => x.slice(0, k), ints(1, 4)),
  row("last", 4, "x[-{0}:]", "last {0}", SLICE, (x, k) => x.slice(-k), ints(1, 4)),
  row("skip", 4, "x[{0}:]", "skip {0}", SLICE, (x, k) => x.slice(k), ints(1, 3)),
  row("trim", 2, "x[:-{0}]", "trim {0}", SLICE, (x, k) => x.slice(0, -k), ints(1, 3)),
  row("every-other", 2, "x[::2]", "every other", SLICE, (x) => x.filter((_, i) => i % 2 === 0)),
  row("odd-places", 1, "x[1::2]", "odd places", SLICE, (x) => x.filter((_, i) => i % 2 === 1)),

  row("running-sum", 2, "[sum(x[:i + 1]) for i in range(len(x))]", "running sum", COMBINE, (x) => x.map((_, i) => sum(x.slice(0, i + 1)))),
  row("running-max", 2, "[max(x[:i + 1]) for i in range(len(x))]", "running max", COMBINE, (x) =>
    x.map((_, i) => Math.max(...x.slice(0, i + 1))),
  ),
  row("running-min", 1, "[min(x[:i + 1]) for i in range(len(x))]", "running min", COMBINE, (x) =>
    x.map((_, i) => Math.min(...x.slice(0, i + 1))),
  ),
  row("differences", 2, "[b - a for a, b in zip(x, x[1:])]", "differences", COMBINE, (x) => x.slice(1).map((b, i) => b - x[i]!)),
  row("adjacent-sums", 1, "[a + b for a, b in zip(x, x[1:])]", "adjacent sums", COMBINE, (x) => x.slice(1).map((b, i) => b + x[i]!)),
  row("add-index", 2, "[a + i for i, a in enumerate(x)]", "add index to each", COMBINE, (x) => x.map((a, i) => a + i)),
  row("multiply-index", 1, "[a * i for i, a in enumerate(x)]", "multiply each by index", COMBINE, (x) => x.map((a, i) => a * i)),
  row("add-mirror", 1, "[a + b for a, b in zip(x, x[::-1])]", "add mirror to each", COMBINE, (x) =>
    x.map((a, i) => a + x[x.length - 1 - i]!),
  ),
  row("minus-min", 1, "[a - min(x) for a in x]", "take min from each", COMBINE, (x) => x.map((a) => a - Math.min(...x))),
  row("count-each", 1, "[x.count(a) for a in x]", "count each", COMBINE, (x) => x.map((a) => count(x, a))),
  row("rank", 1, "[sorted(x).index(a) for a in x]", "rank each", COMBINE, (x) => x.map((a) => sorted(x).indexOf(a))),

  row("mirror", 2, "x + x[::-1]", "mirror", EXTEND, (x) => [...x, ...x.toReversed()]),
  row("repeat", 2, "x * {0}", "repeat {0} times", EXTEND, (x, k) => Array.from({ length: k }, () => x).flat(), ints(2, 3)),
  row("append", 2, "x + [{0}]", "append {0}", EXTEND, (x, k) => [...x, k], ints(0, 9)),
  row("prepend", 2, "[{0}] + x", "prepend {0}", EXTEND, (x, k) => [k, ...x], ints(0, 9)),
];
