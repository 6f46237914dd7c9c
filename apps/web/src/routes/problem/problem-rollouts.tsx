// Owns: what policies made of a problem: how hard it was over their versions, and every rollout. Must not know: the problem's text.
import { useEffect, useState } from "react";
import { Link } from "wouter";
import { ApiError, ask } from "../../api/ask.ts";
import { Button } from "../../components/button.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Panel } from "../../components/panel.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { StatusBadge } from "../../components/status-badge.tsx";
import { Trouble } from "../../components/trouble.tsx";
import { formatDifference, formatValue, plural } from "../../format/number.ts";
import type { ProblemRolloutsQuery } from "../../generated/graphql.ts";
import { beforeTraining, difficultyByArm } from "./difficulty.ts";
import { DifficultyPanels } from "./difficulty-panels.tsx";
import { PROBLEM_ROLLOUTS } from "./problem-query.ts";

type Rollout = ProblemRolloutsQuery["rollouts"]["nodes"][number];
const MOST = 5_000;
const SHOWN = 200;

export function ProblemRollouts({ id }: { readonly id: string }) {
  const { rollouts, isComplete, error } = useRollouts(id);
  const [shown, setShown] = useState(SHOWN);
  if (error) return <Trouble error={error} />;
  if (rollouts === undefined) return <Skeleton lines={6} />;
  if (rollouts.length === 0) return <EmptyState title="No policy has tried this problem yet." />;
  const measured = beforeTraining(rollouts);
  return (
    <>
      {measured.tried > 0 && (
        <p>
          Before training {measured.passed} of {plural(measured.tried, "rollout")} passed.
        </p>
      )}
      <DifficultyPanels trajectories={difficultyByArm(rollouts)} />
      <Panel title={`${isComplete ? "" : "The first "}${plural(rollouts.length, "rollout")}`} flush>
        <table>
          <thead>
            <tr>
              <th scope="col">For</th>
              <th scope="col">Policy</th>
              <th scope="col">Verdict</th>
              <th scope="col">Reward</th>
              <th scope="col">Advantage</th>
              <th scope="col">Group</th>
              <th scope="col">Tokens</th>
            </tr>
          </thead>
          <tbody>
            {rollouts.slice(0, shown).map((rollout) => (
              <tr key={rollout.id}>
                <td>
                  <Place rollout={rollout} />
                </td>
                <td>v{rollout.policyVersion}</td>
                <td>{rollout.verdict == null ? "–" : <StatusBadge status={rollout.verdict} />}</td>
                <td>{rollout.reward == null ? "–" : formatValue(rollout.reward)}</td>
                <td>{rollout.advantage == null ? "–" : formatDifference(rollout.advantage)}</td>
                <td>
                  {rollout.group.admitted == null ? "–" : rollout.group.admitted ? "admitted" : `refused by ${rollout.group.refusedBy}`}
                </td>
                <td>{rollout.completionTokenCount}</td>
              </tr>
            ))}
          </tbody>
        </table>
        {rollouts.length > shown && (
          <div className="row small muted" style={{ padding: 12 }}>
            <Button onClick={() => setShown(shown + SHOWN)}>More</Button>
            <span>{plural(rollouts.length - shown, "more rollout")} in the chart.</span>
          </div>
        )}
      </Panel>
    </>
  );
}

function Place({ rollout: { id, index, group } }: { readonly rollout: Rollout }) {
  const { scopeKind, runId, step } = group;
  const what =
    scopeKind === "STEP"
      ? `${runId}, step ${step}, #${index}`
      : `${scopeKind.toLowerCase()}${runId == null ? "" : ` of ${runId}`}, #${index}`;
  return (
    <Link href={`/rollouts/${encodeURIComponent(id)}`} className="small">
      {what}
    </Link>
  );
}

/** All of them, page after page, up to a bound. */
function useRollouts(problemId: string) {
  const [state, setState] = useState<{ rollouts?: readonly Rollout[]; isComplete: boolean; error?: ApiError }>({ isComplete: false });
  useEffect(() => {
    const abort = new AbortController();
    const load = async (): Promise<void> => {
      const rollouts: Rollout[] = [];
      let after: string | null = null;
      try {
        do {
          const page: ProblemRolloutsQuery = await ask(PROBLEM_ROLLOUTS, { problemId, after }, abort.signal);
          rollouts.push(...page.rollouts.nodes);
          after = page.rollouts.pageInfo.hasNextPage ? (page.rollouts.pageInfo.endCursor ?? null) : null;
          setState({ rollouts: [...rollouts], isComplete: after === null });
        } while (after !== null && rollouts.length < MOST);
      } catch (error) {
        // Tolerates an answer that nobody waits for any more.
        if (abort.signal.aborted) return;
        setState({ isComplete: false, error: error instanceof ApiError ? error : new ApiError(String(error), "UNKNOWN") });
      }
    };
    void load();
    return () => abort.abort();
  }, [problemId]);
  return state;
}
