// Owns: one rollout on a page of its own, which a link can name: prompt, completion, verdicts, credit, provenance. Must not know: steps, evaluations.
import { Link } from "wouter";
import { useAnswer } from "../../api/use-answer.ts";
import { CopyButton } from "../../components/copy-button.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Panel } from "../../components/panel.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { Trouble } from "../../components/trouble.tsx";
import { formatValue } from "../../format/number.ts";
import type { RolloutQuery } from "../../generated/graphql.ts";
import { useTitle } from "../../use-title.ts";
import { RolloutCard } from "../step/rollout-card.tsx";
import { ROLLOUT } from "./rollout-query.ts";

type Rollout = NonNullable<RolloutQuery["rollout"]>;

export function RolloutPage({ id }: { readonly id: string }) {
  const { data, error, reload } = useAnswer(ROLLOUT, { id });
  useTitle("Rollout");
  if (error && data === undefined) return <Trouble error={error} onRetry={reload} />;
  if (data === undefined) return <Skeleton lines={8} />;
  const rollout = data.rollout;
  if (rollout == null) return <EmptyState title={`There is no rollout ${id}.`} command="npm run gradus -- status" />;
  const { group, index } = rollout;
  const { problem } = group;
  const place = group.rollouts.findIndex((one) => one.id === id);
  const title = problem.message === "" ? problem.entryPoint : problem.message;
  return (
    <div className="stack">
      <nav className="breadcrumbs" aria-label="Where this is">
        <Origin group={group} />
        <span aria-hidden="true">/</span>
        <Link href={`/problems/${encodeURIComponent(problem.id)}`}>{title}</Link>
        {group.rollouts.length > 1 && <span aria-hidden="true">/</span>}
        <Sibling rollout={group.rollouts[place - 1]} name="← previous rollout" shortcut="[" />
        <Sibling rollout={group.rollouts[place + 1]} name="next rollout →" shortcut="]" />
      </nav>
      <div className="stack" style={{ gap: 4 }}>
        <h1>
          Rollout {index} of {title}
        </h1>
        <p className="small muted">
          <span className="mono">{id}</span> <CopyButton text={id} />
        </p>
      </div>
      <Panel title="Prompt">
        <div className="stack" style={{ gap: 8 }}>
          <pre>{group.prompt}</pre>
          <p className={group.admitted === false ? "notice" : "muted"}>{fateOf(group)}</p>
        </div>
      </Panel>
      <Panel title="Completion">
        <RolloutCard rollout={rollout} tests={problem.tests} isOpen />
      </Panel>
      <Panel title="Its group">
        <p className="small muted">
          {group.meanReward == null ? "Nothing in it is credited" : `Mean reward ${formatValue(group.meanReward)}`}
          {group.bucket == null ? "" : `, ${group.bucket.toLowerCase().replaceAll("_", "-")} when it was drawn`}.
        </p>
        <ol className="group-rollouts">
          {group.rollouts.map((one) => (
            <li key={one.id}>
              <Link href={`/rollouts/${encodeURIComponent(one.id)}`} aria-current={one.id === id ? "page" : undefined}>
                #{one.index} <span className="muted">{one.reward == null ? "not credited" : formatValue(one.reward)}</span>
              </Link>
            </li>
          ))}
        </ol>
      </Panel>
    </div>
  );
}

function fateOf({ scopeKind, admitted, refusedBy }: Rollout["group"]): string {
  if (scopeKind !== "STEP") return `Of ${scopeKind === "EVALUATION" ? "an evaluation" : "a measurement"}: it trains nothing.`;
  if (admitted == null) return "Not judged yet.";
  return admitted ? "Its group was admitted: it trains the policy." : `The gate ${refusedBy} refused its group: it trains nothing.`;
}

function Origin({ group: { runId, step, ordinal, scopeKind } }: { readonly group: Rollout["group"] }) {
  if (runId == null) return <span>{scopeKind.toLowerCase()}</span>;
  const run = `/runs/${encodeURIComponent(runId)}`;
  return (
    <>
      <Link href={run}>{runId}</Link>
      <span aria-hidden="true">/</span>
      {scopeKind === "STEP" && step != null ? (
        <Link href={`${run}/steps/${step}?group=${ordinal}`}>
          step {step}, group {ordinal}
        </Link>
      ) : (
        <span>{scopeKind.toLowerCase()}</span>
      )}
    </>
  );
}

interface SiblingProps {
  readonly rollout: Rollout["group"]["rollouts"][number] | undefined;
  readonly name: string;
  readonly shortcut: string;
}

const Sibling = ({ rollout, name, shortcut }: SiblingProps) =>
  rollout === undefined ? null : (
    <Link href={`/rollouts/${encodeURIComponent(rollout.id)}`} data-key={shortcut}>
      {name}
    </Link>
  );
