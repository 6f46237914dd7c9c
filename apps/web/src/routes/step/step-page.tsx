// Owns: a step's groups, and of the chosen one the rollouts. Must not know: how a rollout is shown.
import { Link } from "wouter";
import { useAnswer } from "../../api/use-answer.ts";
import { ArmKey } from "../../components/arm-key.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Panel } from "../../components/panel.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { Trouble } from "../../components/trouble.tsx";
import { formatValue, plural } from "../../format/number.ts";
import { useUrlState } from "../../url/use-url-state.ts";
import { useTitle } from "../../use-title.ts";
import { GroupRollouts } from "./group-rollouts.tsx";
import { STEP } from "./step-query.ts";

export function StepPage({ runId, step }: { readonly runId: string; readonly step: number }) {
  const { data, error, reload } = useAnswer(STEP, { runId, step });
  const [chosen] = useUrlState("group", "0");
  useTitle(`Step ${step} of ${runId}`);
  if (error && data === undefined) return <Trouble error={error} onRetry={reload} />;
  if (data === undefined) return <Skeleton lines={8} />;
  const run = data.run;
  if (run?.step == null) return <EmptyState title={`Step ${step} of ${runId} has not begun.`} />;
  const { groups, summary, policyVersion } = run.step;
  const group = groups.find(({ ordinal }) => String(ordinal) === chosen);
  const stepHref = (number: number): string => `/runs/${encodeURIComponent(runId)}/steps/${number}`;
  return (
    <div className="stack">
      <nav className="breadcrumbs" aria-label="Where this is">
        <Link href="/">Experiments</Link>
        <span aria-hidden="true">/</span>
        <Link href={`/experiments/${encodeURIComponent(run.experiment.id)}`} data-key="c">
          {run.experiment.name}
        </Link>
        <span aria-hidden="true">/</span>
        <Link href={`/runs/${encodeURIComponent(runId)}`}>
          {run.arm.name}, seed {run.seed}
        </Link>
        <span aria-hidden="true">/</span>
        {step > 1 && (
          <Link href={stepHref(step - 1)} data-key="[">
            ← step {step - 1}
          </Link>
        )}
        {step <= Math.min(run.stepsDone, run.totalSteps - 1) && (
          <Link href={stepHref(step + 1)} data-key="]">
            step {step + 1} →
          </Link>
        )}
      </nav>
      <div className="row">
        <h1>Step {step}</h1>
        <ArmKey ordinal={run.arm.ordinal} name={`${run.arm.name}, seed ${run.seed}`} />
      </div>
      {summary && (
        <p className="muted">
          Policy v{policyVersion} · reward <strong style={{ color: "var(--ink)" }}>{formatValue(summary.rewardMean)}</strong> · pass rate{" "}
          {formatValue(summary.passRate)} · {summary.admitted} of {plural(summary.groups, "group")} admitted · drawn{" "}
          {summary.drawnByBucket.map(({ bucket, count }) => `${bucket.toLowerCase().replace("_", "-")} ${count}`).join(", ")} ·{" "}
          {formatValue(summary.completionTokensMean)} tokens a rollout, share cut off {formatValue(summary.truncatedRate)}
          {summary.sandboxErrors > 0 && ` · ${plural(summary.sandboxErrors, "sandbox error")}`}
        </p>
      )}
      <div className="two-columns">
        <Panel title={plural(groups.length, "group")} flush>
          <ul className="choice-list">
            {groups.map(({ id, ordinal, bucket, admitted, refusedBy, meanReward, problem }) => (
              <li key={id}>
                <Link href={`${stepHref(step)}?group=${ordinal}`} aria-current={group?.id === id ? "true" : undefined}>
                  <span className="row spread">
                    <strong>{ordinal}</strong>
                    <span>reward {formatValue(meanReward)}</span>
                  </span>
                  <span className="small">{problem.message}</span>
                  <span className="small muted">
                    {bucket == null ? "no bucket" : bucket.toLowerCase().replace("_", "-")} · {told(admitted, refusedBy)}
                  </span>
                </Link>
              </li>
            ))}
          </ul>
        </Panel>
        {group === undefined ? <EmptyState title="There is no such group in this step." /> : <GroupRollouts key={group.id} id={group.id} />}
      </div>
    </div>
  );
}

export const told = (admitted: boolean | null | undefined, refusedBy: string | null | undefined): string =>
  admitted == null ? "not judged yet" : admitted ? "admitted" : `refused by ${refusedBy ?? "a gate"}`;
