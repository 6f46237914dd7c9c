// Owns: one run, live: curves, stages, steps, events, and its controls. Must not know: how each of them is made.
import type { ReactNode } from "react";
import { Link } from "wouter";
import { useAnswer } from "../../api/use-answer.ts";
import { ArmKey } from "../../components/arm-key.tsx";
import { Button } from "../../components/button.tsx";
import { CopyButton } from "../../components/copy-button.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Instant } from "../../components/instant.tsx";
import { Panel } from "../../components/panel.tsx";
import { ProgressBar } from "../../components/progress-bar.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { StatusBadge } from "../../components/status-badge.tsx";
import { Trouble } from "../../components/trouble.tsx";
import { WhenSeen } from "../../components/when-seen.tsx";
import { ChartGrid } from "../../curves/chart-grid.tsx";
import { useFirstMetrics } from "../../curves/first-metrics.ts";
import { useShownMetrics } from "../../curves/use-shown-metrics.ts";
import { formatBytes } from "../../format/number.ts";
import { NotesPanel } from "../../notes/notes-panel.tsx";
import { ShelfControls } from "../../shelf/shelf-controls.tsx";
import { useShelf } from "../../shelf/use-shelf.ts";
import { useUrlState } from "../../url/use-url-state.ts";
import { useTitle } from "../../use-title.ts";
import { EventList } from "./event-list.tsx";
import { MachinePanel } from "./machine-panel.tsx";
import { RunControls } from "./run-controls.tsx";
import { RUN } from "./run-query.ts";
import { RunWatch } from "./run-watch.tsx";
import { SamplesPanel } from "./samples-panel.tsx";
import { StageLanes } from "./stage-lanes.tsx";
import { StepTable } from "./step-table.tsx";
import { useRunLive } from "./use-run-live.ts";
import type { Run } from "./use-run-live.ts";
import { useSteps } from "./use-steps.ts";

const DEFAULT_CHARTS = "train/reward evaluation/pass@1 policy/entropy policy/kl_to_sampler";
const STEPS_SHOWN = 8;
const ENDED = new Set(["COMPLETED", "FAILED", "CANCELLED"]);

export function RunPage({ id }: { readonly id: string }) {
  const { data, error, reload } = useAnswer(RUN, { id });
  useTitle(id);
  if (error && data === undefined) return <Trouble error={error} onRetry={reload} />;
  if (data === undefined) return <Skeleton lines={8} />;
  if (data.run == null) return <EmptyState title={`There is no run ${id}.`} command="npm run gradus -- status" />;
  return <RunView answered={data.run} />;
}

function RunView({ answered }: { readonly answered: Run }) {
  const [events, setEvents] = useUrlState("events");
  const defaults = useFirstMetrics(answered.isExternal ? [answered.id] : [], DEFAULT_CHARTS);
  const { run, bus, events: seen, stagesEnded } = useRunLive(answered, events === "all", useShownMetrics(defaults ?? ""));
  const { id, seed, status, cause, arm, experiment, isExternal } = run;
  const shelf = useShelf("run", id, answered);
  const current = Math.min(run.totalSteps, run.stepsDone + (ENDED.has(status) ? 0 : 1));
  const alertNews = seen.filter(({ event }) => event.__typename === "AlertOpened" || event.__typename === "AlertResolved").length;
  const [until, setUntil] = useUrlState("until");
  const last = until === "" ? current : Number(until);
  const steps = useSteps(id, last, STEPS_SHOWN, stagesEnded);
  const place = experiment.runs.findIndex((one) => one.id === id);
  return (
    <div className="stack">
      <nav className="breadcrumbs" aria-label="Where this is">
        <Link href="/">Experiments</Link>
        <span aria-hidden="true">/</span>
        <Link href={`/experiments/${encodeURIComponent(experiment.id)}`} data-key="c">
          {experiment.name}
        </Link>
        <span aria-hidden="true">/</span>
        <Neighbour run={experiment.runs[place - 1]} name="← previous run" shortcut="[" />
        <Neighbour run={experiment.runs[place + 1]} name="next run →" shortcut="]" />
      </nav>
      <div className="row spread" style={{ alignItems: "start" }}>
        <div className="stack" style={{ gap: 6 }}>
          <div className="row">
            <h1>{run.name ?? `${arm.name}, seed ${seed}`}</h1>
            <StatusBadge status={status} />
            {run.totalSteps > 0 && <ProgressBar label="Steps of this run" done={run.stepsDone} total={run.totalSteps} />}
          </div>
          <div className="row small muted">
            <ArmKey
              ordinal={arm.ordinal}
              name={isExternal ? `${arm.name}, seed ${seed}, trained elsewhere` : `${arm.curriculum.name} v${arm.curriculum.version}`}
            />
            <span className="mono">{id}</span>
            <CopyButton text={id} />
          </div>
          {cause != null && <p className="notice">{cause}</p>}
        </div>
        <div className="row">
          {!isExternal && !shelf.isAway && experiment.archivedAt == null && experiment.deletedAt == null && <RunControls run={run} />}
          <ShelfControls shelf={shelf} />
        </div>
      </div>
      <RunWatch id={id} isRunning={!ENDED.has(status)} version={`${status} ${stagesEnded} ${alertNews}`} />
      {defaults === undefined ? (
        <Skeleton height={370} />
      ) : (
        <ChartGrid
          kind="run"
          project={experiment.project.id}
          arms={[arm]}
          runs={[run]}
          bus={bus}
          defaults={defaults}
          showsSeeds={false}
          showsStages
        />
      )}
      {!isExternal && (
        <Panel
          title={steps.length === 0 ? "Steps" : `Steps ${steps[0]?.step} to ${steps.at(-1)?.step}`}
          aside={
            <div className="row no-print">
              <Button disabled={last <= STEPS_SHOWN} onClick={() => setUntil(String(Math.max(STEPS_SHOWN, last - STEPS_SHOWN)))}>
                ← Earlier
              </Button>
              <Button disabled={until === ""} onClick={() => setUntil(last + STEPS_SHOWN >= current ? "" : String(last + STEPS_SHOWN))}>
                Later →
              </Button>
            </div>
          }
        >
          {steps.length === 0 ? (
            <EmptyState title="No step has begun.">
              {status === "QUEUED" && "The run waits for its turn."}
              {status === "PAUSED" && run.startedAt == null && "It was paused before it began: its turn comes when it is resumed."}
            </EmptyState>
          ) : (
            <>
              <StageLanes steps={steps} />
              <div className="bleed" tabIndex={0} role="group" aria-label="Steps in numbers">
                <StepTable runId={id} steps={steps} />
              </div>
            </>
          )}
        </Panel>
      )}
      {!isExternal && (
        <WhenSeen height={260}>
          <MachinePanel runId={id} leaseEpoch={run.leaseEpoch} isOver={ENDED.has(status)} />
        </WhenSeen>
      )}
      {isExternal && <SamplesPanel runId={id} />}
      <Panel
        title="Events"
        flush
        aside={
          <Button aria-pressed={events === "all"} onClick={() => setEvents(events === "all" ? "" : "all")}>
            From the beginning
          </Button>
        }
      >
        {seen.length === 0 ? (
          <EmptyState title="Nothing has happened since this page was opened.">“From the beginning” tells what happened before.</EmptyState>
        ) : (
          <EventList events={seen} />
        )}
      </Panel>
      <NotesPanel kind="run" id={id} answered={answered} />
      <Panel title="Facts">
        <dl className="facts">
          <Fact name="Created" value={<Instant at={run.createdAt} />} />
          {run.startedAt != null && <Fact name="Began" value={<Instant at={run.startedAt} />} />}
          {run.finishedAt != null && <Fact name="Ended" value={<Instant at={run.finishedAt} />} />}
          {!isExternal && <Fact name="Policy version" value={String(run.policyVersion)} />}
          {!isExternal && <Fact name="Lease epoch" value={String(run.leaseEpoch)} />}
          {run.node && <Fact name="Node" value={`${run.node.id}${run.node.isAlive ? "" : " (gone)"}`} />}
          {run.forkedFrom && <Fact name="Forked from" value={`${run.forkedFrom.id} after step ${run.forkedFromStep}`} />}
        </dl>
        {!isExternal && (
          <details style={{ marginTop: 16 }}>
            <summary>Checkpoints ({run.policyVersions.nodes.length})</summary>
            <ul className="mono small" style={{ listStyle: "none", maxHeight: 240, overflow: "auto" }}>
              {run.policyVersions.nodes.toReversed().map(({ version, step, checkpoint }) => (
                <li key={version}>
                  v{version} · step {step} · {formatBytes(checkpoint.bytes)} ·{" "}
                  <a href={`/blobs/${checkpoint.contentHash}`}>{checkpoint.contentHash.slice(0, 16)}…</a>
                </li>
              ))}
            </ul>
          </details>
        )}
        <details open={isExternal} style={isExternal ? { marginTop: 16 } : undefined}>
          <summary>{isExternal ? "Parameters" : "Configuration of the arm"}</summary>
          <pre>{JSON.stringify(run.config, null, 2)}</pre>
        </details>
        {!isExternal && (
          <details>
            <summary>Provenance</summary>
            <pre>{JSON.stringify(run.provenance, null, 2)}</pre>
          </details>
        )}
      </Panel>
    </div>
  );
}

const Fact = ({ name, value }: { readonly name: string; readonly value: ReactNode }) => (
  <div>
    <dt>{name}</dt>
    <dd>{value}</dd>
  </div>
);

interface NeighbourProps {
  readonly run: { readonly id: string } | undefined;
  readonly name: string;
  readonly shortcut: string;
}

const Neighbour = ({ run, name, shortcut }: NeighbourProps) =>
  run === undefined ? null : (
    <Link href={`/runs/${encodeURIComponent(run.id)}`} data-key={shortcut}>
      {name}
    </Link>
  );
