// Owns: what held-out pass@1 was before the first step: runs of one beginning share that evaluation, so that no point of a run has it. Must not know: charts.
import { useEffect, useMemo } from "react";
import { useAnswer } from "../api/use-answer.ts";
import { graphql } from "../generated/gql.ts";

const HELD_OUT = "evaluation/pass@1";
const MOST_RUNS = 200;

export const BEFORE_TRAINING = graphql(`
  query BeforeTraining($runIds: [ID!]!) {
    runs(filter: { ids: $runIds }, first: 200) {
      nodes {
        id
        evaluations {
          step
          passAt1
        }
      }
    }
  }
`);

/** By run id; empty for other metrics. `hasPoints`: whether any run has been evaluated since: what was not known before that is asked again. */
export function useBeforeTraining(runIds: readonly string[], metric: string, hasPoints: boolean): ReadonlyMap<string, number> {
  const { data, reload } = useAnswer(BEFORE_TRAINING, metric === HELD_OUT ? { runIds: runIds.slice(0, MOST_RUNS) } : null);
  const before = useMemo(
    () =>
      new Map(
        data?.runs.nodes.flatMap(({ id, evaluations }): [string, number][] => {
          const value = evaluations.find(({ step }) => step === 0)?.passAt1;
          return value == null ? [] : [[id, value]];
        }),
      ),
    [data],
  );
  useEffect(() => {
    if (hasPoints && data !== undefined && before.size === 0) reload();
  }, [hasPoints]);
  return before;
}
