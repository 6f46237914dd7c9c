// Owns: what each arm's schedule says over the steps, and how far its runs are in it. Must not know: samplers.
import { ArmKey } from "../../components/arm-key.tsx";
import { Panel } from "../../components/panel.tsx";
import { scheduleOf } from "../../curves/stage-rules.ts";
import { plural } from "../../format/number.ts";
import type { Experiment, ExperimentRun } from "./use-experiment-live.ts";

const BUCKETS = ["EASY", "EASY_MEDIUM", "MEDIUM", "HARD"] as const;
const named = (bucket: string): string => bucket.toLowerCase().replace("_", "-");

interface SchedulePanelProps {
  readonly arms: Experiment["arms"];
  readonly runs: readonly ExperimentRun[];
}

export function SchedulePanel({ arms, runs }: SchedulePanelProps) {
  return (
    <Panel
      title="Curricula"
      aside={
        <span className="row small muted">
          {BUCKETS.map((bucket) => (
            <span key={bucket} className="row" style={{ gap: 6 }}>
              <span className="swatch" data-bucket={bucket} aria-hidden="true" />
              {named(bucket)}
            </span>
          ))}
        </span>
      }
    >
      <div className="stack" style={{ gap: 12 }}>
        {arms.map((arm) => {
          const ofArm = runs.filter((run) => run.arm.id === arm.id);
          return (
            <div key={arm.id}>
              <div className="row spread small">
                <ArmKey ordinal={arm.ordinal} name={arm.name} />
                <span className="muted">
                  {arm.curriculum.name} v{arm.curriculum.version}
                </span>
              </div>
              <Schedule
                arm={arm}
                totalSteps={ofArm[0]?.totalSteps ?? 1}
                stepsDone={Math.max(0, ...ofArm.map(({ stepsDone }) => stepsDone))}
              />
            </div>
          );
        })}
      </div>
    </Panel>
  );
}

interface ScheduleProps {
  readonly arm: Experiment["arms"][number];
  readonly totalSteps: number;
  /** Of the run that is farthest. */
  readonly stepsDone: number;
}

/** Stages side by side as wide as they last, weights above each other; the line says how far the farthest seed is. */
function Schedule({ arm, totalSteps, stepsDone }: ScheduleProps) {
  const schedule = scheduleOf(arm.curriculum.specification);
  if (schedule === null) return <p className="small muted">No schedule: its sampler is {kindOf(arm.curriculum.specification)}.</p>;
  const end = (index: number): number => {
    const until = index < 0 ? 0 : (schedule.stages[index]?.until ?? 0);
    return Math.min(totalSteps, schedule.unit === "step" ? until : until * totalSteps);
  };
  const stages = schedule.stages.map(({ weights }, index) => {
    const shares = Object.entries(weights).map(([bucket, weight]) => [schedule.remap?.[bucket] ?? bucket, weight] as const);
    return {
      from: end(index - 1),
      to: index === schedule.stages.length - 1 ? totalSteps : end(index),
      shares: shares.filter(([, weight]) => weight > 0),
    };
  });
  const words = stages.map(({ from, to, shares }) => `steps ${Math.floor(from) + 1} to ${Math.floor(to)}: ${sharesTold(shares)}`);
  return (
    <div className="schedule" role="img" aria-label={`${plural(stages.length, "stage")}: ${words.join("; ")}`}>
      {stages.map(({ from, to, shares }, index) => (
        <div key={index} className="schedule-stage" style={{ flexGrow: to - from }} title={words[index]}>
          {BUCKETS.flatMap((bucket) => shares.filter(([name]) => name === bucket)).map(([bucket, weight]) => (
            <span key={bucket} data-bucket={bucket} style={{ flexGrow: weight }}>
              {weight >= 0.25 && <span>{named(bucket)}</span>}
            </span>
          ))}
        </div>
      ))}
      <span className="schedule-now" style={{ left: `${(100 * Math.min(stepsDone, totalSteps)) / totalSteps}%` }} />
    </div>
  );
}

const sharesTold = (shares: readonly (readonly [string, number])[]): string =>
  shares.map(([bucket, weight]) => `${named(bucket)} ${Math.round(weight * 100)}%`).join(", ");

const kindOf = (specification: unknown): string => (specification as { sampler?: { kind?: string } } | null)?.sampler?.kind ?? "unknown";
