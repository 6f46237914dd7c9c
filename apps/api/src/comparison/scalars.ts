// Owns: what a run's whole course comes to in single numbers, over seeds and against the baseline. Must not know: SQL, how arms are chosen.
import { setImmediate } from "node:timers/promises";
import { BUCKETS } from "@gradus/domain";
import type { Bucket } from "@gradus/domain";
import { best, cumulativeSolveRate, firstReach, fitSigmoid, mean, meanHeight } from "@gradus/domain/statistics";
import type { Curve } from "@gradus/domain/statistics";
import type { SolvedGroupRow, TrainingProblems } from "@gradus/prisma/reading/solve-reader";
import type { RunRow } from "@gradus/prisma/rows";
import type { ComparedScalar, ScalarKind } from "../generated/schema-types.ts";
import { matchedDifference, overSeeds } from "./estimate.ts";
import { meanBySeed } from "./run-values.ts";

/** What is known of a run's course. */
export interface Course {
  /** Metric -> finite points by rising step. */
  readonly curves: ReadonlyMap<string, Curve>;
  readonly solved: readonly SolvedGroupRow[];
  /** How many problems of which difficulty it trains on; empty where nobody knows. */
  readonly problems: readonly TrainingProblems[];
}

interface Scalar {
  readonly value: number;
  readonly note?: string | null;
}
interface ScalarOfRun {
  readonly kind: ScalarKind;
  /** Null for a scalar of the run itself. */
  readonly metric: string | null;
  /** Of the problems of this difficulty alone. */
  readonly bucket?: Bucket;
  readonly of: (course: Course) => Scalar | null;
  /** Said of seeds without a value. */
  readonly absent: string;
}

const MOST_FITTED = 512;
const fits = new WeakMap<Curve, ReturnType<typeof fitSigmoid>>();

/** The saturating curve is fitted from the first point, which is step 0 where the run was evaluated before training, to means of neighbours. */
function sigmoidOf(curve: Curve): ReturnType<typeof fitSigmoid> {
  const known = fits.get(curve);
  if (known !== undefined) return known;
  const [first, ...rest] = curve;
  const width = Math.ceil(rest.length / MOST_FITTED);
  const places = [...Map.groupBy(rest.keys(), (at) => Math.floor(at / width)).values()].map((at) => ({
    x: mean(at.map((i) => rest[i]!.x)),
    y: mean(at.map((i) => rest[i]!.y)),
  }));
  const fit = first === undefined ? null : fitSigmoid(places, first.y);
  fits.set(curve, fit);
  return fit;
}

const ofCurve = (metric: string, scalar: (curve: Curve) => Scalar | number | null) => (course: Course) => {
  const found = scalar(course.curves.get(metric) ?? []);
  return typeof found === "number" ? { value: found } : found;
};

const FITTED: ReadonlySet<ScalarKind> = new Set(["SIGMOID_ASYMPTOTE", "SIGMOID_EXPONENT", "SIGMOID_MIDPOINT"]);

const sigmoid = (metric: string, kind: ScalarKind, part: "asymptote" | "exponent" | "midpoint"): ScalarOfRun => ({
  kind,
  metric,
  of: ofCurve(metric, (curve) => {
    const fit = sigmoidOf(curve);
    return fit === null || !Number.isFinite(fit[part]) ? null : { value: fit[part], note: fit.note };
  }),
  absent: "fewer than five points, or nothing moves: no fit",
});

const isIn =
  (bucket: Bucket | undefined) =>
  (one: { readonly bucket: Bucket | null }): boolean =>
    bucket === undefined || one.bucket === bucket;

const solveRate = (kind: ScalarKind, reading: "ofAttempts" | "ofProblems", bucket?: Bucket): ScalarOfRun => ({
  kind,
  metric: null,
  ...(bucket === undefined ? {} : { bucket }),
  of: ({ solved, problems }) => {
    const count = problems.filter(isIn(bucket)).reduce((sum, one) => sum + one.problems, 0);
    if (count === 0 || solved.length === 0) return null;
    const last = cumulativeSolveRate(solved.filter(isIn(bucket)), count).at(-1);
    // Of problems that were never drawn none was solved, and no attempt was made.
    if (last === undefined) return reading === "ofProblems" ? { value: 0 } : null;
    return { value: last[reading] };
  },
  absent: bucket === undefined ? "no finished group, or no problem set" : "no problem of this difficulty was drawn, or there is none",
});

const scalarsOf = (metrics: readonly string[], threshold: number | null, buckets: readonly Bucket[]): ScalarOfRun[] => [
  ...metrics.flatMap((metric): ScalarOfRun[] => [
    { kind: "FINAL", metric, of: ofCurve(metric, (curve) => curve.at(-1)?.y ?? null), absent: "no point" },
    { kind: "BEST", metric, of: ofCurve(metric, (curve) => best(curve)?.y ?? null), absent: "no point" },
    { kind: "AREA", metric, of: ofCurve(metric, meanHeight), absent: "fewer than two points" },
    ...(threshold === null
      ? []
      : [
          {
            kind: "STEPS_TO_THRESHOLD" as const,
            metric,
            of: ofCurve(metric, (curve) => firstReach(curve, threshold)),
            absent: `never reached ${threshold}: the mean is over the others and too low`,
          },
        ]),
    sigmoid(metric, "SIGMOID_ASYMPTOTE", "asymptote"),
    sigmoid(metric, "SIGMOID_EXPONENT", "exponent"),
    sigmoid(metric, "SIGMOID_MIDPOINT", "midpoint"),
  ]),
  solveRate("SOLVE_RATE_OF_ATTEMPTS", "ofAttempts"),
  solveRate("SOLVE_RATE_OF_PROBLEMS", "ofProblems"),
  ...buckets.flatMap((bucket) => [
    solveRate("SOLVE_RATE_OF_ATTEMPTS", "ofAttempts", bucket),
    solveRate("SOLVE_RATE_OF_PROBLEMS", "ofProblems", bucket),
  ]),
];

export interface ArmCourse {
  readonly name: string;
  readonly runs: readonly Pick<RunRow, "id" | "seed">[];
}

interface ScalarsToCompare {
  readonly metrics: readonly string[];
  readonly threshold: number | null;
  /** Null: all. */
  readonly kinds: readonly ScalarKind[] | null;
}

/** A fit may take half a second, and hundreds are asked for at once: others of this process have their turn between two of them. */
async function fitAhead(courses: ReadonlyMap<string, Course>): Promise<void> {
  for (const { curves } of courses.values())
    for (const curve of curves.values()) {
      sigmoidOf(curve);
      await setImmediate();
    }
}

/** For each arm every scalar, in one order; one that no seed has a value of has n = 0. */
export async function compareScalars(
  arms: readonly ArmCourse[],
  baseline: string | null,
  courses: ReadonlyMap<string, Course>,
  { metrics, threshold, kinds }: ScalarsToCompare,
): Promise<Map<string, ComparedScalar[]>> {
  const trainedOn = new Set([...courses.values()].flatMap(({ problems }) => problems.map(({ bucket }) => bucket)));
  const asked = scalarsOf(
    metrics,
    threshold,
    BUCKETS.filter((bucket) => trainedOn.has(bucket)),
  ).filter(({ kind }) => kinds === null || kinds.includes(kind));
  if (asked.some(({ kind }) => FITTED.has(kind))) await fitAhead(courses);
  const measured = new Map(arms.map((arm) => [arm.name, asked.map((scalar) => perSeed(scalar, arm, courses))]));
  return new Map(
    arms.map(({ name, runs }) => [
      name,
      asked.map(({ kind, metric, bucket = null, absent }, at): ComparedScalar => {
        const own = measured.get(name)![at]!;
        const against = baseline === null || name === baseline ? undefined : measured.get(baseline)?.[at];
        return {
          kind,
          metric,
          bucket,
          estimate: overSeeds([...meanBySeed(own).values()]),
          perSeed: own.map(({ seed, runId, value }) => ({ seed, runId, value })),
          difference:
            against === undefined
              ? null
              : matchedDifference(
                  [kind, ...(metric === null ? [] : [`of ${metric}`]), ...(bucket === null ? [] : [`on ${bucket}`])].join(" "),
                  { name: baseline!, values: meanBySeed(against) },
                  { name, values: meanBySeed(own) },
                ),
          note: noteOf(own, runs, absent),
        };
      }),
    ]),
  );
}

interface SeedScalar extends Scalar {
  readonly seed: number;
  readonly runId: string;
}

const perSeed = ({ of }: ScalarOfRun, { runs }: ArmCourse, courses: ReadonlyMap<string, Course>): SeedScalar[] =>
  runs.flatMap(({ id, seed }) => {
    const scalar = courses.has(id) ? of(courses.get(id)!) : null;
    return scalar === null ? [] : [{ seed, runId: id, ...scalar }];
  });

function noteOf(own: readonly SeedScalar[], runs: ArmCourse["runs"], absent: string): string | null {
  const all = `${runs.length} ${new Set(runs.map(({ seed }) => seed)).size === runs.length ? "seeds" : "runs"}`;
  const notes = [...Map.groupBy(own, ({ note }) => note ?? "")].filter(([note]) => note !== "");
  const said = [
    ...(own.length < runs.length ? [`${runs.length - own.length} of ${all}: ${absent}`] : []),
    ...notes.map(([note, members]) => `${members.length} of ${all}: ${note}`),
  ];
  return said.length === 0 ? null : said.join("; ");
}
