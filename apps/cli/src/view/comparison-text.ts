// Owns: a comparison as a person reads it: tables first, then what may be said, then what to know before believing it. Must not know: statistics.
import Table from "cli-table3";
import pc from "picocolors";
import type { ComparisonQuery, EstimatePartsFragment } from "../client/generated/operations.ts";
import { coloured } from "./progress-lines.ts";

export type Comparison = ComparisonQuery["comparison"];
type ComparedArm = Comparison["arms"][number];

/** The whole comparison. Every cell: mean, 95% interval, n; every difference: over matched seeds, arm minus baseline. */
export function comparisonText(comparison: Comparison): string {
  const { arms, metrics, baselineArm, verdicts, guardRails, evaluations } = comparison;
  const others = arms.filter(({ arm }) => arm.name !== baselineArm);
  return [
    pc.bold("Arms (mean, 95% interval over seeds, n seeds)"),
    table(["arm", "runs", ...metrics, "held-out after − before"], arms.map(armRow)),
    ...(others.length === 0
      ? []
      : [
          pc.bold(`Difference to ${baselineArm} (matched seeds)`),
          table(
            ["arm", ...metrics, "held-out over problems (these runs)"],
            others.map(({ arm, metrics: ofArm, overProblems }) => [
              arm.name,
              ...ofArm.map(differenceCell),
              overProblems ? problemCell(overProblems) : "no shared problem",
            ]),
          ),
        ]),
    ...scalarTable(comparison),
    ...section("What this says", verdicts),
    ...section("Before you believe it", guardRails),
    ...section(
      "How it was evaluated",
      evaluations.map(({ sentence }) => sentence),
    ),
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

type Difference = Pick<NonNullable<ComparedArm["metrics"][number]["difference"]>, "estimate" | "excludesZero"> & {
  readonly pValue?: number | null;
  readonly pAdjusted?: number | null;
};

function differenceCell({
  difference,
  probabilityOfImprovement: chance,
}: {
  readonly difference?: Difference | null;
  readonly probabilityOfImprovement?: number | null;
}): string {
  if (difference === null || difference === undefined) return "no matched seed";
  const { estimate, excludesZero, pValue, pAdjusted } = difference;
  const tested = pValue == null ? "" : `, p=${probability(pValue)}${pAdjusted == null ? "" : `, Holm ${probability(pAdjusted)}`}`;
  const over = chance == null ? "" : `\n${pc.dim(`P(above)=${chance.toFixed(2)}`)}`;
  return `${signed(estimate)}\n${pc.dim(`n=${estimate.n}${tested}`)}${over}${excludesZero ? "" : `\n${NOT_SIGNIFICANT}`}`;
}

function problemCell({ estimate, onlyBaseline, onlyArm, pValue, excludesZero }: NonNullable<ComparedArm["overProblems"]>): string {
  const solved = `mostly solved: only this ${onlyArm}, only the baseline ${onlyBaseline}, McNemar p=${probability(pValue)}`;
  return `${signed(estimate)}\n${pc.dim(`n=${estimate.n} problems\n${solved}`)}${excludesZero ? "" : `\n${NOT_SIGNIFICANT}`}`;
}

export const probability = (p: number): string => (p < 0.001 ? "<0.001" : p.toFixed(3));

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

interface ScalarNamed {
  readonly kind: string;
  readonly metric?: string | null | undefined;
  readonly bucket?: string | null | undefined;
}

export const scalarName = ({ kind, metric, bucket }: ScalarNamed): string =>
  [kind.toLowerCase().replaceAll("_", " "), ...(metric ? [`of ${metric}`] : []), ...(bucket ? [`(${bucket})`] : [])].join(" ");

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
