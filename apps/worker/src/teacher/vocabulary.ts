// Owns: the text fragments that the embedded policy reads and writes as one token, and how text is cut. Must not know: token ids, the model.

/** Longest prompt and longest completion in tokens, for a policy with a context of 128. */
export const MAX_PROMPT_TOKENS = 88;
export const MAX_COMPLETION_TOKENS = 40;

/**
 * Fragments of two characters or more; every printable ASCII character and the newline are tokens by themselves. Text is cut greedily,
 * longest fragment first. A change changes every checkpoint and every warm start: append, and raise the teacher's number.
 */
export const FRAGMENTS: readonly string[] = [
  // The frame of every program and prompt.
  "def f(x):\n",
  " x = ",
  " return ",
  "f([",
  "f(",
  "]) == [",
  "]) == ",
  ") == [",
  ") == ",
  "') == '",
  "f('",
  "]\n",
  ")\n",
  "'\n",
  ", ",
  // Expressions over lists.
  "[a + ",
  "[a - ",
  "[a * ",
  "[a // ",
  "[a % ",
  " for a in x",
  "[a for a in x if ",
  "[a for a in x if a ",
  "% 2 == 0",
  "% 2 == 1",
  " == 0]",
  " == 1]",
  "x[::-1]",
  "[::-1]",
  "sorted(x",
  "sorted(",
  "list(",
  "dict.fromkeys(x)",
  "set(x)",
  "x[",
  "x[-",
  "x[:",
  "x[:-",
  ":]",
  ":] + x[:",
  ":] + x[:-",
  "x[-1:] + x[1:-1] + x[:1]",
  "x[::2]",
  "x[1::2]",
  "[abs(a)",
  "[-a",
  "[min(a, ",
  "[max(a, ",
  "sum(x",
  "sum(a ",
  "len(x)",
  "x.count(",
  "x.count(a)",
  "min(x)",
  "max(x)",
  "[sum(",
  "[max(",
  "[min(",
  "x[:i + 1]) for i in range(len(x))]",
  " for a, b in zip(x, x[",
  "1:])]",
  "[b - a",
  "[a + b",
  " for i, a in enumerate(x)]",
  ", key=",
  ".index(",
  "range(",
  "int(c) for c in str(x)]",
  "x + ",
  "x * ",
  "x - ",
  "x % ",
  "x // ",
  // Expressions over text.
  "''.join(",
  "c for c in x",
  " if c ",
  "in 'aeiou'",
  "x.split()",
  "x.replace('",
  "', '",
  "x.",
  "letter",
  // Messages.
  " then ",
  "reverse",
  "sort",
  " down",
  "rotate ",
  "left ",
  "right ",
  "add ",
  "take ",
  " from each",
  " to each",
  "multiply ",
  "each ",
  "each",
  "by ",
  "divide ",
  "cap ",
  "raise ",
  "keep ",
  "over ",
  "under ",
  "even",
  "odd",
  "drop ",
  "repeat",
  "first ",
  "last ",
  "skip ",
  "trim ",
  "running ",
  "count ",
  "unique",
  "append ",
  "prepend ",
  "vowels",
  "reorder",
  "change ",
  "some",
];

const LONGEST_FIRST = [...FRAGMENTS].sort((a, b) => b.length - a.length);
const BY_FIRST_CHARACTER = Map.groupBy(LONGEST_FIRST, (fragment) => fragment[0]!);

/** Cuts text into fragments and single characters. Greedy: the longest fragment that fits, at every place. */
export function cutText(text: string): string[] {
  const pieces: string[] = [];
  for (let at = 0; at < text.length;) {
    const piece = BY_FIRST_CHARACTER.get(text[at]!)?.find((fragment) => text.startsWith(fragment, at)) ?? text[at]!;
    pieces.push(piece);
    at += piece.length;
  }
  return pieces;
}

export function countTokens(text: string): number {
  return cutText(text).length;
}
