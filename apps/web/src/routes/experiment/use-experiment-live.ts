// Owns: an experiment's runs as they are now, from one subscription behind the page's own answer, with the points of the metrics that are shown and
// no others. Must not know: how they are shown.
import { useMemo, useRef, useState } from "react";
import { useFollow } from "../../api/follow.ts";
import { PointBus } from "../../api/point-bus.ts";
import type { ExperimentQuery } from "../../generated/graphql.ts";
import { EXPERIMENT_EVENTS } from "./experiment-query.ts";

export type Experiment = NonNullable<ExperimentQuery["experiment"]>;
export type ExperimentRun = Experiment["runs"][number];
type Patch = Partial<Pick<ExperimentRun, "status" | "stepsDone" | "totalSteps" | "policyVersion">> & { readonly cause?: string | null };

export interface ExperimentLive {
  readonly runs: readonly ExperimentRun[];
  readonly bus: PointBus;
  /** Rises when something that a comparison is made of has changed, at most every two seconds. */
  readonly version: number;
}

const PAUSE_MS = 2_000;

/** `metrics`: those that charts show. Another choice of them goes on where the one before was. */
export function useExperimentLive(experiment: Experiment, metrics: readonly string[], reload: () => void): ExperimentLive {
  const [bus] = useState(() => new PointBus());
  // The first answer's place, and then the last event's: a newer answer's would skip what is on its way.
  const reached = useRef(experiment.cursor);
  const names = JSON.stringify([...new Set(metrics)].sort());
  const variables = useMemo(
    () => ({ experimentId: experiment.id, names: JSON.parse(names) as string[], after: reached.current }),
    [experiment.id, names],
  );
  const [patches, setPatches] = useState<ReadonlyMap<string, Patch>>(new Map());
  const [version, setVersion] = useState(0);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const changed = (): void => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      setVersion((before) => before + 1);
    }, PAUSE_MS);
  };
  const patch = (runId: string, news: Patch): void => {
    setPatches((before) => new Map(before).set(runId, { ...before.get(runId), ...news }));
    changed();
  };
  useFollow(EXPERIMENT_EVENTS, variables, (data) => data.experimentEvents, {
    onItem({ cursor, runId, event }) {
      reached.current = cursor;
      // The experiment's own: its state and its times are asked for anew.
      if (runId === null) return reload();
      switch (event.__typename) {
        case "StatusChanged":
          patch(runId, { status: event.status, cause: event.cause ?? null });
          // The answer has a run's times, and a run that was forked meanwhile.
          return reload();
        case "StepCompleted":
          return patch(runId, { stepsDone: event.step, policyVersion: event.policyVersion });
        case "StepsChanged":
          return patch(runId, { totalSteps: event.totalSteps });
        case "EvaluationCompleted":
          return changed();
        case "MetricsRecorded":
          bus.publish(runId, event.points);
      }
    },
    onExpired: () => location.reload(),
  });
  const runs = useMemo(() => experiment.runs.map((run) => ({ ...run, ...patches.get(run.id) })), [experiment.runs, patches]);
  return { runs, bus, version };
}
