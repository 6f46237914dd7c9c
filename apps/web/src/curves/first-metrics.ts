// Owns: which metrics a page of runs that others train begins with: of what they log, what is looked at first. Must not know: panels.
import { useAnswer } from "../api/use-answer.ts";
import { usePoll } from "../api/use-poll.ts";
import type { FirstMetricsQuery } from "../generated/graphql.ts";
import { FIRST_METRICS } from "./metric-names-query.ts";
import { panelsText } from "./workspace.ts";

const RUNS_ASKED = 3;
const MOST = 4;

/** Names that `runs` log: rewards and losses first, then those of the fewest parts, so that a layer's norms do not come before them. */
export function firstOf(runs: FirstMetricsQuery["runs"]["nodes"]): string[] {
  const named = (...lists: readonly (keyof Omit<FirstMetricsQuery["runs"]["nodes"][number], "id">)[]): string[] =>
    [...new Set(runs.flatMap((run) => lists.flatMap((list) => run[list].nodes.map(({ name }) => name))))].sort(
      (one, other) => one.split("/").length - other.split("/").length || (one < other ? -1 : 1),
    );
  return [...new Set([...named("rewards").slice(0, 2), ...named("losses").slice(0, 2), ...named("rewards", "losses", "others")])].slice(
    0,
    MOST,
  );
}

/** As the panels of an address: `fallback` for no runs, and while they have logged nothing, which is looked at again. Undefined until it is known. */
export function useFirstMetrics(runIds: readonly string[], fallback: string): string | undefined {
  const asked = runIds.slice(0, RUNS_ASKED);
  const { data, error, reload } = useAnswer(FIRST_METRICS, asked.length === 0 ? null : { runIds: asked });
  const names = data === undefined ? [] : firstOf(data.runs.nodes);
  usePoll(reload, data ?? error, data !== undefined && names.length === 0);
  if (asked.length > 0 && data === undefined && error === undefined) return undefined;
  return names.length === 0 ? fallback : panelsText(names);
}
