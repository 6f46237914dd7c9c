// Owns: a comparison as rows for a spreadsheet: the numbers of `--json`, flat. Must not know: statistics.
import type { EstimatePartsFragment } from "../client/generated/operations.ts";
import type { Comparison } from "./comparison-text.ts";

const COLUMNS = ["kind", "arm", "metric", "seed", "value", "low", "high", "n", "excludes_zero", "note", "scalar"] as const;
type Row = Partial<Record<(typeof COLUMNS)[number], string | number | boolean | null>>;

/**
 * RFC 4180 with a header. kind: `estimate` (over seeds), `seed` (one run), `difference` and `seed_difference` (arm minus baseline, matched
 * seeds), `improvement` (held-out pass@1 after minus before, over problems). `scalar`: which number of whole courses it is of; empty where it is the last value.
 */
export function comparisonCsv({ arms }: Comparison): string {
  const rows = arms.flatMap(({ arm: { name: arm }, metrics, improvement, scalars }): Row[] => [
    ...metrics.flatMap(({ name: metric, estimate, perSeed, difference }): Row[] => [
      { kind: "estimate", arm, metric, ...parts(estimate) },
      ...perSeed.map(({ seed, value }): Row => ({ kind: "seed", arm, metric, seed, value })),
      ...(difference
        ? [
            { kind: "difference", arm, metric, ...parts(difference.estimate), excludes_zero: difference.excludesZero },
            ...difference.perSeed.map(({ seed, value }): Row => ({ kind: "seed_difference", arm, metric, seed, value })),
          ]
        : []),
    ]),
    ...(improvement
      ? [{ kind: "improvement", arm, metric: "held-out pass@1", ...parts(improvement.estimate), excludes_zero: improvement.excludesZero }]
      : []),
    ...scalars.flatMap(({ kind: scalar, metric, estimate, perSeed, difference, note }): Row[] => [
      { kind: "estimate", scalar, arm, metric, ...parts(estimate), note: [note, estimate.note].filter(Boolean).join("; ") },
      ...perSeed.map(({ seed, value }): Row => ({ kind: "seed", scalar, arm, metric, seed, value })),
      ...(difference
        ? [
            { kind: "difference", scalar, arm, metric, ...parts(difference.estimate), excludes_zero: difference.excludesZero },
            ...difference.perSeed.map(({ seed, value }): Row => ({ kind: "seed_difference", scalar, arm, metric, seed, value })),
          ]
        : []),
    ]),
  ]);
  const lines = [COLUMNS.join(","), ...rows.map((row) => COLUMNS.map((column) => field(row[column])).join(","))];
  return `${lines.join("\r\n")}\r\n`;
}

const parts = ({ mean, low, high, n, note }: EstimatePartsFragment): Row => ({
  value: mean ?? null,
  low: low ?? null,
  high: high ?? null,
  n,
  note: note ?? null,
});

function field(value: Row[keyof Row]): string {
  const text = value === null || value === undefined ? "" : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
