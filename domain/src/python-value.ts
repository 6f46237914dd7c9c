// Owns: Python values as plain data: their canonical wire form (written by the sandbox's guest) and equality by value.
// Must not know: who produced a value. Parsing never evaluates anything.

/**
 * A Python value. `str` is kept as Python's own ASCII escape text (`unicode_escape`), unique for each string, because UTF-16 cannot tell two
 * lone surrogates from one astral character. `opaque` stands for an object that has no wire form: it equals nothing, not even itself.
 */
export type PythonValue =
  | { readonly kind: "none" }
  | { readonly kind: "bool"; readonly value: boolean }
  | { readonly kind: "int"; readonly value: bigint }
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "complex"; readonly re: number; readonly im: number }
  | { readonly kind: "str"; readonly escaped: string }
  | { readonly kind: "bytes"; readonly hex: string }
  | { readonly kind: "list" | "tuple" | "set" | "frozenset"; readonly items: readonly PythonValue[] }
  | { readonly kind: "dict"; readonly entries: readonly (readonly [PythonValue, PythonValue])[] }
  | { readonly kind: "opaque"; readonly typeName: string };

/** Deepest nesting read or written: Python's own parser stops at 200 as well. */
export const MAX_VALUE_DEPTH = 200;

/** A text that is not a value's wire form or literal. `at` is the offset where reading stopped. */
export class PythonValueError extends Error {
  override readonly name = "PythonValueError";
  readonly at: number;
  constructor(message: string, at: number) {
    super(`${message} at offset ${at}`);
    this.at = at;
  }
}

const SEQUENCES = { l: "list", t: "tuple", e: "set", z: "frozenset" } as const;
const SEQUENCE_TAGS = { list: "l", tuple: "t", set: "e", frozenset: "z" } as const;

/**
 * Reads a wire form, the grammar of docs/sandbox.md ("Values"): one tag character, then the payload; containers and texts are prefixed
 * with their length, so that reading is linear and needs no look-ahead.
 * @throws PythonValueError where `wire` is not exactly one value
 */
export function parseWire(wire: string): PythonValue {
  const reader = new WireReader(wire);
  const value = reader.value(0);
  if (reader.at !== wire.length) throw new PythonValueError("text after the value", reader.at);
  return value;
}

class WireReader {
  at = 0;
  readonly #text: string;
  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number): PythonValue {
    if (depth > MAX_VALUE_DEPTH) throw new PythonValueError("nested too deep", this.at);
    const tag = this.#text[this.at++];
    switch (tag) {
      case "N":
        return { kind: "none" };
      case "T":
        return { kind: "bool", value: true };
      case "F":
        return { kind: "bool", value: false };
      case "i":
        return { kind: "int", value: this.#int() };
      case "f":
        return { kind: "float", value: this.#float(";") };
      case "c":
        return { kind: "complex", re: this.#float(","), im: this.#float(";") };
      case "s":
        return { kind: "str", escaped: this.#sized(/^[\x20-\x7e]*$/u) };
      case "b":
        return { kind: "bytes", hex: this.#sized(/^(?:[0-9a-f]{2})*$/u) };
      case "o":
        return { kind: "opaque", typeName: this.#sized(/^[\x20-\x7e]*$/u) };
      case "l":
      case "t":
      case "e":
      case "z":
        return { kind: SEQUENCES[tag], items: Array.from({ length: this.#count() }, () => this.value(depth + 1)) };
      case "m":
        return {
          kind: "dict",
          entries: Array.from({ length: this.#count() }, () => [this.value(depth + 1), this.value(depth + 1)] as const),
        };
      default:
        throw new PythonValueError("unknown tag", this.at - 1);
    }
  }

  #until(end: string): string {
    const stop = this.#text.indexOf(end, this.at);
    if (stop < 0) throw new PythonValueError(`missing '${end}'`, this.at);
    const text = this.#text.slice(this.at, stop);
    this.at = stop + 1;
    return text;
  }

  #int(): bigint {
    const text = this.#until(";");
    const digits = /^(-?)(0x[0-9a-f]+)$/u.exec(text);
    if (digits?.[2] === undefined) throw new PythonValueError("not an int", this.at);
    // Hexadecimal on the wire, because decimal conversion is quadratic in CPython and capped at 4,300 digits.
    return digits[1] === "-" ? -BigInt(digits[2]) : BigInt(digits[2]);
  }

  #float(end: string): number {
    const text = this.#until(end);
    if (text === "nan") return Number.NaN;
    if (text === "inf") return Number.POSITIVE_INFINITY;
    if (text === "-inf") return Number.NEGATIVE_INFINITY;
    if (!/^-?\d+(?:\.\d+)?(?:e[+-]\d+)?$/u.test(text)) throw new PythonValueError("not a float", this.at);
    return Number(text);
  }

  #count(): number {
    const text = this.#until(":");
    const count = Number(text);
    // Each item takes at least one character: a forged count must not reserve memory that the text cannot fill.
    if (!/^\d{1,9}$/u.test(text) || count > this.#text.length - this.at) throw new PythonValueError("not a length", this.at);
    return count;
  }

  #sized(allowed: RegExp): string {
    const length = this.#count();
    const text = this.#text.slice(this.at, this.at + length);
    if (!allowed.test(text)) throw new PythonValueError("characters that do not belong", this.at);
    this.at += length;
    return text;
  }
}

/** Writes the canonical wire form: elements of sets are sorted by their own wire form, dicts keep their order. */
export function toWire(value: PythonValue): string {
  switch (value.kind) {
    case "none":
      return "N";
    case "bool":
      return value.value ? "T" : "F";
    case "int":
      return `i${value.value < 0n ? "-" : ""}0x${(value.value < 0n ? -value.value : value.value).toString(16)};`;
    case "float":
      return `f${floatText(value.value)};`;
    case "complex":
      return `c${floatText(value.re)},${floatText(value.im)};`;
    case "str":
      return `s${value.escaped.length}:${value.escaped}`;
    case "bytes":
      return `b${value.hex.length}:${value.hex}`;
    case "opaque":
      return `o${value.typeName.length}:${value.typeName}`;
    case "list":
    case "tuple":
      return `${SEQUENCE_TAGS[value.kind]}${value.items.length}:${value.items.map(toWire).join("")}`;
    case "set":
    case "frozenset":
      return `${SEQUENCE_TAGS[value.kind]}${value.items.length}:${value.items.map(toWire).sort().join("")}`;
    case "dict":
      return `m${value.entries.length}:${value.entries.map(([key, item]) => toWire(key) + toWire(item)).join("")}`;
  }
}

/** CPython's `repr` of a float: shortest digits that round-trip, exponent form from 1e16 up and below 1e-4. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  const [mantissa = "", exponentText = "0"] = value.toExponential().split("e");
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= 16) return `${mantissa}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
  const sign = mantissa.startsWith("-") ? "-" : "";
  const digits = mantissa.replace("-", "").replace(".", "");
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, "0");
  return `${sign}${whole}.${digits.slice(exponent + 1) || "0"}`;
}

export interface SameValueOptions {
  /** Two numbers are equal where they differ by at most `tolerance x max(1, |a|, |b|)`; 0, the default, is Python's exact comparison. */
  readonly tolerance?: number;
  /** Python says `True == 1`. Off by default: a function that answers True where 1 is expected is wrong. */
  readonly boolIsInt?: boolean;
}

/**
 * Equality by value, as Python's `==` on plain data, except that NaN equals NaN (an expected NaN can be met), that a bool is no number
 * unless told, and that an opaque object equals nothing. `1 == 1.0`, `0.0 == -0.0`, `{1} == frozenset({1})` and `[1] != (1,)` as in Python.
 */
export function sameValue(a: PythonValue, b: PythonValue, options: SameValueOptions = {}): boolean {
  const left = asNumber(a, options);
  const right = asNumber(b, options);
  if (left !== null || right !== null) return left !== null && right !== null && sameNumber(left, right, options.tolerance ?? 0);
  switch (a.kind) {
    case "none":
      return b.kind === "none";
    case "bool":
      return b.kind === "bool" && a.value === b.value;
    case "str":
      return b.kind === "str" && a.escaped === b.escaped;
    case "bytes":
      return b.kind === "bytes" && a.hex === b.hex;
    case "list":
    case "tuple":
      return b.kind === a.kind && a.items.length === b.items.length && a.items.every((item, at) => sameAt(item, b.items[at], options));
    case "set":
    case "frozenset":
      return (
        (b.kind === "set" || b.kind === "frozenset") && a.items.length === b.items.length && matchAll(unit(a.items), unit(b.items), options)
      );
    case "dict":
      return b.kind === "dict" && a.entries.length === b.entries.length && matchAll(a.entries, b.entries, options);
    default:
      return false;
  }
}

const unit = (items: readonly PythonValue[]): (readonly [PythonValue, PythonValue])[] => items.map((item) => [item, { kind: "none" }]);

const sameAt = (item: PythonValue, other: PythonValue | undefined, options: SameValueOptions): boolean =>
  other !== undefined && sameValue(item, other, options);

/** Most keys that are compared pair by pair under a tolerance: more would let a value of 64 KiB cost billions of comparisons. */
const MOST_NEAR_KEYS = 64;

function matchAll(
  left: readonly (readonly [PythonValue, PythonValue])[],
  right: readonly (readonly [PythonValue, PythonValue])[],
  options: SameValueOptions,
): boolean {
  // Several entries can share a key: a Python set holds any number of NaNs.
  const byKey = new Map<string, (readonly [PythonValue, PythonValue])[]>();
  for (const entry of right) {
    const name = hashKey(entry[0], options);
    const entries = byKey.get(name);
    if (entries === undefined) byKey.set(name, [entry]);
    else entries.push(entry);
  }
  const unmatched = left.filter(([key, item]) => {
    const entries = byKey.get(hashKey(key, options)) ?? [];
    const at = entries.findIndex((entry) => sameValue(key, entry[0], options) && sameValue(item, entry[1], options));
    if (at < 0) return true;
    entries.splice(at, 1);
    return false;
  });
  if (unmatched.length === 0) return true;
  if (!options.tolerance || unmatched.length > MOST_NEAR_KEYS) return false;
  const rest = [...byKey.values()].flat();
  return unmatched.every(([key, item]) => {
    const at = rest.findIndex((entry) => sameValue(key, entry[0], options) && sameValue(item, entry[1], options));
    if (at >= 0) rest.splice(at, 1);
    return at >= 0;
  });
}

type Complex = { readonly re: number | bigint; readonly im: number };

function asNumber(value: PythonValue, options: SameValueOptions): Complex | null {
  if (value.kind === "int" || value.kind === "float") return { re: value.value, im: 0 };
  if (value.kind === "complex") return { re: value.re, im: value.im };
  if (value.kind === "bool" && options.boolIsInt) return { re: value.value ? 1n : 0n, im: 0 };
  return null;
}

function sameNumber(a: Complex, b: Complex, tolerance: number): boolean {
  return sameReal(a.re, b.re, tolerance) && sameReal(a.im, b.im, tolerance);
}

function sameReal(a: number | bigint, b: number | bigint, tolerance: number): boolean {
  // oxlint-disable-next-line eqeqeq -- `==` between bigint and number compares the exact mathematical values, which is what Python does
  if (a == b) return true;
  if (typeof a === "bigint" && typeof b === "bigint" && tolerance === 0) return false;
  const x = Number(a);
  const y = Number(b);
  if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) && Number.isNaN(y);
  if (tolerance === 0 || !Number.isFinite(x) || !Number.isFinite(y)) return false;
  return Math.abs(x - y) <= tolerance * Math.max(1, Math.abs(x), Math.abs(y));
}

/** A text that is the same for exactly those values that are equal at tolerance 0: Python's hash, in effect. */
export function hashKey(value: PythonValue, options: SameValueOptions = {}): string {
  const number = asNumber(value, options);
  if (number !== null) return number.im === 0 ? realKey(number.re) : `${realKey(number.re)}+${realKey(number.im)}j`;
  switch (value.kind) {
    case "list":
    case "tuple":
      return `${value.kind}(${value.items.map((item) => hashKey(item, options)).join(",")})`;
    case "set":
    case "frozenset":
      return `set(${value.items
        .map((item) => hashKey(item, options))
        .sort()
        .join(",")})`;
    case "dict":
      return `dict(${value.entries
        .map(([key, item]) => `${hashKey(key, options)}:${hashKey(item, options)}`)
        .sort()
        .join(",")})`;
    default:
      return toWire(value);
  }
}

function realKey(value: number | bigint): string {
  if (typeof value === "bigint") return value.toString(16);
  if (Number.isInteger(value)) return BigInt(value).toString(16);
  return floatText(value);
}

/** A Python str of this text, in Python's canonical `unicode_escape` form. Lone surrogates stay what they are. */
export function strValue(text: string): PythonValue & { readonly kind: "str" } {
  const escaped = text.replace(/[^\x20-\x5b\x5d-\x7e]/gu, (char) => ESCAPES[char] ?? codePointEscape(char.codePointAt(0) ?? 0));
  return { kind: "str", escaped };
}

const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" };

/** `\xNN`, `\uNNNN` or `\UNNNNNNNN`: the shortest that holds the code point, as Python writes it. */
export function codePointEscape(code: number): string {
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, "0")}`;
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, "0")}` : `\\U${code.toString(16).padStart(8, "0")}`;
}

/** The text of a str as UTF-16, for people: two lone surrogates that make a pair read as one character. */
export function strText(escaped: string): string {
  return escaped.replace(
    /\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8})|(.))/gu,
    (_, x?: string, u?: string, U?: string, c?: string) => {
      if (c !== undefined) return { t: "\t", n: "\n", r: "\r" }[c] ?? c;
      const code = Number.parseInt(x ?? u ?? U ?? "0", 16);
      return code > 0x10ffff ? "\ufffd" : String.fromCodePoint(code);
    },
  );
}
