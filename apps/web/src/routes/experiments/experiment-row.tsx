// Owns: one experiment in the list, live while it runs. Must not know: other rows.
import { useEffect, useState } from "react";
import { Link } from "wouter";
import { useFollow } from "../../api/follow.ts";
import { useAnswer } from "../../api/use-answer.ts";
import { ArmKey } from "../../components/arm-key.tsx";
import { EstimateText } from "../../components/estimate-text.tsx";
import { Instant } from "../../components/instant.tsx";
import { ProgressBar } from "../../components/progress-bar.tsx";
import { StatusBadge } from "../../components/status-badge.tsx";
import type { ExperimentsQuery } from "../../generated/graphql.ts";
import { bestArm } from "./best-pass-rate.ts";
import type { EvaluatedPlace } from "./best-pass-rate.ts";
import { tagsOf } from "./experiment-columns.ts";
import { EXPERIMENT_NEWS, PASS_RATES } from "./experiments-query.ts";
import { SparkLine } from "./spark-line.tsx";

type Experiment = ExperimentsQuery["experiments"]["nodes"][number];
const ENDED = new Set(["COMPLETED", "FAILED", "CANCELLED"]);

interface ExperimentRowProps {
  readonly experiment: Experiment;
  /** Names of those that are shown. */
  readonly columns: ReadonlySet<string>;
  /** Its best pass@1 is known now, or another. */
  readonly onBest: (id: string, mean: number) => void;
  /** `key=value`. */
  readonly onTag: (tag: string) => void;
}

export function ExperimentRow({ experiment, columns, onBest, onTag }: ExperimentRowProps) {
  const { id, name, question, createdAt, arms, runs, cursor } = experiment;
  const [newStatus, setNewStatus] = useState<Experiment["status"]>();
  const status = newStatus ?? experiment.status;
  const rates = useAnswer(PASS_RATES, { runIds: runs.map((run) => run.id) });
  const [stepsDone, setStepsDone] = useState<ReadonlyMap<string, number>>(new Map());
  const [evaluated, setEvaluated] = useState<ReadonlyMap<string, readonly EvaluatedPlace[]>>(new Map());
  useFollow(EXPERIMENT_NEWS, ENDED.has(status) ? null : { experimentId: id, after: cursor }, (data) => data.experimentEvents, {
    onItem: ({ runId, event }) => {
      if (event.__typename === "ExperimentStatusChanged") setNewStatus(event.experimentStatus);
      if (runId === null) return;
      if (event.__typename === "StepCompleted") setStepsDone((before) => new Map(before).set(runId, event.step));
      if (event.__typename === "EvaluationCompleted" && event.suite == null)
        setEvaluated((before) => new Map(before).set(runId, [...(before.get(runId) ?? []), { step: event.step, value: event.passAt1 }]));
    },
    onExpired: rates.reload,
  });
  const places = new Map(
    runs.map((run) => {
      const answered = rates.data?.metricSeries.find(({ runId }) => runId === run.id)?.buckets ?? [];
      const known = answered.flatMap(({ toStep, last }) => (typeof last === "number" ? [{ step: toStep, value: last }] : []));
      const news = (evaluated.get(run.id) ?? []).filter(({ step }) => step > (known.at(-1)?.step ?? -1));
      return [run.id, [...known, ...news]] as const;
    }),
  );
  const best = bestArm(runs, places);
  const mean = best?.estimate.mean;
  useEffect(() => {
    if (mean !== undefined) onBest(id, mean);
  }, [id, mean, onBest]);
  const arm = arms.find((one) => one.id === best?.armId);
  const seeds = new Set(runs.map(({ seed }) => seed)).size;
  return (
    <tr>
      <td style={{ minWidth: 180 }}>
        <Link href={`/experiments/${encodeURIComponent(id)}`}>
          <strong>{name}</strong>
        </Link>
        <div className="muted small">{question}</div>
      </td>
      {columns.has("status") && (
        <td>
          <StatusBadge status={status} />
        </td>
      )}
      {columns.has("arms") && (
        <td className="wide-only" style={{ whiteSpace: "nowrap" }}>
          {arms.length} × {seeds}
        </td>
      )}
      {columns.has("steps") && (
        <td>
          <ProgressBar
            label={`Steps of ${name}`}
            done={runs.reduce((sum, run) => sum + Math.max(run.stepsDone, stepsDone.get(run.id) ?? 0), 0)}
            total={runs.reduce((sum, run) => sum + run.totalSteps, 0)}
          />
        </td>
      )}
      {columns.has("best") && (
        <td>
          {best && arm ? (
            <div className="row" style={{ flexWrap: "nowrap", alignItems: "start" }}>
              <div>
                <EstimateText estimate={{ ...best.estimate, note: null }} />
                <div className="small">
                  <ArmKey ordinal={arm.ordinal} name={arm.name} />
                </div>
              </div>
              <SparkLine arms={arms} runs={runs} places={places} />
            </div>
          ) : (
            <span className="muted">–</span>
          )}
        </td>
      )}
      {columns.has("tags") && (
        <td className="wide-only">
          {tagsOf(experiment).map((tag) => (
            <button key={tag} type="button" className="tag" title="Only experiments with this tag" onClick={() => onTag(tag)}>
              {tag}
            </button>
          ))}
        </td>
      )}
      {columns.has("created") && (
        <td className="muted wide-only" style={{ whiteSpace: "nowrap" }}>
          <Instant at={createdAt} />
        </td>
      )}
    </tr>
  );
}
