// Owns: a comparison as a person reads it: tables first, then what may be said, then what to know before believing it. Must not know: statistics.
import Table from "cli-table3";
import pc from "picocolors";
import type { ComparisonQuery, EstimatePartsFragment } from "../client/generated/operations.ts";
import { coloured } from "./progress-lines.ts";

export type Comparison = ComparisonQuery["comparison"];
type ComparedArm = Comparison["arms"][number];

/** The whole comparison. Every cell: mean, 95% interval, n; every difference: over matched seeds, arm minus baseline. */
export function comparisonText(comparison: Comparison): string {
  const { arms, metrics, baselineArm, verdicts, guardRails } = comparison;
  const others = arms.filter(({ arm }) => arm.name !== baselineArm);
  return [
    pc.bold("Arms (mean, 95% interval over seeds, n seeds)"),
    table(["arm", "runs", ...metrics, "held-out after − before"], arms.map(armRow)),
    ...(others.length === 0
      ? []
      : [
          pc.bold(`Difference to ${baselineArm} (matched seeds)`),
          table(
            ["arm", ...metrics],
            others.map(({ arm, metrics: ofArm }) => [arm.name, ...ofArm.map(differenceCell)]),
          ),
        ]),
    ...scalarTable(comparison),
    ...section("What this says", verdicts),
    ...section("Before you believe it", guardRails),
  ].join("\n");
}

function armRow({ arm, runs, metrics, improvement }: ComparedArm): string[] {
  return [
    arm.name,
    statuses(runs),
    ...metrics.map(({ estimate }) => estimateCell(estimate)),
    improvement ? improvementCell(improvement) : "not evaluated",
  ];
}

function statuses(runs: ComparedArm["runs"]): string {
  const counts = new Map<string, number>();
  for (const { status } of runs) counts.set(status, (counts.get(status) ?? 0) + 1);
  return [...counts].map(([status, count]) => `${count} ${coloured(status)}`).join("\n");
}

function improvementCell({ estimate, before, after, excludesZero }: NonNullable<ComparedArm["improvement"]>): string {
  return `${signed(estimate)}\n${pc.dim(`${number(before)} → ${number(after)}\nn=${estimate.n} problems`)}${excludesZero ? "" : `\n${NOT_SIGNIFICANT}`}`;
}

function differenceCell({ difference }: Pick<ComparedArm["metrics"][number], "difference">): string {
  if (difference === null || difference === undefined) return "no matched seed";
  const { estimate, excludesZero } = difference;
  return `${signed(estimate)}\n${pc.dim(`n=${estimate.n}`)}${excludesZero ? "" : `\n${NOT_SIGNIFICANT}`}`;
}

/** A row for each number of a course that some arm has, a column for each arm; the difference to the baseline below the mean. */
function scalarTable({ arms, baselineArm }: Comparison): string[] {
  const rows = scalarRows(arms);
  if (rows.length === 0) return [];
  const notes = arms.flatMap(({ arm, scalars }) =>
    scalars.filter(({ note, estimate }) => note && estimate.n > 0).map((one) => `${arm.name}, ${scalarName(one)}: ${one.note}`),
  );
  return [
    pc.bold(`Whole courses (mean, 95% interval over seeds; difference to ${baselineArm ?? "none"})`),
    table(
      ["", ...arms.map(({ arm }) => arm.name)],
      rows.map(({ name, scalars }) => [
        name,
        ...scalars.map(({ estimate, difference }) =>
          [estimateCell(estimate), ...(difference ? [`Δ ${differenceCell({ difference })}`] : [])].join("\n"),
        ),
      ]),
    ),
    ...section("Of these", notes),
  ];
}

export const scalarName = ({ kind, metric }: { readonly kind: string; readonly metric?: string | null | undefined }): string =>
  [kind.toLowerCase().replaceAll("_", " "), ...(metric ? [`of ${metric}`] : [])].join(" ");

/** Every arm has the same scalars in the same order; those that no arm has a value of are left out. */
export function scalarRows(arms: Comparison["arms"]): { readonly name: string; readonly scalars: ComparedArm["scalars"] }[] {
  const [first] = arms;
  return (first?.scalars ?? []).flatMap((scalar, at) => {
    const scalars = arms.map((arm) => arm.scalars[at]!);
    return scalars.every(({ estimate }) => estimate.n === 0) ? [] : [{ name: scalarName(scalar), scalars }];
  });
}

const NOT_SIGNIFICANT = pc.yellow("not significant");

const estimateCell = (estimate: EstimatePartsFragment): string =>
  estimate.mean === null || estimate.mean === undefined
    ? (estimate.note ?? "no value")
    : `${number(estimate.mean)}\n${interval(estimate)}\n${pc.dim(`n=${estimate.n}`)}`;

const signed = (estimate: EstimatePartsFragment): string => {
  const { mean } = estimate;
  return mean === null || mean === undefined
    ? (estimate.note ?? "no value")
    : `${mean > 0 ? "+" : ""}${number(mean)}\n${interval(estimate)}`;
};

function interval({ low, high }: EstimatePartsFragment): string {
  return low === null || low === undefined || high === null || high === undefined ? "no interval" : `[${number(low)}, ${number(high)}]`;
}

/** Three decimals for shares; fewer digits where the number is large or tiny. */
function number(value: number): string {
  const size = Math.abs(value);
  return size !== 0 && (size >= 1000 || size < 0.001) ? value.toPrecision(3) : value.toFixed(3);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  // Its own colours would come through pipes and NO_COLOR as well.
  const drawn = new Table({ head: head.map((title) => pc.bold(title)), style: { head: [], border: [] } });
  drawn.push(...rows.map((row) => [...row]));
  return drawn.toString();
}

const section = (title: string, sentences: readonly string[]): string[] =>
  sentences.length === 0 ? [] : ["", pc.bold(title), ...sentences.map((sentence) => `  • ${sentence}`)];
