// Owns: of each arm the share of all rollouts so far that passed, in all or of one difficulty. Must not know: how series are folded.
import { useMemo } from "react";
import type { PointBus } from "../../api/point-bus.ts";
import { armLook } from "../../arms/arm-look.ts";
import { Chart } from "../../components/chart.tsx";
import type { ChartLine } from "../../components/chart-data.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { Panel } from "../../components/panel.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { Trouble } from "../../components/trouble.tsx";
import { BUCKETS, bucketName } from "../../curves/buckets.ts";
import { drawnName } from "../../curves/draw-shares.ts";
import { useCurves } from "../../curves/use-curves.ts";
import { chartSvg, chartTable } from "../../download/chart-svg.ts";
import { DownloadMenu } from "../../download/download-menu.tsx";
import { cumulativeRate } from "../../statistics/cumulative-rate.ts";
import { meanOverSeeds, meansBySeed } from "../../statistics/t-interval.ts";
import { useUrlState } from "../../url/use-url-state.ts";
import type { Experiment, ExperimentRun } from "./use-experiment-live.ts";

interface SolveRatePanelProps {
  readonly arms: Experiment["arms"];
  readonly runs: readonly ExperimentRun[];
  readonly bus: PointBus;
}

const ALL = [...BUCKETS, "NONE"] as const;
const rateName = (bucket: string): string => `train/pass_rate/${bucket}`;
export const SOLVE_RATE_METRICS = ALL.flatMap((bucket) => [rateName(bucket), drawnName(bucket)]);

export function SolveRatePanel({ arms, runs, bus }: SolveRatePanelProps) {
  const [bucket, setBucket] = useUrlState("solve", "all");
  const { series, error } = useCurves(
    bus,
    runs.map(({ id }) => id),
    SOLVE_RATE_METRICS,
    null,
  );
  const structure = runs.map(({ id }) => id).join("|");
  const lines = useMemo(() => {
    if (series === undefined) return undefined;
    const of = (metric: string, runId: string) => series.get(metric)?.get(runId);
    const width = Math.max(1, ...[...series.values()].flatMap((byRun) => [...byRun.values()].map((one) => one.width)));
    return arms.map((arm): ChartLine => {
      const ofRuns = runs
        .filter((run) => run.arm.id === arm.id)
        .map(({ id, seed }) => {
          const parts = ALL.filter((one) => bucket === "all" || one === bucket).flatMap((one) => {
            const [rate, weight] = [of(rateName(one), id), of(drawnName(one), id)];
            return rate === undefined || weight === undefined ? [] : [{ rate, weight }];
          });
          return { seed, rates: new Map(cumulativeRate(parts, width).map(({ step, value }) => [step, value])) };
        });
      const steps = [...new Set(ofRuns.flatMap(({ rates }) => [...rates.keys()]))].sort((a, b) => a - b);
      const places = steps.map((step) =>
        meanOverSeeds(
          meansBySeed(
            ofRuns.flatMap(({ seed, rates }) => {
              const value = rates.get(step);
              return value === undefined ? [] : [{ seed, value }];
            }),
          ),
        ),
      );
      return {
        key: arm.id,
        label: arm.name,
        ...armLook(arm.ordinal),
        x: steps,
        y: places.map((place) => place?.mean ?? null),
        low: places.map((place) => place?.low ?? null),
        high: places.map((place) => place?.high ?? null),
        n: places.map((place) => place?.n ?? 0),
      };
    });
  }, [series, bucket, arms, structure]);
  const title = `Cumulative solve rate, ${bucket === "all" ? "all difficulties" : bucketName(bucket)}`;
  const until = Math.max(1, ...runs.map(({ totalSteps }) => totalSteps));
  const figure = () => {
    const chart = { title, xName: "step", lines: lines ?? [], rules: [], range: null, until, isLog: false };
    return { table: chartTable(chart), svg: chartSvg(chart) };
  };
  return (
    <Panel
      title="Cumulative solve rate"
      aside={
        <span className="row">
          <label className="row small muted">
            Of
            <select value={bucket} onChange={({ target }) => setBucket(target.value)}>
              <option value="all">all difficulties</option>
              {BUCKETS.map((one) => (
                <option key={one} value={one}>
                  {bucketName(one)}
                </option>
              ))}
            </select>
          </label>
          <DownloadMenu title={title} figure={figure} />
        </span>
      }
    >
      {error && <Trouble error={error} />}
      {lines === undefined ? (
        <Skeleton height={262} />
      ) : lines.every(({ x }) => x.length === 0) ? (
        <EmptyState title="No rollout of this difficulty yet." />
      ) : (
        <>
          <Chart
            label={`${title} by arm: mean over seeds and 95% interval`}
            lines={lines}
            until={until}
            bounds={[0, 1]}
            height={240}
            syncKey="curves step"
          />
          <p className="small muted">Passing share of all training rollouts up to each step, each step weighted by its groups.</p>
        </>
      )}
    </Panel>
  );
}
