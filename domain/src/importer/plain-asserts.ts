// Owns: reading a published check that does nothing but compare calls with literals, so that its values can be compared on the trusted side and
// need no process of their own. Must not know: formats, the sandbox. Nothing is ever evaluated: what it cannot read stays a check.
import type { HiddenTest } from "../problem.ts";
import { readPythonLiteral } from "../python-literal.ts";
import { PythonValueError } from "../python-value.ts";

const BLANK = /(?:[ \t\r]*(?:#[^\n]*)?\n)*/uy;
const METADATA = /METADATA\s*=\s*/uy;
const DEFINITION = /def check\(candidate\):[ \t]*(?:#[^\n]*)?\n/uy;
const INDENTED_ASSERT = /[ \t]+assert[ \t]+/uy;
/** An assert that says nothing: HumanEval has many. */
const TRUTH = /True(?![\w.])/uy;
const SPACE = /(?:[ \t\r\n]|\\\n|#[^\n]*)*/uy;
const EQUALS = /\s*==\s*/uy;
/** Identity with one of Python's single values. */
const IS = /\s+is\s+(?=(?:True|False|None)\b)/uy;
const SIGNS = /(?:[-+]\s*)*/uy;
const NUMBER = /\.?\d(?:[\w.]|(?<=[eE])[-+])*/uy;
const OPERATOR = /\*\*|\/\/|[-+*/%]/uy;
const BRACKETS: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };
/** The message of an assert, evaluated only when it fails, up to the end of its line. */
const MESSAGE = /[ \t]*(?:,[^\n]*)?(?:#[^\n]*)?(?:\n|$)/uy;

/**
 * The tests of a check of the form `def check(candidate):` followed by lines `assert candidate(<constants>) == <literal>`, compared as Python's
 * `==` does, or `is True`, `is False`, `is None`, compared as environments do that hold a bool for no number. A constant is a literal, or
 * arithmetic on constants: it means the same in any process. A literal `METADATA` may stand before it, and asserts of `True` count for nothing.
 * @returns null where there is anything else in it, or no test
 */
export function plainAsserts(check: string): HiddenTest[] | null {
  try {
    return new PlainAsserts(check).read();
  } catch (error) {
    // Something other than a literal stands where one would have to: no plain assert, and no error either.
    if (error instanceof PythonValueError) return null;
    throw error;
  }
}

/** One `assert <entry>(<constants>) == <literal>`, as MBPP writes them. Null where it is anything else. */
export function plainAssert(statement: string, entry: string): HiddenTest | null {
  const call = `assert ${entry}(`;
  if (!statement.trim().startsWith(call)) return null;
  return plainAsserts(`def check(candidate):\n    assert candidate(${statement.trim().slice(call.length)}\n`)?.[0] ?? null;
}

class PlainAsserts {
  #at = 0;
  readonly #text: string;
  constructor(text: string) {
    this.#text = text;
  }

  read(): HiddenTest[] | null {
    this.#skip(BLANK);
    if (this.#take(METADATA)) {
      this.#literal();
      this.#skip(BLANK);
    }
    if (!this.#take(DEFINITION)) return null;
    const tests: HiddenTest[] = [];
    for (this.#skip(BLANK); this.#at < this.#text.length; this.#skip(BLANK)) {
      if (/^\s*$/u.test(this.#text.slice(this.#at))) break;
      if (!this.#take(INDENTED_ASSERT)) return null;
      const test = this.#take(TRUTH) ? "NOTHING" : this.#comparison();
      if (test === null || !this.#take(MESSAGE)) return null;
      if (test !== "NOTHING") tests.push(test);
    }
    return tests.length === 0 ? null : tests;
  }

  #comparison(): HiddenTest | null {
    const bracketed = this.#take(/\(\s*(?=candidate\()/uy);
    if (!this.#take(/candidate\(/uy)) return null;
    const from = this.#at;
    if (!this.#constants(")")) return null;
    const args = this.#text.slice(from, this.#at - 1).trim();
    const exact = this.#take(EQUALS);
    if (!exact && !this.#take(IS)) return null;
    const expected = this.#literal();
    if (bracketed && !this.#take(/\s*\)/uy)) return null;
    return { kind: "call", args, expected, ...(exact ? { exact } : {}) };
  }

  /** Reads over constants, pairs of them too, up to and with the bracket that closes them. False where there is anything else. */
  #constants(close: string): boolean {
    for (this.#skip(SPACE); this.#text[this.#at] !== close; this.#skip(SPACE)) {
      if (!this.#constant()) return false;
      if (!this.#take(/[,:]/uy) && this.#text[this.#at] !== close) return false;
    }
    this.#at += 1;
    return true;
  }

  /** Reads over one constant and the space behind it. @throws PythonValueError where there is none */
  #constant(): boolean {
    do {
      this.#skip(SPACE);
      this.#skip(SIGNS);
      const close = BRACKETS[this.#text[this.#at] ?? ""];
      if (close !== undefined) {
        this.#at += 1;
        if (!this.#constants(close)) return false;
      } else if (!this.#take(NUMBER)) this.#literal();
      this.#skip(SPACE);
    } while (this.#take(OPERATOR));
    return true;
  }

  /** Reads over a literal. @returns its source text @throws PythonValueError where there is none */
  #literal(): string {
    const { end } = readPythonLiteral(this.#text, this.#at);
    const source = this.#text.slice(this.#at, end);
    this.#at = end;
    return source.trim();
  }

  #take(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    this.#at += found?.[0].length ?? 0;
    return found !== null;
  }

  #skip(pattern: RegExp): void {
    this.#take(pattern);
  }
}
