// Owns: one rollout: what was written, its verdicts, reward, advantage, token by token, and where it comes from. Must not know: its group's others.
import { Link } from "wouter";
import { Instant } from "../../components/instant.tsx";
import { StatusBadge } from "../../components/status-badge.tsx";
import { formatDifference, formatValue, plural } from "../../format/number.ts";
import { formatDuration } from "../../format/time.ts";
import type { GroupQuery } from "../../generated/graphql.ts";
import { LogProbs } from "./log-probs.tsx";

type Group = NonNullable<GroupQuery["group"]>;

interface RolloutCardProps {
  readonly rollout: Group["rollouts"][number];
  readonly tests: Group["problem"]["tests"];
  /** All of it is there at once: the page is about this rollout alone. */
  readonly isOpen?: boolean;
}

export function RolloutCard({ rollout, tests, isOpen = false }: RolloutCardProps) {
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
          <strong>{isOpen ? `#${index}` : <Link href={`/rollouts/${encodeURIComponent(id)}`}>#{index}</Link>}</strong>
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
        <details open={isOpen}>
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
        <details open={isOpen}>
          <summary>Log-probability of each token</summary>
          <LogProbs completion={completion} values={logProbs} />
        </details>
      )}
      <details open={isOpen}>
        <summary>Provenance</summary>
        <p className="small mono">
          {id} · policy v{policyVersion} {policyHash.slice(0, 16)}… · prompt {promptTokenCount} tokens · generate attempt {attempt} ·{" "}
          <Instant at={generatedAt} />
        </p>
      </details>
      {execution && (execution.stdout !== "" || execution.stderr !== "") && (
        <details open={isOpen}>
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
