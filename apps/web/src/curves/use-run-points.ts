// Owns: the live points of one run, of the metrics that are shown and no others: a run may log thousands of names. Must not know: charts.
import { useMemo, useRef } from "react";
import { useFollow } from "../api/follow.ts";
import type { PointBus } from "../api/point-bus.ts";
import { RUN_POINTS } from "./curves-query.ts";

/** `cursor`: as the run was answered. Another choice of metrics goes on where the one before was. */
export function useRunPoints(bus: PointBus, runId: string, cursor: string, metrics: readonly string[]): void {
  const reached = useRef(cursor);
  const names = JSON.stringify([...new Set(metrics)].sort());
  const variables = useMemo(
    () => ({ runId, names: JSON.parse(names) as string[], after: reached.current }),
    // A newer answer's cursor would skip what is on its way.
    [runId, names],
  );
  useFollow(RUN_POINTS, metrics.length === 0 ? null : variables, (data) => data.metricPoints, {
    onItem({ cursor: place, points }) {
      reached.current = place;
      bus.publish(runId, points);
    },
    onExpired: () => location.reload(),
  });
}
