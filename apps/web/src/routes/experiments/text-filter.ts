// Owns: the filter of the list as a line of text, `status:running status:paused a name`. Must not know: the list.
import type { ExperimentFilter, ExperimentStatus } from "../../generated/graphql.ts";

export const STATUSES: readonly ExperimentStatus[] = ["QUEUED", "PREPARING", "RUNNING", "COMPLETED", "FAILED", "CANCELLED"];

/** Words that are no `status:` are the name's, in order. A status that there is not lets nothing through and is told. */
export function textFilter(text: string): { readonly filter: ExperimentFilter; readonly unknown: readonly string[] } {
  const words = text.split(/\s+/).filter((word) => word !== "");
  const wanted = words.flatMap((word) => /^status:(.*)$/i.exec(word)?.[1]?.toUpperCase() ?? []);
  const statuses = wanted.filter((one): one is ExperimentStatus => (STATUSES as readonly string[]).includes(one));
  const name = words.filter((word) => !/^status:/i.test(word)).join(" ");
  return {
    filter: { ...(wanted.length > 0 ? { statuses } : {}), ...(name === "" ? {} : { nameContains: name }) },
    unknown: wanted.filter((one) => one !== "" && !(STATUSES as readonly string[]).includes(one)),
  };
}

/** The text with its statuses replaced by one, or by none. */
export function withStatus(text: string, status: string): string {
  const rest = text.split(/\s+/).filter((word) => word !== "" && !/^status:/i.test(word));
  return [...(status === "" ? [] : [`status:${status.toLowerCase()}`]), ...rest].join(" ");
}
