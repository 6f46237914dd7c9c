// Owns: one text for Python programs that differ in names, spaces, quotes and comments only. Must not know: the grammar.

const TOKEN =
  /(?<comment>#[^\n]*)|(?<string>(?:[rbuRBU]{0,2})(?:'''[\s\S]*?'''|"""[\s\S]*?"""|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"))|(?<name>[A-Za-z_]\w*)|(?<number>\d[\w.]*)|(?<newline>\n[ \t]*)|(?<space>[ \t\f\r]+|\\\n)|(?<operator>\*\*=?|\/\/=?|<<=?|>>=?|[<>=!:+\-*/%&|^@]=|->|.)/gy;

/**
 * Tokens of a Python program joined by one space: comments, blank lines and docstrings dropped, indents as depths, quotes unified, and
 * every name that the program itself binds (parameters, assignment and loop targets, lambdas) renamed by order of appearance. Two texts
 * with the same result have the same syntax tree up to names. `entry` names keep theirs.
 */
export function normaliseSource(source: string): string {
  const tokens = tokenise(source);
  const bound = boundNames(tokens);
  const renamed = new Map<string, string>();
  return tokens
    .map((token, index) => {
      const isAttribute = tokens[index - 1] === ".";
      if (isAttribute || !bound.has(token)) return token;
      if (!renamed.has(token)) renamed.set(token, `v${renamed.size}`);
      return renamed.get(token)!;
    })
    .join(" ");
}

function tokenise(source: string): string[] {
  const tokens: string[] = [];
  const indents = [0];
  let depth = 0;
  for (const match of `\n${source.trim()}\n`.matchAll(TOKEN)) {
    const { comment, string, newline, space } = match.groups!;
    if (comment !== undefined || space !== undefined) continue;
    const text = match[0];
    if (newline === undefined) {
      if (text.length === 1 && "([{".includes(text)) depth++;
      if (text.length === 1 && ")]}".includes(text)) depth--;
      tokens.push(string === undefined ? text : unifyQuotes(string));
      continue;
    }
    const rest = source.trim().slice(match.index - 1 + text.length);
    // Blank lines, comment lines and lines inside brackets say nothing of structure.
    if (depth > 0 || rest.startsWith("\n") || rest.startsWith("#")) continue;
    const width = text.replaceAll("\t", "        ").length - 1;
    while (width < indents.at(-1)!) indents.pop();
    if (width > indents.at(-1)!) indents.push(width);
    tokens.push(`\n${indents.length - 1}`);
  }
  return dropDocstrings(tokens);
}

function unifyQuotes(literal: string): string {
  const match = /^(\w*)('''|"""|'|")([\s\S]*)\2$/.exec(literal)!;
  return `${match[1]!.toLowerCase()}${JSON.stringify(match[3]!)}`;
}

const isBreak = (token: string | undefined): boolean => token === undefined || token.startsWith("\n");
const isString = (token: string): boolean => /^[a-z]*"/.test(token);
const isName = (token: string | undefined): token is string => token !== undefined && /^[A-Za-z_]\w*$/.test(token);

/** A string that is a statement of its own. */
function dropDocstrings(tokens: readonly string[]): string[] {
  const kept = tokens.filter((token, i) => !(isString(token) && isBreak(tokens[i - 1]) && isBreak(tokens[i + 1])));
  // What is left of a dropped line is its break; a break before another says nothing.
  return kept.filter((token, i) => !(token.startsWith("\n") && isBreak(kept[i + 1])));
}

function boundNames(tokens: readonly string[]): Set<string> {
  const bound = new Set<string>();
  tokens.forEach((token, i) => {
    if (token === "def" || token === "lambda") collectUntil(":", token === "def" ? i + 2 : i + 1);
    if (token === "for") collectUntil("in", i + 1);
    if ((token === "=" || token === ":=") && isName(tokens[i - 1]) && tokens[i - 2] !== "." && isTarget(i)) bound.add(tokens[i - 1]!);
    if (token === "as" && isName(tokens[i + 1])) bound.add(tokens[i + 1]!);
  });
  return bound;

  function collectUntil(end: string, from: number): void {
    let depth = 0;
    let skipping = false;
    for (let i = from; i < tokens.length && (tokens[i] !== end || depth > 0); i++) {
      const token = tokens[i]!;
      if ("([{".includes(token)) depth++;
      if (")]}".includes(token)) depth--;
      // Annotations and defaults are uses, not bindings.
      if (token === ":" || token === "=" || token === "->") skipping = true;
      else if (token === "," && depth <= 1) skipping = false;
      else if (!skipping && isName(token)) bound.add(token);
    }
  }

  /** `a = 1`, not the keyword argument of a call. */
  function isTarget(equals: number): boolean {
    let depth = 0;
    for (let i = equals; i >= 0 && !tokens[i]!.startsWith("\n"); i--) {
      if (")]}".includes(tokens[i]!)) depth++;
      if ("([{".includes(tokens[i]!)) depth--;
    }
    return depth >= 0 || tokens[equals] === ":=";
  }
}
