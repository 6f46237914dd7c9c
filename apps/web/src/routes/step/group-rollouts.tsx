// Owns: one group: the prompt, and every rollout with its verdicts, reward and advantage. Must not know: the step around it.
import { Link } from "wouter";
import { useAnswer } from "../../api/use-answer.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { Panel } from "../../components/panel.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { Trouble } from "../../components/trouble.tsx";
import { plural } from "../../format/number.ts";
import { RolloutCard } from "./rollout-card.tsx";
import { GROUP } from "./step-query.ts";

export function GroupRollouts({ id }: { readonly id: string }) {
  const { data, error, reload } = useAnswer(GROUP, { id });
  if (error) return <Trouble error={error} onRetry={reload} />;
  if (data === undefined) return <Skeleton lines={8} />;
  const group = data.group;
  if (group == null) return <EmptyState title="This group is gone." />;
  const verdict =
    group.admitted == null
      ? "Not judged yet."
      : group.admitted
        ? "Admitted: it trains the policy."
        : `Refused by the gate ${group.refusedBy}: it trains nothing.`;
  return (
    <div className="stack">
      <Panel title="Prompt" aside={<Link href={`/problems/${encodeURIComponent(group.problem.id)}`}>The problem</Link>}>
        <div className="stack" style={{ gap: 8 }}>
          <pre>{group.prompt}</pre>
          <p className={group.admitted === false ? "notice" : "muted"}>{verdict}</p>
        </div>
      </Panel>
      <Panel title={plural(group.rollouts.length, "rollout")}>
        {group.rollouts.map((rollout) => (
          <RolloutCard key={rollout.id} rollout={rollout} tests={group.problem.tests} />
        ))}
      </Panel>
    </div>
  );
}
