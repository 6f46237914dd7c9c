// Owns: one synthesis: how far it is, what came of it and what it cost. Must not know: how each part is made.
import { Link } from "wouter";
import { useAnswer } from "../../api/use-answer.ts";
import { usePoll } from "../../api/use-poll.ts";
import { CopyButton } from "../../components/copy-button.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Instant } from "../../components/instant.tsx";
import { Panel } from "../../components/panel.tsx";
import { ProgressBar } from "../../components/progress-bar.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { StatusBadge } from "../../components/status-badge.tsx";
import { Trouble } from "../../components/trouble.tsx";
import { formatCount } from "../../format/number.ts";
import { useTitle } from "../../use-title.ts";
import { FunnelPanel } from "./funnel-panel.tsx";
import { RejectionPanel } from "./rejection-panel.tsx";
import { SYNTHESIS } from "./synthesis-query.ts";
import { SynthesisCancel } from "./synthesis-cancel.tsx";
import { ENDED, turnsInAll } from "./synthesis-words.ts";
import { TransitionPanel } from "./transition-panel.tsx";
import { TurnsPanel } from "./turns-panel.tsx";
import { UsagePanel } from "./usage-panel.tsx";
import { YieldPanel } from "./yield-panel.tsx";

export function SynthesisPage({ id }: { readonly id: string }) {
  const { data, error, reload } = useAnswer(SYNTHESIS, { id });
  const synthesis = data?.synthesis;
  useTitle(synthesis?.name ?? "Synthesis");
  usePoll(reload, data ?? error, synthesis != null && !ENDED.has(synthesis.status));
  if (error && data === undefined) return <Trouble error={error} onRetry={reload} />;
  if (synthesis === undefined) return <Skeleton lines={8} />;
  if (synthesis === null)
    return <EmptyState title={`There is no synthesis ${id}.`} command="npm run gradus -- synthesize examples/synthesis.yaml" />;
  const { name, status, cause, specification, createdAt, startedAt, finishedAt, seedCount, turnCount, scoredCount, problemSet } = synthesis;
  const isComplete = status === "COMPLETED";
  return (
    <div className="stack">
      <nav className="breadcrumbs" aria-label="Where this is">
        <Link href="/synthesis">Synthesis</Link>
      </nav>
      <div className="row spread" style={{ alignItems: "start" }}>
        <div className="stack" style={{ gap: 6 }}>
          <div className="row">
            <h1>{name}</h1>
            <StatusBadge status={status} />
            <ProgressBar label="Turns of this synthesis" done={turnCount} total={turnsInAll(specification)} />
          </div>
          <p className="small muted">
            {formatCount(seedCount)} seeds drawn, {formatCount(turnCount)} turns, {formatCount(scoredCount)} scored ·{" "}
            <span className="mono">{id}</span> <CopyButton text={id} />
          </p>
          {cause != null && <p className="notice">{cause}</p>}
          {error && <Trouble error={error} onRetry={reload} />}
          {problemSet != null && (
            <p>
              What survived is the problem set <Link href={`/problems?set=${encodeURIComponent(problemSet.id)}`}>{problemSet.name}</Link>,
              for <code>problems.set</code> of an experiment: <CopyButton text={problemSet.id} />
            </p>
          )}
        </div>
        <SynthesisCancel id={id} name={name} status={status} onDone={reload} />
      </div>
      <FunnelPanel funnel={synthesis.funnel} isComplete={isComplete} />
      <TransitionPanel transitions={synthesis.transitions} moved={synthesis.moved} />
      <YieldPanel single={synthesis.singleTurnYield} multi={synthesis.multiTurnYield} isComplete={isComplete} />
      <RejectionPanel rejections={synthesis.rejections} turnCount={turnCount} />
      <UsagePanel usage={synthesis.usage} />
      <TurnsPanel
        id={id}
        turns={synthesis.funnel.length}
        rejections={synthesis.rejections}
        version={`${turnCount} ${scoredCount} ${status}`}
      />
      <Panel title="Facts">
        <dl className="facts">
          <div>
            <dt>Created</dt>
            <dd>
              <Instant at={createdAt} />
            </dd>
          </div>
          {startedAt != null && (
            <div>
              <dt>Began</dt>
              <dd>
                <Instant at={startedAt} />
              </dd>
            </div>
          )}
          {finishedAt != null && (
            <div>
              <dt>Ended</dt>
              <dd>
                <Instant at={finishedAt} />
              </dd>
            </div>
          )}
        </dl>
        <details style={{ marginTop: 16 }}>
          <summary>Its file with every default</summary>
          <pre>{JSON.stringify(specification, null, 2)}</pre>
        </details>
      </Panel>
    </div>
  );
}
