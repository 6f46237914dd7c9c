// Owns: one experiment: the comparison of its arms, live. Must not know: how curves and tables are made.
import { useMemo } from "react";
import { useAnswer } from "../../api/use-answer.ts";
import { Button } from "../../components/button.tsx";
import { CopyButton } from "../../components/copy-button.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Instant } from "../../components/instant.tsx";
import { printWhole } from "../../components/print-whole.ts";
import { Skeleton } from "../../components/skeleton.tsx";
import { StatusBadge } from "../../components/status-badge.tsx";
import { Trouble } from "../../components/trouble.tsx";
import { plural } from "../../format/number.ts";
import { NotesPanel } from "../../notes/notes-panel.tsx";
import { ShelfControls } from "../../shelf/shelf-controls.tsx";
import { useShelf } from "../../shelf/use-shelf.ts";
import { useUrlState } from "../../url/use-url-state.ts";
import { useTitle } from "../../use-title.ts";
import { WhenSeen } from "../../components/when-seen.tsx";
import { GroupsPanel } from "../../groups/groups-panel.tsx";
import { groupLook } from "../../groups/group-look.ts";
import { ComparisonTable, METRICS } from "./comparison-table.tsx";
import { configDiff } from "./config-diff.ts";
import { ChartGrid } from "../../curves/chart-grid.tsx";
import { useFirstMetrics } from "../../curves/first-metrics.ts";
import { panelsOf } from "../../curves/workspace.ts";
import { ConfigPanel } from "./config-panel.tsx";
import { EXPERIMENT } from "./experiment-query.ts";
import { ExperimentControls } from "./experiment-controls.tsx";
import { OutcomePanels } from "./outcome-panels.tsx";
import { RunList } from "./run-list.tsx";
import { ScalarsPanel } from "./scalars-panel.tsx";
import { SuitesPanel } from "./suites-panel.tsx";
import { suitesOf } from "./suite-rows.ts";
import { scheduleOf } from "../../curves/stage-rules.ts";
import { useShownMetrics } from "../../curves/use-shown-metrics.ts";
import { SCHEDULE_METRICS, SchedulePanel } from "./schedule-panel.tsx";
import { SOLVE_RATE_METRICS, SolveRatePanel } from "./solve-rate-panel.tsx";
import { useExperimentLive } from "./use-experiment-live.ts";
import type { Experiment, ExperimentLive } from "./use-experiment-live.ts";

const DEFAULT_CHARTS = "evaluation/pass@1 train/reward train/pass_rate policy/entropy";

export function ExperimentPage({ id }: { readonly id: string }) {
  const { data, error, reload } = useAnswer(EXPERIMENT, { id });
  useTitle(data?.experiment?.name ?? "Experiment");
  if (error && data === undefined) return <Trouble error={error} onRetry={reload} />;
  if (data === undefined) return <Skeleton lines={8} />;
  if (data.experiment == null) return <EmptyState title={`There is no experiment ${id}.`} command="npm run gradus -- status" />;
  return <ExperimentView experiment={data.experiment} reload={reload} />;
}

interface ExperimentViewProps {
  readonly experiment: Experiment;
  readonly reload: () => void;
}

function ExperimentView({ experiment, reload }: ExperimentViewProps) {
  const { id, name, question, status, cause, arms, createdAt } = experiment;
  // Others train them: what they log is theirs to name, and of draws, problems and held-out results nothing is known.
  const isExternal = experiment.runs.length > 0 && experiment.runs.every((run) => run.isExternal);
  const defaults = useFirstMetrics(isExternal ? experiment.runs.map((run) => run.id) : [], DEFAULT_CHARTS);
  const shown = useShownMetrics(defaults ?? "");
  const { runs, bus, version } = useExperimentLive(
    experiment,
    isExternal ? shown : [...shown, ...SCHEDULE_METRICS, ...SOLVE_RATE_METRICS],
    reload,
  );
  const shelf = useShelf("experiment", id, experiment);
  const [seeds, setSeeds] = useUrlState("seeds");
  const [stages, setStages] = useUrlState("stages", "shown");
  const hasSchedule = arms.some((arm) => scheduleOf(arm.curriculum.specification) !== null);
  // Made anew where its own has changed and not with every press of a button above: a hundred runs are many rows.
  const below = useMemo(
    () =>
      defaults !== undefined && (
        <BelowCurves experiment={experiment} runs={runs} bus={bus} version={version} logged={isExternal ? defaults : null} />
      ),
    [experiment, runs, bus, version, isExternal, defaults],
  );
  return (
    <div className="stack">
      <div className="row spread" style={{ alignItems: "start" }}>
        <div className="stack" style={{ gap: 4 }}>
          <div className="row">
            <h1>{name}</h1>
            <StatusBadge status={status} />
          </div>
          {question && <p style={{ fontSize: "var(--text-large)", maxWidth: "80ch" }}>{question}</p>}
          <p className="muted small">
            {plural(arms.length, "arm")} × {plural(new Set(runs.map(({ seed }) => seed)).size, "seed")}
            {isExternal && `, ${plural(runs.length, "run")}, trained elsewhere`} · created <Instant at={createdAt} /> ·{" "}
            <span className="mono">{id}</span> <CopyButton text={id} />
          </p>
          {cause && <p className="notice">{cause}</p>}
        </div>
        <div className="row no-print">
          {!shelf.isAway && <ExperimentControls experiment={experiment} />}
          <ShelfControls shelf={shelf} />
          <Button onClick={() => void printWhole()}>Print</Button>
          <Button aria-pressed={seeds === "all"} onClick={() => setSeeds(seeds === "all" ? "" : "all")}>
            Every seed
          </Button>
          {hasSchedule && (
            <Button aria-pressed={stages === "shown"} onClick={() => setStages(stages === "shown" ? "hidden" : "shown")}>
              Curriculum stages
            </Button>
          )}
        </div>
      </div>
      {defaults === undefined ? (
        <Skeleton height={370} />
      ) : (
        <ChartGrid
          kind="experiment"
          project={experiment.project.id}
          arms={arms}
          runs={runs}
          bus={bus}
          defaults={defaults}
          showsSeeds={seeds === "all"}
          showsStages={stages === "shown"}
        />
      )}
      {below}
    </div>
  );
}

interface BelowCurvesProps extends ExperimentLive {
  readonly experiment: Experiment;
  /** Where others train the runs: metrics that these log, as panels. Null: the runs are ours. */
  readonly logged: string | null;
}

function BelowCurves({ experiment, runs, bus, version, logged }: BelowCurvesProps) {
  const { id, arms } = experiment;
  const isOurs = logged === null;
  const metrics = useMemo(() => (logged === null ? METRICS : panelsOf(logged)), [logged]);
  const suites = useMemo(() => suitesOf(arms.map(({ configuration }) => configuration)), [arms]);
  const proposed = useMemo(
    () => ["attributes.arm", ...configDiff(arms.map(({ configuration }) => configuration)).map(({ path }) => path), "attributes.status"],
    [arms],
  );
  const ordinalOf = useMemo(() => groupLook(arms, runs), [arms, runs]);
  return (
    <>
      <ComparisonTable experimentId={id} metrics={metrics} version={version} isEvaluated={isOurs} />
      {suites.length > 0 && (
        <SuitesPanel
          experimentId={id}
          suites={suites}
          runIds={arms.flatMap((arm) => runs.find((run) => run.arm.id === arm.id)?.id ?? [])}
          version={version}
        />
      )}
      {isOurs && <OutcomePanels experimentId={id} arms={arms} version={version} />}
      <WhenSeen height={160}>
        <GroupsPanel of={{ experimentId: id }} metrics={metrics} proposed={proposed} ordinalOf={ordinalOf} version={version} />
      </WhenSeen>
      <WhenSeen height={480}>
        <ScalarsPanel experimentId={id} metrics={metrics} version={version} isOurs={isOurs} />
      </WhenSeen>
      {isOurs && (
        <>
          <WhenSeen height={320}>
            <SchedulePanel arms={arms} runs={runs} bus={bus} />
          </WhenSeen>
          <WhenSeen height={340}>
            <SolveRatePanel arms={arms} runs={runs} bus={bus} />
          </WhenSeen>
        </>
      )}
      <ConfigPanel arms={arms} />
      <NotesPanel kind="experiment" id={id} answered={experiment} />
      <RunList arms={arms} runs={runs} />
    </>
  );
}
