// Owns: tags as lines of text, `key=value`, and what a changed text changes of them. Must not know: components.

export type Tags = Readonly<Record<string, string>>;

export const toLines = (tags: Tags): string =>
  Object.entries(tags)
    .map(([key, value]) => `${key}=${value}`)
    .join("\n");

/** `wrong`: lines that are no tag. */
export function fromLines(text: string): { readonly tags: Tags; readonly wrong: readonly string[] } {
  const lines = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const told = lines.map((line) => [line, /^([^=]+)=(.*)$/.exec(line)] as const);
  return {
    tags: Object.fromEntries(told.flatMap(([, found]) => (found === null ? [] : [[(found[1] ?? "").trim(), (found[2] ?? "").trim()]]))),
    wrong: told.flatMap(([line, found]) => (found === null ? [line] : [])),
  };
}

/** What the API is told, so that tags that somebody else set meanwhile stay. */
export const changes = (before: Tags, after: Tags): { readonly setTags: Tags; readonly removeTags: string[] } => ({
  setTags: Object.fromEntries(Object.entries(after).filter(([key, value]) => before[key] !== value)),
  removeTags: Object.keys(before).filter((key) => !(key in after)),
});
