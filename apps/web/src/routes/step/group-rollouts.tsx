// Owns: one group: the prompt, and every rollout with its verdicts, reward and advantage. Must not know: the step around it.
import { Link } from "wouter";
import { useAnswer } from "../../api/use-answer.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { Panel } from "../../components/panel.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { StatusBadge } from "../../components/status-badge.tsx";
import { Trouble } from "../../components/trouble.tsx";
import { formatDifference, formatValue, plural } from "../../format/number.ts";
import { formatDuration, formatInstant } from "../../format/time.ts";
import type { GroupQuery } from "../../generated/graphql.ts";
import { LogProbs } from "./log-probs.tsx";
import { GROUP } from "./step-query.ts";

type Group = NonNullable<GroupQuery["group"]>;

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

interface RolloutCardProps {
  readonly rollout: Group["rollouts"][number];
  readonly tests: Group["problem"]["tests"];
}

function RolloutCard({ rollout, tests }: RolloutCardProps) {
  const {
    index,
    completion,
    completionTokenCount,
    finishReason,
    verdict,
    execution,
    reward,
    advantage,
    sandboxErrors,
    logProbs,
    policyVersion,
    attempt,
  } = rollout;
  const { id, policyHash, generatedAt, promptTokenCount } = rollout;
  const passed = execution?.tests.filter((test) => test.verdict === "OK").length ?? 0;
  const meanLogProb = logProbs.length === 0 ? null : logProbs.reduce((sum, value) => sum + value, 0) / logProbs.length;
  return (
    <article className="card" aria-label={`Rollout ${index}`} data-rollout={index}>
      <div className="row spread">
        <span className="row">
          <strong>#{index}</strong>
          {verdict == null ? <span className="muted">not executed yet</span> : <StatusBadge status={verdict} />}
          {execution && (
            <span className="small">
              {passed} of {plural(execution.tests.length, "test")} passed
            </span>
          )}
        </span>
        <span className="row">
          <span>
            reward <strong data-value="reward">{reward == null ? "not credited" : formatValue(reward)}</strong>
          </span>
          <span>
            advantage <strong data-value="advantage">{advantage == null ? "–" : formatDifference(advantage)}</strong>
          </span>
        </span>
      </div>
      <pre>{completion === "" ? "(nothing)" : completion}</pre>
      <p className="small muted">
        {plural(completionTokenCount, "token")}, ended by {finishReason} · mean log-probability {formatValue(meanLogProb)} · policy v
        {policyVersion}
        {attempt > 1 && ` · attempt ${attempt}`}
        {sandboxErrors > 0 && ` · sandbox broke ${sandboxErrors}×`}
        {execution && ` · ${formatDuration(execution.cpuMs)} CPU, ${formatDuration(execution.wallMs)} wall`}
      </p>
      {execution && execution.tests.length > 0 && (
        <details>
          <summary>Verdict per test</summary>
          <div style={{ overflowX: "auto" }}>
            <table>
              <thead>
                <tr>
                  <th scope="col">Test</th>
                  <th scope="col">Verdict</th>
                  <th scope="col">Detail</th>
                </tr>
              </thead>
              <tbody>
                {execution.tests.map((test, at) => (
                  <tr key={at}>
                    <td className="mono">{describe(tests[at], at)}</td>
                    <td>
                      <StatusBadge status={test.verdict} />
                    </td>
                    <td className="mono small">{test.detail}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </details>
      )}
      {logProbs.length > 0 && (
        <details>
          <summary>Log-probability of each token</summary>
          <LogProbs completion={completion} values={logProbs} />
        </details>
      )}
      <details>
        <summary>Provenance</summary>
        <p className="small mono">
          {id} · policy v{policyVersion} {policyHash.slice(0, 16)}… · prompt {promptTokenCount} tokens · generate attempt {attempt} ·{" "}
          {formatInstant(generatedAt)}
        </p>
      </details>
      {execution && (execution.stdout !== "" || execution.stderr !== "") && (
        <details>
          <summary>Output</summary>
          {execution.stdout !== "" && <pre>{execution.stdout}</pre>}
          {execution.stderr !== "" && <pre>{execution.stderr}</pre>}
        </details>
      )}
    </article>
  );
}

const describe = (test: Group["problem"]["tests"][number] | undefined, at: number): string =>
  test?.args == null ? `check ${at}` : `${test.args} → ${test.expected}`;
