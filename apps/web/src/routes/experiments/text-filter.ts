// Owns: the filter of the list as a line of text, `status:running tag:team=red a name`. Must not know: the list.
import type { ExperimentFilter, ExperimentStatus } from "../../generated/graphql.ts";

export const STATUSES: readonly ExperimentStatus[] = ["QUEUED", "PREPARING", "RUNNING", "COMPLETED", "FAILED", "CANCELLED"];

/** Words; what stands in quotes is one, quotes left out. */
const wordsOf = (text: string): string[] => text.match(/(?:[^\s"]|"[^"]*"?)+/g)?.map((word) => word.replaceAll('"', "")) ?? [];

/** Words that are no `status:` and no `tag:` are the name's, in order. `wrong`: what was told and cannot be, in a sentence each. */
export function textFilter(text: string): { readonly filter: ExperimentFilter; readonly wrong: readonly string[] } {
  const words = wordsOf(text);
  const wanted = words.flatMap((word) => /^status:(.+)$/i.exec(word)?.[1]?.toUpperCase() ?? []);
  const statuses = wanted.filter((one): one is ExperimentStatus => (STATUSES as readonly string[]).includes(one));
  const told = words.flatMap((word) => /^tag:(.+)$/i.exec(word)?.[1] ?? []);
  const tags = told.flatMap((tag) => {
    const [, key, value] = /^([^=]+)=(.*)$/.exec(tag) ?? [];
    return key === undefined || value === undefined ? [] : [[key, value] as const];
  });
  const name = words.filter((word) => !/^(?:status|tag):/i.test(word)).join(" ");
  return {
    filter: {
      ...(wanted.length > 0 ? { statuses } : {}),
      ...(tags.length > 0 ? { tags: Object.fromEntries(tags) } : {}),
      ...(name === "" ? {} : { nameContains: name }),
    },
    wrong: [
      ...wanted
        .filter((one) => !(STATUSES as readonly string[]).includes(one))
        .map((one) => `No status is called ${one.toLowerCase()}: there are ${STATUSES.join(", ").toLowerCase()}.`),
      ...told.filter((tag) => !/^[^=]+=/.test(tag)).map((tag) => `A tag is told with its value, as in tag:${tag}=red.`),
    ],
  };
}

/** The text with its statuses replaced by one, or by none. */
export function withStatus(text: string, status: string): string {
  const rest = text.split(/\s+/).filter((word) => word !== "" && !/^status:/i.test(word));
  return [...(status === "" ? [] : [`status:${status.toLowerCase()}`]), ...rest].join(" ");
}

/** The text with a tag, `key=value`, asked for too. */
export function withTag(text: string, tag: string): string {
  const word = /\s/.test(tag) ? `tag:"${tag}"` : `tag:${tag}`;
  return text.includes(word) ? text : `${word} ${text}`.trim();
}
