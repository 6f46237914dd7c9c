// Owns: reading expected values written as Python literals. Must not know: where they come from. Nothing is ever evaluated.
import { MAX_VALUE_DEPTH, PythonValueError, type PythonValue, codePointEscape, hashKey } from "./python-value.ts";

/**
 * Reads the source text of a Python literal: what `repr` writes for plain data, and what people write by hand (underscores, other bases,
 * triple quotes, raw strings, implicit concatenation, comments). Besides literals proper: `set()`, `frozenset(...)`, `float('nan')`,
 * `complex(re, im)`, `nan`, `inf`, and sums of a real and an imaginary number.
 * @throws PythonValueError where `text` is anything else
 */
export function parsePythonLiteral(text: string): PythonValue {
  const reader = new LiteralReader(text);
  reader.skip();
  const value = reader.value(0);
  reader.skip();
  if (reader.at !== text.length) throw reader.error("text after the value");
  return value;
}

/**
 * Reads the literal that begins at `at`, whatever comes after it.
 * @returns the value, and where its text ends
 * @throws PythonValueError where no literal begins there
 */
export function readPythonLiteral(text: string, at: number): { readonly value: PythonValue; readonly end: number } {
  const reader = new LiteralReader(text);
  reader.at = at;
  reader.skip();
  const value = reader.value(0);
  return { value, end: reader.at };
}

const NUMBER =
  /(?:0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|(?:(?:\d(?:_?\d)*)?\.\d(?:_?\d)*|\d(?:_?\d)*\.?)(?:[eE][+-]?\d(?:_?\d)*)?[jJ]?)/uy;
const WORD = /[A-Za-z_]\w*/uy;
const STRING_START = /([rR]|[bB]|[uU]|[rR][bB]|[bB][rR])?("""|'''|"|')/uy;
const IMAGINARY_WORD = { nanj: Number.NaN, infj: Number.POSITIVE_INFINITY } as const;

class LiteralReader {
  at = 0;
  readonly #text: string;
  constructor(text: string) {
    this.#text = text;
  }

  error(message: string): PythonValueError {
    return new PythonValueError(message, this.at);
  }

  /** Whitespace, line continuations and comments. */
  skip(): void {
    this.#match(/(?:\s|\\\r?\n|#[^\n]*)*/uy);
  }

  value(depth: number): PythonValue {
    if (depth > MAX_VALUE_DEPTH) throw this.error("nested too deep");
    const first = this.#number(depth);
    if (first.kind !== "int" && first.kind !== "float" && first.kind !== "complex") return first;
    const end = this.at;
    this.skip();
    const sign = this.#text[this.at];
    if (sign !== "+" && sign !== "-") {
      this.at = end;
      return first;
    }
    this.at += 1;
    this.skip();
    const second = this.#number(depth);
    if (second.kind !== "complex" || first.kind === "complex") throw this.error("only a real and an imaginary number can be added");
    return { kind: "complex", re: Number(first.value), im: sign === "+" ? second.im : -second.im };
  }

  #number(depth: number): PythonValue {
    let negative = false;
    let signed = false;
    for (let sign = this.#text[this.at]; sign === "-" || sign === "+"; sign = this.#text[this.at]) {
      negative = negative !== (sign === "-");
      signed = true;
      this.at += 1;
      this.skip();
    }
    const atom = this.#atom(depth);
    if (!signed) return atom;
    if (atom.kind === "int") return { kind: "int", value: negative ? -atom.value : atom.value };
    if (atom.kind === "float") return { kind: "float", value: negative ? -atom.value : atom.value };
    if (atom.kind === "complex") return negative ? { kind: "complex", re: -atom.re, im: -atom.im } : atom;
    throw this.error("a sign before something that is no number");
  }

  #atom(depth: number): PythonValue {
    const char = this.#text[this.at];
    if (char === "(") return this.#parentheses(depth);
    if (char === "[") return { kind: "list", items: this.#items("[", "]", depth).items };
    if (char === "{") return this.#braces(depth);
    if (this.#peek(STRING_START)) return this.#strings();
    const digits = this.#match(NUMBER);
    if (digits !== "") return this.#digits(digits.replaceAll("_", ""));
    return this.#word(depth);
  }

  #digits(text: string): PythonValue {
    if (/^0[xob]/iu.test(text)) return { kind: "int", value: BigInt(text.toLowerCase()) };
    if (/j$/iu.test(text)) return { kind: "complex", re: 0, im: Number(text.slice(0, -1)) };
    if (/[.eE]/u.test(text)) return { kind: "float", value: Number(text) };
    if (/^0+[1-9]/u.test(text)) throw this.error("leading zeros in an int");
    return { kind: "int", value: BigInt(text) };
  }

  #word(depth: number): PythonValue {
    const word = this.#match(WORD);
    switch (word) {
      case "None":
        return { kind: "none" };
      case "True":
        return { kind: "bool", value: true };
      case "False":
        return { kind: "bool", value: false };
      case "nan":
        return { kind: "float", value: Number.NaN };
      case "inf":
        return { kind: "float", value: Number.POSITIVE_INFINITY };
      case "nanj":
      case "infj":
        return { kind: "complex", re: 0, im: IMAGINARY_WORD[word] };
      case "set":
      case "frozenset":
      case "float":
      case "complex":
        return this.#called(word, depth);
      default:
        throw this.error(word === "" ? "a value was expected" : `'${word}' is no literal`);
    }
  }

  #called(word: "set" | "frozenset" | "float" | "complex", depth: number): PythonValue {
    this.skip();
    const { items } = this.#items("(", ")", depth);
    const [first, second] = items;
    if (word === "set" || word === "frozenset") {
      if (items.length > 1 || (first !== undefined && !("items" in first))) throw this.error(`${word}() takes one collection`);
      return { kind: word, items: first !== undefined && "items" in first ? distinct(first.items) : [] };
    }
    if (word === "float") {
      if (items.length !== 1 || first === undefined) throw this.error("float() takes one value");
      return { kind: "float", value: this.#real(first) };
    }
    if (items.length !== 2 || first === undefined || second === undefined) throw this.error("complex() takes two values");
    return { kind: "complex", re: this.#real(first), im: this.#real(second) };
  }

  #real(value: PythonValue): number {
    if (value.kind === "int" || value.kind === "float") return Number(value.value);
    const text = value.kind === "str" ? value.escaped.trim().toLowerCase().replace(/^\+/u, "") : "";
    if (/^-?nan$/u.test(text)) return Number.NaN;
    const infinite = /^(-?)inf(?:inity)?$/u.exec(text);
    if (infinite !== null) return infinite[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
    if (/^-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/u.test(text)) return Number(text);
    throw this.error("not a number");
  }

  #parentheses(depth: number): PythonValue {
    const { items, comma } = this.#items("(", ")", depth);
    const [only] = items;
    return items.length === 1 && !comma && only !== undefined ? only : { kind: "tuple", items };
  }

  #items(open: string, close: string, depth: number): { items: PythonValue[]; comma: boolean } {
    this.#expect(open);
    const items: PythonValue[] = [];
    let comma = false;
    for (this.skip(); this.#text[this.at] !== close; this.skip()) {
      if (items.length > 0 && !comma) throw this.error("a comma was expected");
      items.push(this.value(depth + 1));
      this.skip();
      comma = this.#text[this.at] === ",";
      if (comma) this.at += 1;
    }
    this.at += 1;
    return { items, comma };
  }

  #braces(depth: number): PythonValue {
    this.#expect("{");
    const keys: PythonValue[] = [];
    const entries: (readonly [PythonValue, PythonValue])[] = [];
    let comma = true;
    for (this.skip(); this.#text[this.at] !== "}"; this.skip()) {
      if (!comma) throw this.error("a comma was expected");
      const key = this.value(depth + 1);
      this.skip();
      if (this.#text[this.at] === ":") {
        this.at += 1;
        this.skip();
        entries.push([key, this.value(depth + 1)]);
        this.skip();
      } else keys.push(key);
      comma = this.#text[this.at] === ",";
      if (comma) this.at += 1;
    }
    this.at += 1;
    if (keys.length > 0 && entries.length > 0) throw this.error("half a set, half a dict");
    return keys.length > 0 ? { kind: "set", items: distinct(keys) } : { kind: "dict", entries: lastWins(entries) };
  }

  #strings(): PythonValue {
    const parts: PythonValue[] = [];
    let end = this.at;
    while (this.#peek(STRING_START)) {
      const start = this.#match(STRING_START);
      const quote = start.replace(/^[a-z]+/iu, "");
      const prefix = start.slice(0, -quote.length).toLowerCase();
      parts.push(prefix.includes("b") ? this.#bytes(quote, prefix.includes("r")) : this.#text_(quote, prefix.includes("r")));
      end = this.at;
      this.skip();
    }
    this.at = end;
    const kinds = new Set(parts.map((part) => part.kind));
    if (kinds.size > 1) throw this.error("bytes and text side by side");
    if (kinds.has("bytes")) return { kind: "bytes", hex: parts.map((part) => (part.kind === "bytes" ? part.hex : "")).join("") };
    return { kind: "str", escaped: parts.map((part) => (part.kind === "str" ? part.escaped : "")).join("") };
  }

  #text_(quote: string, raw: boolean): PythonValue {
    return { kind: "str", escaped: this.#codes(quote, raw, false).map(escapeCode).join("") };
  }

  #bytes(quote: string, raw: boolean): PythonValue {
    const codes = this.#codes(quote, raw, true);
    if (codes.some((code) => code > 255)) throw this.error("bytes hold ASCII characters only");
    return { kind: "bytes", hex: codes.map((code) => code.toString(16).padStart(2, "0")).join("") };
  }

  /** The code points between here and the closing quote. */
  #codes(quote: string, raw: boolean, bytes: boolean): number[] {
    const codes: number[] = [];
    while (!this.#text.startsWith(quote, this.at)) {
      const code = this.#text.codePointAt(this.at);
      if (code === undefined || (code === 10 && quote.length === 1)) throw this.error("an unclosed string");
      if (bytes && code > 127) throw this.error("bytes hold ASCII characters only");
      this.at += code > 0xffff ? 2 : 1;
      if (code !== 92) codes.push(code);
      else if (raw) codes.push(92, ...this.#rawEscaped());
      else codes.push(...this.#escaped(bytes));
    }
    this.at += quote.length;
    return codes;
  }

  #rawEscaped(): number[] {
    const code = this.#text.codePointAt(this.at);
    if (code === undefined) throw this.error("an unclosed string");
    this.at += code > 0xffff ? 2 : 1;
    return [code];
  }

  #escaped(bytes: boolean): number[] {
    const octal = this.#match(/[0-7]{1,3}/uy);
    if (octal !== "") return [Number.parseInt(octal, 8) & (bytes ? 0xff : 0x1ff)];
    const [code = 0] = this.#rawEscaped();
    const char = String.fromCodePoint(code);
    if (code === 10) return [];
    const simple = SIMPLE_ESCAPES[char];
    if (simple !== undefined) return [simple];
    const length = { x: 2, ...(bytes ? {} : { u: 4, U: 8 }) }[char];
    if (length === undefined) {
      if (char === "N" && !bytes) throw this.error("named characters are not supported");
      return [92, code]; // Python keeps the backslash of an unknown escape
    }
    const digits = this.#text.slice(this.at, this.at + length);
    const value = Number.parseInt(digits, 16);
    if (!/^[0-9a-fA-F]+$/u.test(digits) || digits.length !== length || value > 0x10ffff) throw this.error("a broken escape");
    this.at += length;
    return [value];
  }

  #peek(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    return pattern.test(this.#text);
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.#text)?.[0] ?? "";
    this.at += found.length;
    return found;
  }

  #expect(char: string): void {
    if (this.#text[this.at] !== char) throw this.error(`'${char}' was expected`);
    this.at += 1;
  }
}

const SIMPLE_ESCAPES: Readonly<Record<string, number>> = { "\\": 92, "'": 39, '"': 34, a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11 };

function escapeCode(code: number): string {
  if (code === 92) return "\\\\";
  if (code === 9) return "\\t";
  if (code === 10) return "\\n";
  if (code === 13) return "\\r";
  return code >= 0x20 && code < 0x7f ? String.fromCodePoint(code) : codePointEscape(code);
}

/** What Python's hash makes one: `{1, 1.0, True}` has one element, the first; every NaN is an element of its own. */
function distinct(items: readonly PythonValue[]): PythonValue[] {
  return lastWins(items.map((item) => [item, item])).map(([key]) => key);
}

function lastWins(entries: readonly (readonly [PythonValue, PythonValue])[]): (readonly [PythonValue, PythonValue])[] {
  const seen = new Map<string, readonly [PythonValue, PythonValue]>();
  for (const [at, [key, item]] of entries.entries()) {
    const name = holdsNan(key) ? `NaN ${at}` : hashKey(key, { boolIsInt: true });
    seen.set(name, [seen.get(name)?.[0] ?? key, item]);
  }
  return [...seen.values()];
}

function holdsNan(value: PythonValue): boolean {
  if (value.kind === "float") return Number.isNaN(value.value);
  if (value.kind === "complex") return Number.isNaN(value.re) || Number.isNaN(value.im);
  return "items" in value && value.items.some(holdsNan);
}
