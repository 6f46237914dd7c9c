// Proves: RFC 8785 text and SHA-256 over it.
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "@gradus/domain/canonical-json";
import { contentHash, sha256Hex } from "@gradus/domain/content-hash";

describe("canonical JSON", () => {
  it("prints the example of RFC 8785, section 3.2.2", () => {
    const value = {
      numbers: [Number("333333333.33333329"), 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
      string: "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"/",
      literals: [null, true, false],
    };
    expect(canonicalJson(value)).toBe(
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    );
  });

  it("sorts keys by UTF-16 code units (RFC 8785, section 3.2.3)", () => {
    const keys = ["\u20ac", "\r", "\ufb33", "1", "\u{1f600}", "\u0080", "\u00f6"];
    const text = canonicalJson(Object.fromEntries(keys.map((key) => [key, 0])));
    expect(Object.keys(JSON.parse(text) as object).toSorted()).toEqual(keys.toSorted());
    const order = ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\u{1f600}", "\ufb33"].map((key) => text.indexOf(JSON.stringify(key)));
    expect(order).toEqual(order.toSorted((a, b) => a - b));
  });

  it("refuses what JSON cannot carry and leaves undefined keys out", () => {
    expect(() => canonicalJson({ a: Number.NaN })).toThrow(TypeError);
    expect(() => canonicalJson([undefined])).toThrow(TypeError);
    expect(canonicalJson({ b: undefined, a: -0 })).toBe('{"a":0}');
  });
});

describe("a content hash", () => {
  it("is the SHA-256 that Node computes, whatever the order of keys", () => {
    const value = { b: "€😀", a: [1, 2] };
    const expected = createHash("sha256").update(canonicalJson(value)).digest("hex");
    expect(contentHash(value)).toBe(expected);
    expect(contentHash({ a: [1, 2], b: "€😀" })).toBe(expected);
    expect(sha256Hex("")).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  });
});
