// Owns: of each arm the difficulties that its curriculum planned to draw over those that were drawn. Must not know: samplers.
import type { PointBus } from "../../api/point-bus.ts";
import { ArmKey } from "../../components/arm-key.tsx";
import { Panel } from "../../components/panel.tsx";
import { BucketKey, ShareStrip } from "../../components/share-strip.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { Trouble } from "../../components/trouble.tsx";
import { DRAWN_BUCKETS, drawnName, misplacedShare, realisedShares, scheduledColumns, scheduledShares } from "../../curves/draw-shares.ts";
import { useCurves } from "../../curves/use-curves.ts";
import type { DataTable } from "../../download/csv.ts";
import { DownloadMenu } from "../../download/download-menu.tsx";
import type { Experiment, ExperimentRun } from "./use-experiment-live.ts";
import { stripsSvg } from "../../download/strips-svg.ts";

interface SchedulePanelProps {
  readonly arms: Experiment["arms"];
  readonly runs: readonly ExperimentRun[];
  readonly bus: PointBus;
}

const TITLE = "Scheduled against realised draws";
export const SCHEDULE_METRICS = DRAWN_BUCKETS.map(drawnName);

export function SchedulePanel({ arms, runs, bus }: SchedulePanelProps) {
  const { series, error } = useCurves(
    bus,
    runs.map(({ id }) => id),
    SCHEDULE_METRICS,
    null,
  );
  const strips = series && arms.map((arm) => stripsOf(arm, runs, (metric, runId) => series.get(metric)?.get(runId)));
  const figure = () => ({ table: tableOf(strips ?? []), svg: stripsSvg(TITLE, strips ?? []) });
  return (
    <Panel
      title={TITLE}
      aside={
        <span className="row">
          <BucketKey />
          <DownloadMenu title={TITLE} figure={figure} />
        </span>
      }
    >
      {error && <Trouble error={error} />}
      {strips === undefined ? (
        <Skeleton lines={6} />
      ) : (
        <div className="stack" style={{ gap: 16 }}>
          {strips.map(({ arm, plan, drawn, misplaced, totalSteps, sampler }) => (
            <div key={arm.id} data-schedule={arm.name}>
              <div className="row spread small">
                <ArmKey ordinal={arm.ordinal} name={arm.name} />
                <span className="muted">
                  {arm.curriculum.name} v{arm.curriculum.version}
                  {misplaced !== null && ` · ${(100 * misplaced).toFixed(1)}% of the draws so far elsewhere than scheduled`}
                </span>
              </div>
              <div className="strip-rows small muted">
                <span>planned</span>
                {plan === null ? (
                  <span>nothing: its sampler, {sampler}, decides as it goes</span>
                ) : (
                  <ShareStrip label={`Planned draws of ${arm.name} by bucket`} columns={plan} totalSteps={totalSteps} height={26} />
                )}
                <span>drawn</span>
                {drawn.length === 0 ? (
                  <span>nothing yet</span>
                ) : (
                  <ShareStrip label={`Draws of ${arm.name} by bucket, all seeds`} columns={drawn} totalSteps={totalSteps} height={40} />
                )}
              </div>
            </div>
          ))}
        </div>
      )}
    </Panel>
  );
}

export type ArmStrips = ReturnType<typeof stripsOf>;
type SeriesOf = (
  metric: string,
  runId: string,
) => Parameters<typeof realisedShares>[0][number] extends ReadonlyMap<string, infer Series> ? Series | undefined : never;

function stripsOf(arm: Experiment["arms"][number], runs: readonly ExperimentRun[], seriesOf: SeriesOf) {
  const ofArm = runs.filter((run) => run.arm.id === arm.id);
  const totalSteps = Math.max(1, ...ofArm.map((run) => run.totalSteps));
  const seeds = ofArm.map(
    ({ id }) =>
      new Map(
        DRAWN_BUCKETS.flatMap((bucket) => {
          const series = seriesOf(drawnName(bucket), id);
          return series === undefined ? [] : [[bucket, series] as const];
        }),
      ),
  );
  const drawn = realisedShares(seeds, totalSteps);
  const shareAt = scheduledShares(arm.curriculum.specification, totalSteps);
  const planned = shareAt && scheduledColumns(shareAt, drawn);
  return {
    arm,
    totalSteps,
    drawn,
    plan: shareAt && scheduledColumns(shareAt, evenColumns(totalSteps)),
    planned,
    misplaced: planned && misplacedShare(planned, drawn),
    sampler: (arm.curriculum.specification as { sampler?: { kind?: string } } | null)?.sampler?.kind ?? "unknown",
  };
}

const evenColumns = (totalSteps: number) => {
  const count = Math.min(totalSteps, 100);
  return Array.from({ length: count }, (_, at) => ({
    fromStep: Math.floor((at * totalSteps) / count) + 1,
    toStep: Math.floor(((at + 1) * totalSteps) / count),
    shares: {},
  }));
};

const tableOf = (strips: readonly ArmStrips[]): DataTable => ({
  columns: ["arm", "from step", "to step", "bucket", "scheduled", "realised"],
  rows: strips.flatMap(({ arm, drawn, planned }) =>
    drawn.flatMap(({ fromStep, toStep, shares }, at) =>
      DRAWN_BUCKETS.filter((bucket) => bucket in shares || bucket in (planned?.[at]?.shares ?? {})).map((bucket) => [
        arm.name,
        fromStep,
        toStep,
        bucket,
        planned === null ? null : (planned[at]?.shares[bucket] ?? 0),
        shares[bucket] ?? 0,
      ]),
    ),
  ),
});
