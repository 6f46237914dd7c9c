// Owns: a run as it is now, from a subscription of its events and one of the points that are shown, both behind the page's own answer.
// Must not know: how it is shown.
import { useEffect, useRef, useState } from "react";
import { useFollow } from "../../api/follow.ts";
import { oncePerFrame } from "../../api/next-frame.ts";
import { PointBus } from "../../api/point-bus.ts";
import { useRunPoints } from "../../curves/use-run-points.ts";
import type { RunEventsSubscription, RunQuery } from "../../generated/graphql.ts";
import { RUN_EVENTS } from "./run-query.ts";

export type Run = NonNullable<RunQuery["run"]>;
export type LiveEvent = RunEventsSubscription["runEvents"];
type Patch = Partial<Pick<Run, "status" | "stepsDone" | "totalSteps" | "policyVersion" | "leaseEpoch">> & {
  readonly cause?: string | null;
};

export interface RunLive {
  readonly run: Run;
  readonly bus: PointBus;
  /** The newest last, metric points left out; at most 400. */
  readonly events: readonly LiveEvent[];
  /** Rises with every stage that ends: what is known of the current step is old. */
  readonly stagesEnded: number;
}

const MOST_EVENTS = 400;

/** `fromBeginning`: the run's whole story goes by, not only what happens from now on. `metrics`: those that charts show. */
export function useRunLive(answered: Run, fromBeginning: boolean, metrics: readonly string[]): RunLive {
  const [bus] = useState(() => new PointBus());
  useRunPoints(bus, answered.id, answered.cursor, metrics);
  const [state, setState] = useState<{ patch: Patch; events: readonly LiveEvent[]; stagesEnded: number }>({
    patch: {},
    events: [],
    stagesEnded: 0,
  });
  const waiting = useRef<LiveEvent[]>([]);
  const [show] = useState(() =>
    oncePerFrame(() => {
      const news = waiting.current;
      waiting.current = [];
      setState(({ patch, events, stagesEnded }) => ({
        patch: news.reduce(patched, patch),
        events: [...events, ...news].slice(-MOST_EVENTS),
        stagesEnded:
          stagesEnded + news.filter(({ event }) => event.__typename === "StageEnded" || event.__typename === "StepCompleted").length,
      }));
    }),
  );
  useEffect(() => show.cancel, [show]);
  useEffect(() => setState((before) => ({ ...before, events: [] })), [fromBeginning]);

  useFollow(RUN_EVENTS, { runId: answered.id, after: fromBeginning ? null : answered.cursor }, (data) => data.runEvents, {
    onItem(item) {
      if (item.event.__typename === "MetricsRecorded") return;
      waiting.current.push(item);
      show();
    },
    onExpired: () => location.reload(),
  });
  return { run: { ...answered, ...state.patch }, bus, events: state.events, stagesEnded: state.stagesEnded };
}

function patched(patch: Patch, { event }: LiveEvent): Patch {
  switch (event.__typename) {
    case "StatusChanged":
      return { ...patch, status: event.status, cause: event.cause ?? null };
    case "StepCompleted":
      return { ...patch, stepsDone: event.step, policyVersion: event.policyVersion };
    case "StepsChanged":
      return { ...patch, totalSteps: event.totalSteps };
    case "LeaseGranted":
      return { ...patch, leaseEpoch: event.epoch };
    default:
      return patch;
  }
}
