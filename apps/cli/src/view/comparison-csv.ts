// Owns: a comparison as rows for a spreadsheet: the numbers of `--json`, flat. Must not know: statistics.
import type { EstimatePartsFragment } from "../client/generated/operations.ts";
import type { Comparison } from "./comparison-text.ts";
import { csvOf, type CsvCell } from "./csv.ts";

const COLUMNS = [
  "kind",
  "arm",
  "metric",
  "seed",
  "value",
  "low",
  "high",
  "n",
  "excludes_zero",
  "note",
  "scalar",
  "p",
  "p_holm",
  "bucket",
] as const;
type Row = Partial<Record<(typeof COLUMNS)[number], CsvCell>>;

/**
 * RFC 4180 with a header. kind: `estimate` (over seeds), `interquartile_mean`, `bootstrap` (over seeds, five or more), `probability_of_improvement`,
 * `problem_difference` (arm minus baseline over problems, p of McNemar's test), `seed` (one run), `difference` and `seed_difference` (arm minus baseline, matched
 * seeds), `improvement` (held-out pass@1 after minus before, over problems), `evaluation` (how arms were evaluated last, n samples a problem). `scalar`: which number of whole courses it is of, of the
 * training problems of `bucket` alone where it is there; empty where it is the last value.
 */
export function comparisonCsv({ arms, evaluations }: Comparison): string {
  const numbers = arms.flatMap(({ arm: { name: arm }, metrics, improvement, overProblems, scalars }): Row[] => [
    ...metrics.flatMap(
      ({ name: metric, estimate, perSeed, difference, interquartileMean, bootstrap, probabilityOfImprovement: chance }): Row[] => [
        { kind: "estimate", arm, metric, ...parts(estimate) },
        ...(interquartileMean == null ? [] : [{ kind: "interquartile_mean", arm, metric, value: interquartileMean, n: estimate.n }]),
        ...(bootstrap.low == null ? [] : [{ kind: "bootstrap", arm, metric, ...parts(bootstrap) }]),
        ...(chance == null ? [] : [{ kind: "probability_of_improvement", arm, metric, value: chance }]),
        ...perSeed.map(({ seed, value }): Row => ({ kind: "seed", arm, metric, seed, value })),
        ...(difference
          ? [
              {
                kind: "difference",
                arm,
                metric,
                ...parts(difference.estimate),
                excludes_zero: difference.excludesZero,
                p: difference.pValue ?? null,
                p_holm: difference.pAdjusted ?? null,
              },
              ...difference.perSeed.map(({ seed, value }): Row => ({ kind: "seed_difference", arm, metric, seed, value })),
            ]
          : []),
      ],
    ),
    ...(overProblems
      ? [
          {
            kind: "problem_difference",
            arm,
            metric: "held-out pass@1",
            ...parts(overProblems.estimate),
            excludes_zero: overProblems.excludesZero,
            p: overProblems.pValue,
            note: `McNemar: only this arm ${overProblems.onlyArm}, only the baseline ${overProblems.onlyBaseline}`,
          },
        ]
      : []),
    ...(improvement
      ? [{ kind: "improvement", arm, metric: "held-out pass@1", ...parts(improvement.estimate), excludes_zero: improvement.excludesZero }]
      : []),
    ...scalars.flatMap(({ kind: scalar, metric, bucket, estimate, perSeed, difference, note }): Row[] => [
      { kind: "estimate", scalar, arm, metric, bucket, ...parts(estimate), note: [note, estimate.note].filter(Boolean).join("; ") },
      ...perSeed.map(({ seed, value }): Row => ({ kind: "seed", scalar, arm, metric, bucket, seed, value })),
      ...(difference
        ? [
            { kind: "difference", scalar, arm, metric, bucket, ...parts(difference.estimate), excludes_zero: difference.excludesZero },
            ...difference.perSeed.map(({ seed, value }): Row => ({ kind: "seed_difference", scalar, arm, metric, bucket, seed, value })),
          ]
        : []),
    ]),
  ]);
  const rows: Row[] = [
    ...numbers,
    ...evaluations.map((one): Row => ({
      kind: "evaluation",
      arm: one.arms.join(" "),
      metric: one.suite ?? "held-out",
      n: one.samples,
      note: one.sentence,
    })),
  ];
  return csvOf(COLUMNS, rows);
}

const parts = ({ mean, low, high, n, note }: EstimatePartsFragment): Row => ({
  value: mean ?? null,
  low: low ?? null,
  high: high ?? null,
  n,
  note: note ?? null,
});
