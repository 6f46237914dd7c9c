// Owns: whether a training problem is in an evaluation set: shared runs of words, or the same code. Must not know: files, where sets are stored.
import { sha256Hex } from "../content-hash.ts";
import { normaliseSource } from "../normalise-source.ts";
import type { ProblemContent } from "../problem.ts";

/** Words of a run that counts as copied; 10 as in the deduplication of contest sets, shorter messages are compared whole. Chosen here. */
export const NGRAM_WORDS = 10;

export interface Contamination {
  /** NGRAM: a run of words is in both messages. CODE: the reference solutions are the same but for names of no meaning, comments and blanks. */
  readonly how: "NGRAM" | "CODE";
  /** What of the evaluation set it meets. */
  readonly met: string;
  /** The shared words, for NGRAM. */
  readonly shared?: string;
}

type Compared = Pick<ProblemContent, "message" | "reference">;

/** What an evaluation set holds, ready to be asked. `name` says which problem it is, in a report. */
export function contaminationIndex(evaluation: Iterable<{ readonly name: string; readonly content: Compared }>): {
  /** Null where nothing is shared. */
  find(content: Compared): Contamination | null;
} {
  const runs = new Map<string, string>();
  const codes = new Map<string, string>();
  for (const { name, content } of evaluation) {
    for (const run of ngrams(content.message)) runs.set(run, name);
    const code = codeHash(content.reference);
    if (code !== null) codes.set(code, name);
  }
  return {
    find: (content) => {
      const code = codeHash(content.reference);
      const same = code === null ? undefined : codes.get(code);
      if (same !== undefined) return { how: "CODE", met: same };
      const shared = ngrams(content.message).find((run) => runs.has(run));
      return shared === undefined ? null : { how: "NGRAM", met: runs.get(shared)!, shared };
    },
  };
}

/** Every run of ten words, lower case, letters and digits only; a shorter text is one run of its own. */
export function ngrams(text: string, words = NGRAM_WORDS): string[] {
  const all = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  if (all.length === 0) return [];
  if (all.length <= words) return [all.join(" ")];
  return Array.from({ length: all.length - words + 1 }, (_, at) => all.slice(at, at + words).join(" "));
}

/**
 * Hash of code that is blind to comments, docstrings, blanks, quotes and every name that the code itself gives: to functions, parameters and variables. Null for
 * code of under 40 letters, which many share.
 */
export function codeHash(code: string): string | null {
  const tokens = normaliseSource(code).split(" ");
  if (tokens.join("").replaceAll(/\s/g, "").length < 40) return null;
  const named = tokens.flatMap((token, at) => (tokens[at - 1] === "def" || tokens[at - 1] === "class" ? [token] : []));
  const order = new Map([...new Set(named)].map((name, at) => [name, `f${at}`]));
  return sha256Hex(tokens.map((token, at) => (tokens[at - 1] === "." ? token : (order.get(token) ?? token))).join(" "));
}
