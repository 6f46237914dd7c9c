// Owns: by what runs are grouped, as text in the address and as the API takes it. Must not know: the address, how groups are shown.
import type { RunKey } from "../generated/graphql.ts";

const KINDS = { tags: "TAG", metrics: "METRIC", attributes: "ATTRIBUTE" } as const;

/** A parameter by its name, nested ones with dots; or `tags.`, `metrics.`, `attributes.` and a name, as `gradus compare --by` takes them. */
export function keyOf(text: string): RunKey {
  const [, kind, name] = /^(tags|metrics|attributes)\.(.+)$/s.exec(text) ?? [];
  return kind === undefined || name === undefined
    ? { property: "CONFIG", name: text }
    : { property: KINDS[kind as keyof typeof KINDS], name };
}

/** In their order, each once. Names hold no comma here: what is grouped by one is asked of the command line. */
export const keysOf = (text: string): string[] => [
  ...new Set(
    text
      .split(",")
      .map((one) => one.trim())
      .filter((one) => one !== ""),
  ),
];
