// Owns: text to tokens and back: greedy longest match over characters and Python fragments. Must not know: models, prompts.
import { createHash } from "node:crypto";
import { FRAGMENTS } from "../../teacher/vocabulary.ts";
import type { Tokenizer } from "../policy-engine.ts";

const SPECIALS = ["<pad>", "<bos>", "<eos>"] as const;
export const PAD_TOKEN = 0;
export const EOS_TOKEN = 2;

const FIRST_PRINTABLE = 32;
const LAST_PRINTABLE = 126;
/** What becomes of a character outside newline and printable ASCII. */
const REPLACEMENT = "?";

const CHARACTERS = [
  "\n",
  ...Array.from({ length: LAST_PRINTABLE - FIRST_PRINTABLE + 1 }, (_, index) => String.fromCodePoint(FIRST_PRINTABLE + index)),
];

/** A tokenizer over the specials, newline, printable ASCII and the given fragments of two or more of those characters. */
export class GreedyTokenizer implements Tokenizer {
  readonly padToken = PAD_TOKEN;
  readonly eosToken = EOS_TOKEN;
  readonly pieces: readonly string[];
  /** SHA-256 of the pieces in order: two vocabularies of one hash give one text the same tokens. */
  readonly hash: string;
  readonly #tokens: ReadonlyMap<string, number>;
  readonly #longest: number;

  /** @throws Error naming a fragment that could never match */
  constructor(fragments: readonly string[]) {
    const bad = fragments.find((fragment) => fragment.length < 2 || [...fragment].some((character) => !CHARACTERS.includes(character)));
    if (bad !== undefined) throw new Error(`fragment ${JSON.stringify(bad)} is not two or more printable characters`);
    const texts = [...CHARACTERS, ...new Set(fragments)];
    this.pieces = [...SPECIALS, ...texts];
    this.hash = createHash("sha256").update(JSON.stringify(this.pieces)).digest("hex");
    this.#tokens = new Map(texts.map((text, index) => [text, index + SPECIALS.length]));
    this.#longest = Math.max(...texts.map((text) => text.length));
  }

  get size(): number {
    return this.pieces.length;
  }

  /** Never yields a special token: a text cannot forge the end of a completion. Characters outside the alphabet become `?`. */
  encode(text: string): number[] {
    const tokens: number[] = [];
    for (let at = 0; at < text.length;) {
      let length = Math.min(this.#longest, text.length - at);
      while (length > 1 && !this.#tokens.has(text.slice(at, at + length))) length -= 1;
      const token = this.#tokens.get(text.slice(at, at + length)) ?? this.#tokens.get(REPLACEMENT);
      tokens.push(token as number);
      at += token === this.#tokens.get(REPLACEMENT) ? ((text.codePointAt(at) as number) > 0xffff ? 2 : 1) : length;
    }
    return tokens;
  }

  encodePrompt(text: string): number[] {
    return this.encode(text);
  }

  /** Specials decode to nothing. */
  decode(tokens: readonly number[]): string {
    return tokens.map((token) => (token < SPECIALS.length ? "" : (this.pieces[token] ?? REPLACEMENT))).join("");
  }
}

/** The tokenizer of every embedded policy. */
export const pythonTokenizer = new GreedyTokenizer(FRAGMENTS);
