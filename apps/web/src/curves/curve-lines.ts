// Owns: a metric's folded series as the lines of a chart: arms' means with bands, seeds behind them, on any axis; and lines smoothed.
// Must not know: charts' looks beyond an arm's.
import { armLook } from "../arms/arm-look.ts";
import type { ChartLine } from "../components/chart-data.ts";
import { armCurve, commonWidth } from "../statistics/arm-curve.ts";
import type { FoldedSeries } from "../statistics/folded-series.ts";
import { exponentialAverage } from "../statistics/smooth.ts";
import { meanOverSeeds, meansBySeed } from "../statistics/t-interval.ts";

/** An arm as far as curves need it. */
export interface CurveArm {
  readonly id: string;
  readonly ordinal: number;
  readonly name: string;
  readonly configuration?: unknown;
  readonly curriculum: { readonly specification: unknown };
}

export interface CurveRun {
  readonly id: string;
  readonly seed: number;
  readonly totalSteps: number;
  readonly arm: { readonly id: string };
}

export interface LineOptions {
  readonly showsSeeds: boolean;
  /** Where a step of a run lies on the x-axis; null where that is not known. Absent: steps are the axis. */
  readonly placeOf?: ((runId: string, step: number) => number | null) | undefined;
  /** Run id -> value before its first step, where no point of it has that. */
  readonly before?: ReadonlyMap<string, number> | undefined;
}

export function curveLines(
  arms: readonly CurveArm[],
  runs: readonly CurveRun[],
  series: ReadonlyMap<string, FoldedSeries>,
  { showsSeeds, placeOf, before = new Map() }: LineOptions,
): ChartLine[] {
  const width = commonWidth(runs.flatMap(({ id }) => series.get(id) ?? []));
  return arms.flatMap(({ id, ordinal, name }) => {
    const look = armLook(ordinal);
    const ofArm = runs.filter(({ arm }) => arm.id === id);
    const bySeed = [...Map.groupBy(ofArm, ({ seed }) => seed).values()].map((of) => of.flatMap((run) => series.get(run.id) ?? []));
    const trained = armCurve(
      bySeed.filter((of) => of.length > 0),
      width,
    );
    const start = meanOverSeeds(
      meansBySeed(
        ofArm.flatMap(({ id: runId, seed }) => {
          const value = before.get(runId);
          return value === undefined ? [] : [{ seed, value }];
        }),
      ),
    );
    const isFirst = start !== null && (trained[0]?.step ?? width) >= width;
    // One measurement that seeds share has no interval over seeds.
    const places = isFirst ? [{ ...start, step: 0, low: null, high: null }, ...trained] : trained;
    const placed = onAxis(places, placeOf && ((step) => meanOf(ofArm.map((run) => placeOf(run.id, step)))));
    const mean: ChartLine = {
      key: id,
      label: name,
      ...look,
      ...placed.axis,
      y: placed.kept.map(({ mean }) => mean),
      // One seed has no interval: a band of nothing would cost two lines.
      ...(placed.kept.some(({ low }) => low !== null) && {
        low: placed.kept.map(({ low }) => low),
        high: placed.kept.map(({ high }) => high),
      }),
      // A run that stands for itself, over others, is no mean of seeds.
      ...(ofArm[0]?.id !== id && { n: placed.kept.map(({ n }) => n) }),
    };
    const seeds = (showsSeeds ? ofArm : []).map((run): ChartLine => {
      const means = series.get(run.id)?.means(width) ?? [];
      const began = isFirst ? before.get(run.id) : undefined;
      const own = onAxis(began === undefined ? means : [{ step: 0, mean: began }, ...means], placeOf && ((step) => placeOf(run.id, step)));
      return { key: run.id, label: `${name} seed ${run.seed}`, ...look, faint: true, ...own.axis, y: own.kept.map(({ mean }) => mean) };
    });
    return [...seeds, mean];
  });
}

/** What was measured stays, faint; an interval of the raw means is no interval of the smoothed ones and is left out. */
export const smoothed = (lines: readonly ChartLine[], weight: number): readonly ChartLine[] =>
  weight === 0
    ? lines
    : lines.flatMap((line): ChartLine[] => {
        if (line.faint) return [line];
        const { low: _low, high: _high, n: _n, ...bare } = line;
        return [
          { ...bare, key: `${line.key} raw`, faint: true },
          { ...bare, label: `${line.label}, EMA ${weight}`, y: exponentialAverage(line.y, weight) },
        ];
      });

interface Placed<Place> {
  readonly kept: readonly Place[];
  readonly axis: { readonly x: number[]; readonly steps?: number[] };
}

function onAxis<Place extends { readonly step: number }>(
  places: readonly Place[],
  placeOf: ((step: number) => number | null) | undefined,
): Placed<Place> {
  if (placeOf === undefined) return { kept: places, axis: { x: places.map(({ step }) => step) } };
  // Where a slower seed ends, the mean of the others lies further back: a line never turns round.
  let furthest = -Infinity;
  const at = places.flatMap((place) => {
    const x = placeOf(place.step);
    return x === null ? [] : [{ place, x: (furthest = Math.max(furthest, x)) }];
  });
  return { kept: at.map(({ place }) => place), axis: { x: at.map(({ x }) => x), steps: at.map(({ place }) => place.step) } };
}

function meanOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}
