import { parsePythonLiteral } from "@gradus/domain/python-literal";
import { parseWire, PythonValueError, sameValue, strText, strValue, toWire } from "@gradus/domain/python-value";
import { describe, expect, it } from "vitest";

const same = (a: string, b: string, options = {}): boolean => sameValue(parsePythonLiteral(a), parsePythonLiteral(b), options);
const wire = (literal: string): string => toWire(parsePythonLiteral(literal));

describe("equality by value", () => {
  it.each([
    ["1", "1.0"],
    ["0.0", "-0.0"],
    ["float('nan')", "nan"],
    ["-inf", "float('-infinity')"],
    ["{1, 2}", "frozenset({2, 1.0})"],
    ["{'a': 1, 'b': [2]}", "{'b': [2.0], 'a': 1}"],
    ["(1+0j)", "1"],
    ["2**0 if 0 else 1".slice(-1), "0x1"],
    ["9007199254740993", "9007199254740993"],
    ["'a' 'b'", '"""ab"""'],
    ["{(1, 2): {3}}", "{(1.0, 2): frozenset({3})}"],
  ])("%s equals %s", (a, b) => {
    expect(same(a, b)).toBe(true);
    expect(same(b, a)).toBe(true);
  });

  it.each([
    ["True", "1"],
    ["[True]", "[1]"],
    ["{True}", "{1}"],
    ["[1]", "(1,)"],
    ["'a'", "b'a'"],
    ["None", "False"],
    ["9007199254740993", "9007199254740992.0"],
    ["{1: 2}", "{1: 3}"],
    ["{1}", "{1, 2}"],
    ["set()", "{}"],
    ["'\\ud83d\\ude00'", "'\\U0001f600'"],
    ["0.1", "0.10000000001"],
    ["inf", "1e308"],
  ])("%s does not equal %s", (a, b) => {
    expect(same(a, b)).toBe(false);
    expect(same(b, a)).toBe(false);
  });

  it("takes a bool for an int only when told", () => {
    expect(same("{True: [False]}", "{1: [0]}", { boolIsInt: true })).toBe(true);
  });

  it("compares numbers within a tolerance, inside sets and dict keys too", () => {
    expect(same("0.3", "0.30000000000000004", { tolerance: 1e-9 })).toBe(true);
    expect(same("1000000.0", "1000000.5", { tolerance: 1e-6 })).toBe(true);
    expect(same("{0.3, 7}", "{0.30000000000000004, 7}", { tolerance: 1e-9 })).toBe(true);
    expect(same("{0.3: 'a'}", "{0.30000000000000004: 'b'}", { tolerance: 1e-9 })).toBe(false);
    expect(same("10**1".slice(0, 2), "11", { tolerance: 1e-9 })).toBe(false);
  });

  it("finds an opaque object equal to nothing, itself included", () => {
    const opaque = parseWire("o3:Foo");
    expect(sameValue(opaque, opaque)).toBe(false);
    expect(sameValue(parseWire("l1:o3:Foo"), parseWire("l1:o3:Foo"))).toBe(false);
  });

  it("compares a set of twenty thousand elements without comparing all pairs", () => {
    const items = Array.from({ length: 20_000 }, (_, at) => ({ kind: "float", value: at / 7 }) as const);
    const shifted = items.map(({ value }) => ({ kind: "float", value: value + 1 }) as const);
    expect(sameValue({ kind: "set", items }, { kind: "set", items: shifted }, { tolerance: 1e-9 })).toBe(false);
  });
});

describe("Python literals", () => {
  it.each([
    ["1_000", "i0x3e8;"],
    ["-0b101", "i-0x5;"],
    ["1e-7", "f1e-07;"],
    [".5", "f0.5;"],
    ["5.", "f5.0;"],
    ["1e16", "f1e+16;"],
    ["-2.5j", "c-0.0,-2.5;"],
    ["(1-2j)", "c1.0,-2.0;"],
    ["(nan+infj)", "cnan,inf;"],
    ["(1)", "i0x1;"],
    ["(1,)", "t1:i0x1;"],
    ["()", "t0:"],
    ["[1, [2,],]  # why", "l2:i0x1;l1:i0x2;"],
    ["{'a': None,\n 'b': True}", "m2:s1:aNs1:bT"],
    ["{1, 1.0, True}", "e1:i0x1;"],
    ["{1: 'a', True: 'b'}", "m1:i0x1;s1:b"],
    ["frozenset([2, 1])", "z2:i0x1;i0x2;"],
    [String.raw`'a\x00\n\'\\\u00e9\U0001F600\101'`, String.raw`s25:a\x00\n'\\\xe9\U0001f600A`],
    [String.raw`r'\n'`, String.raw`s3:\\n`],
    [String.raw`b'\xff\0a'`, "b6:ff0061"],
    ["'\\ud800'", "s6:\\ud800"],
  ])("reads %s", (literal, expected) => {
    expect(wire(literal)).toBe(expected.replace("s25:", `s${expected.slice(4).length}:`));
  });

  it.each([
    "",
    "x",
    "1 2",
    "[1",
    "'a",
    "__import__('os')",
    "1+1",
    "01",
    "{1: 2, 3}",
    "f'{1}'",
    "'\\N{DASH}'",
    "lambda: 1",
    "[1 2]",
    "b'é'",
    "(,)",
    `${"[".repeat(300)}`,
  ])("refuses %s", (text) => {
    expect(() => parsePythonLiteral(text)).toThrow(PythonValueError);
  });
});

describe("the wire form", () => {
  it.each([
    "",
    "Q",
    "i12;",
    "i0x;",
    "l2:N",
    "l999999999:",
    "s5:abc",
    "f1",
    "fNaN;",
    "NN",
    "b3:abc",
    "m1:N",
    `${"l1:".repeat(300)}N`,
    "s1:\u00e9",
  ])("refuses %s", (text) => {
    expect(() => parseWire(text)).toThrow(PythonValueError);
  });

  it("keeps every text, lone surrogates included", () => {
    for (const text of ["", "a'b\"\\", "\u0000\t\n\r\u007f", "é中😀", "\ud800x"]) expect(strText(strValue(text).escaped)).toBe(text);
  });
});
