// Owns: that text survives the tokenizer and that no text can forge a special token. Must not know: models.
import { describe, expect, test } from "vitest";
import { stream } from "@gradus/domain/random";
import { EOS_TOKEN, GreedyTokenizer, PAD_TOKEN, pythonTokenizer } from "@gradus/worker/policy/embedded/tokenizer";
import { FRAGMENTS } from "@gradus/worker/teacher/vocabulary";

const ALPHABET = `\n${Array.from({ length: 95 }, (_, index) => String.fromCodePoint(32 + index)).join("")}`;

describe("the tokenizer", () => {
  test("gives every printable text back", () => {
    const random = stream("tokenizer");
    for (let round = 0; round < 500; round += 1) {
      const parts = Array.from({ length: random.int(30) }, () =>
        random.next() < 0.5 ? random.pick(FRAGMENTS) : random.pick([...ALPHABET]),
      );
      const text = parts.join("");
      expect(pythonTokenizer.decode(pythonTokenizer.encode(text))).toBe(text);
    }
  });

  test("takes the longest fragment at every place", () => {
    const tokenizer = new GreedyTokenizer(["ab", "abc", "cd"]);
    expect(tokenizer.encode("abcd").map((token) => tokenizer.pieces[token])).toEqual(["abc", "d"]);
  });

  test("writes a question mark for each character outside its alphabet", () => {
    expect(pythonTokenizer.decode(pythonTokenizer.encode("a\té😀b?c"))).toBe("a???b?c");
  });

  test("never makes a special token of text, and decodes specials to nothing", () => {
    expect(pythonTokenizer.encode("<eos><pad>").some((token) => token <= EOS_TOKEN)).toBe(false);
    expect(pythonTokenizer.decode([PAD_TOKEN, ...pythonTokenizer.encode("x"), EOS_TOKEN])).toBe("x");
  });

  test("has another hash for another vocabulary", () => {
    expect(new GreedyTokenizer(["ab"]).hash).not.toBe(new GreedyTokenizer(["ba"]).hash);
    expect(new GreedyTokenizer(["ab"]).hash).toBe(new GreedyTokenizer(["ab", "ab"]).hash);
  });

  test("refuses a fragment that could never match", () => {
    expect(() => new GreedyTokenizer(["\t\t"])).toThrow(String.raw`fragment "\t\t" is not two or more printable characters`);
  });
});
