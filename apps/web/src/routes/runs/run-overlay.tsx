// Owns: the curves of chosen runs over one another, each its own line, live where they train. Must not know: how they were chosen.
import { memo, useMemo, useState } from "react";
import { PointBus } from "../../api/point-bus.ts";
import { ChartGrid } from "../../curves/chart-grid.tsx";
import { useRunPoints } from "../../curves/use-run-points.ts";
import { useShownMetrics } from "../../curves/use-shown-metrics.ts";
import { panelsText } from "../../curves/workspace.ts";
import { nameOf } from "./run-columns.ts";
import type { ListedRun } from "./run-columns.ts";

const ENDED = new Set(["COMPLETED", "FAILED", "CANCELLED"]);
/** More than these are drawn as they were when the page was opened. */
const MOST_LIVE = 20;

interface RunOverlayProps {
  readonly runs: readonly ListedRun[];
  /** By run id: which look its line has. */
  readonly ordinals: ReadonlyMap<string, number>;
  readonly metric: string;
}

/** Made anew only where the chosen runs or the metric change: the table beside it is searched and sorted. */
export const RunOverlay = memo(function RunOverlay({ runs, ordinals, metric }: RunOverlayProps) {
  const [bus] = useState(() => new PointBus());
  const { arms, drawn } = useMemo(
    () => ({
      arms: runs.map((run) => ({ id: run.id, ordinal: ordinals.get(run.id) ?? 0, name: nameOf(run), curriculum: { specification: null } })),
      drawn: runs.map(({ id, seed, totalSteps }) => ({ id, seed, totalSteps, arm: { id } })),
    }),
    [runs, ordinals],
  );
  const defaults = panelsText([metric]);
  const names = useShownMetrics(defaults);
  const live = runs.filter(({ status }) => !ENDED.has(status));
  return (
    <>
      {live.slice(0, MOST_LIVE).map((run) => (
        <Follower key={run.id} run={run} bus={bus} names={names} />
      ))}
      {live.length > MOST_LIVE && (
        <p className="small muted">
          {MOST_LIVE} of {live.length} runs that train are live here.
        </p>
      )}
      <ChartGrid kind="runs" arms={arms} runs={drawn} bus={bus} defaults={defaults} showsSeeds={false} showsStages={false} />
    </>
  );
});

function Follower({ run, bus, names }: { readonly run: ListedRun; readonly bus: PointBus; readonly names: readonly string[] }) {
  useRunPoints(bus, run.id, run.cursor, names);
  return null;
}
