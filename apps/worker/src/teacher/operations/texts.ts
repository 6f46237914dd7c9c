// Owns: operations over str. Must not know: composition, inputs.
import type { Value, ValueType } from "../value.ts";
import { ints, letter, type Argument, type Operation, type ParameterSpec } from "./operation.ts";

const row =
  (to: ValueType) =>
  (
    name: string,
    weight: number,
    code: string,
    phrase: string,
    hint: string,
    compute: (x: string, args: readonly Argument[]) => Value | undefined,
    ...parameters: ParameterSpec[]
  ): Operation => ({
    name: `${to === "text" ? "text" : `text-${to}`}.${name}`,
    from: "text",
    to,
    code,
    phrase,
    hint,
    parameters,
    weight,
    evaluate: (x: Value, args: readonly Argument[]) => compute(x as string, args),
  });

const text = row("text");
const int = row("int");
const list = row("list");

const ORDER = "reorder";
const CASE = "recase";
const KEEP = "keep some";
const SLICE = "cut";
const EXTEND = "extend";
const REDUCE = "reduce";

const chars = (x: string): string[] => Array.from(x);
/** `str.split()`: runs of spaces, none at the ends. Inputs hold no other white space. */
const words = (x: string): string[] => x.split(" ").filter((word) => word !== "");
const int0 = (args: readonly Argument[]): number => Number(args[0]);
const isVowel = (c: string): boolean => "aeiou".includes(c);
const byCode = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const swapCase = (c: string): string => (c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase());

export const TEXT_OPERATIONS: readonly Operation[] = [
  text("reverse", 4, "x[::-1]", "reverse", ORDER, (x) => chars(x).toReversed().join("")),
  text("sort", 4, "''.join(sorted(x))", "sort letters", ORDER, (x) => chars(x).sort(byCode).join("")),
  text("rotate-left", 2, "x[{0}:] + x[:{0}]", "rotate left {0}", ORDER, (x, a) => x.slice(int0(a)) + x.slice(0, int0(a)), ints(1, 3)),
  text("rotate-right", 2, "x[-{0}:] + x[:-{0}]", "rotate right {0}", ORDER, (x, a) => x.slice(-int0(a)) + x.slice(0, -int0(a)), ints(1, 3)),
  text("swap-ends", 1, "x[-1:] + x[1:-1] + x[:1]", "swap ends", ORDER, (x) => x.slice(-1) + x.slice(1, -1) + x.slice(0, 1)),
  text("reverse-words", 1, "' '.join(x.split()[::-1])", "reverse words", ORDER, (x) => words(x).toReversed().join(" ")),
  text("sort-words", 1, "' '.join(sorted(x.split()))", "sort words", ORDER, (x) => words(x).sort(byCode).join(" ")),

  text("upper", 4, "x.upper()", "upper", CASE, (x) => x.toUpperCase()),
  text("capitalize", 2, "x.capitalize()", "capitalize", CASE, (x) => x.slice(0, 1).toUpperCase() + x.slice(1).toLowerCase()),
  text("swapcase", 1, "x.swapcase()", "swap case", CASE, (x) => chars(x).map(swapCase).join("")),
  text("title", 1, "x.title()", "title", CASE, (x) =>
    x.toLowerCase().replace(/[a-z]+/g, (word) => word.slice(0, 1).toUpperCase() + word.slice(1)),
  ),

  text("unique", 2, "''.join(dict.fromkeys(x))", "drop repeats", KEEP, (x) => [...new Set(chars(x))].join("")),
  text("drop-vowels", 2, "''.join(c for c in x if c not in 'aeiou')", "drop vowels", KEEP, (x) =>
    chars(x)
      .filter((c) => !isVowel(c))
      .join(""),
  ),
  text("keep-vowels", 2, "''.join(c for c in x if c in 'aeiou')", "keep vowels", KEEP, (x) => chars(x).filter(isVowel).join("")),
  text("drop", 2, "x.replace('{0}', '')", "drop {0}", KEEP, (x, a) => x.replaceAll(String(a[0]), ""), letter),
  text("keep-lone", 1, "''.join(c for c in x if x.count(c) == 1)", "keep lone", KEEP, (x) =>
    chars(x)
      .filter((c) => x.split(c).length === 2)
      .join(""),
  ),

  text("first", 4, "x[:{0}]", "first {0}", SLICE, (x, a) => x.slice(0, int0(a)), ints(1, 4)),
  text("last", 4, "x[-{0}:]", "last {0}", SLICE, (x, a) => x.slice(-int0(a)), ints(1, 4)),
  text("skip", 4, "x[{0}:]", "skip {0}", SLICE, (x, a) => x.slice(int0(a)), ints(1, 3)),
  text("trim", 2, "x[:-{0}]", "trim {0}", SLICE, (x, a) => x.slice(0, -int0(a)), ints(1, 3)),
  text("every-other", 2, "x[::2]", "every other", SLICE, (x) =>
    chars(x)
      .filter((_, i) => i % 2 === 0)
      .join(""),
  ),
  text("odd-places", 1, "x[1::2]", "odd places", SLICE, (x) =>
    chars(x)
      .filter((_, i) => i % 2 === 1)
      .join(""),
  ),

  text(
    "replace",
    2,
    "x.replace('{0}', '{1}')",
    "replace {0} with {1}",
    EXTEND,
    (x, a) => x.replaceAll(String(a[0]), String(a[1])),
    letter,
    letter,
  ),
  text("double", 2, "''.join(c * 2 for c in x)", "double letters", EXTEND, (x) =>
    chars(x)
      .map((c) => c + c)
      .join(""),
  ),
  text("mirror", 2, "x + x[::-1]", "mirror", EXTEND, (x) => x + chars(x).toReversed().join("")),
  text("repeat", 2, "x * {0}", "repeat {0} times", EXTEND, (x, a) => x.repeat(int0(a)), ints(2, 3)),
  text("append", 2, "x + '{0}'", "append {0}", EXTEND, (x, a) => x + String(a[0]), letter),
  text("prepend", 2, "'{0}' + x", "prepend {0}", EXTEND, (x, a) => String(a[0]) + x, letter),

  int("length", 4, "len(x)", "length", REDUCE, (x) => x.length),
  int("count", 2, "x.count('{0}')", "count {0}", REDUCE, (x, a) => x.split(String(a[0])).length - 1, letter),
  int("count-vowels", 2, "sum(c in 'aeiou' for c in x)", "count vowels", REDUCE, (x) => chars(x).filter(isVowel).length),
  int("count-unique", 2, "len(set(x))", "count unique", REDUCE, (x) => new Set(chars(x)).size),
  int("count-words", 1, "len(x.split())", "count words", REDUCE, (x) => words(x).length),
  int("find", 1, "x.find('{0}')", "find {0}", REDUCE, (x, a) => x.indexOf(String(a[0])), letter),

  list("codes", 1, "[ord(c) - 97 for c in x]", "letter codes", REDUCE, (x) => chars(x).map((c) => c.charCodeAt(0) - 97)),
  list("word-lengths", 1, "[len(w) for w in x.split()]", "word lengths", REDUCE, (x) => words(x).map((word) => word.length)),
];
