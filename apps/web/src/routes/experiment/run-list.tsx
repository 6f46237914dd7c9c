// Owns: the runs of an experiment with their progress. Must not know: one run's page.
import { Link } from "wouter";
import { ArmKey } from "../../components/arm-key.tsx";
import { Panel } from "../../components/panel.tsx";
import { ProgressBar } from "../../components/progress-bar.tsx";
import { formatCount } from "../../format/number.ts";
import { StatusBadge } from "../../components/status-badge.tsx";
import type { Experiment, ExperimentRun } from "./use-experiment-live.ts";

export function RunList({ arms, runs }: { readonly arms: Experiment["arms"]; readonly runs: readonly ExperimentRun[] }) {
  const armOf = new Map(arms.map((arm) => [arm.id, arm]));
  const isOurs = runs.some(({ isExternal }) => !isExternal);
  return (
    <Panel title="Runs" flush>
      <table>
        <thead>
          <tr>
            <th scope="col">Run</th>
            <th scope="col">Status</th>
            <th scope="col">Steps</th>
            {isOurs && <th scope="col">Policy version</th>}
            <th scope="col" className="wide-only">
              Id
            </th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => {
            const arm = armOf.get(run.arm.id);
            return (
              <tr key={run.id}>
                <td>
                  <Link href={`/runs/${encodeURIComponent(run.id)}`}>
                    <ArmKey ordinal={arm?.ordinal ?? 0} name={run.name ?? `${arm?.name ?? ""}, seed ${run.seed}`} />
                  </Link>
                  {run.name !== null && (
                    <div className="small muted">
                      {arm?.name}, seed {run.seed}
                    </div>
                  )}
                </td>
                <td>
                  <StatusBadge status={run.status} />
                  {run.cause && <div className="small muted">{run.cause}</div>}
                </td>
                <td>
                  {run.totalSteps > 0 ? (
                    <ProgressBar label={`Steps of seed ${run.seed} of ${arm?.name ?? ""}`} done={run.stepsDone} total={run.totalSteps} />
                  ) : (
                    formatCount(run.stepsDone)
                  )}
                </td>
                {isOurs && <td>{run.policyVersion}</td>}
                <td className="mono wide-only">{run.id}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </Panel>
  );
}
