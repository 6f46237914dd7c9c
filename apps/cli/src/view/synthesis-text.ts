// Owns: the report of a synthesis as text for a terminal. Must not know: how it is asked for.
import type { SynthesisReportFragment } from "../client/generated/operations.ts";
import type { SynthesisProgress } from "../experiment/watch-synthesis.ts";

const percent = (share: number | null): string => (share === null ? "-" : `${(100 * share).toFixed(0)} %`);
const columns = (rows: readonly (readonly string[])[]): string[] => {
  const widths = rows[0]?.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0))) ?? [];
  return rows.map((row) =>
    `  ${row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join("  ")}`.trimEnd(),
  );
};

/** One line for how far it is. */
export function synthesisLine({ id, status, seedCount, turnCount, scoredCount, specification }: SynthesisProgress): string {
  const { turns } = specification as { readonly turns: number };
  const most = seedCount === 0 ? "" : ` of at most ${seedCount * turns}`;
  return `${id}  ${status}  ${turnCount}${most} turns written, ${scoredCount} scored`;
}

export function synthesisText(report: SynthesisReportFragment): string {
  return [
    `${report.id}: ${report.status}${report.cause === null ? "" : `, ${report.cause}`}`,
    ...setLines(report),
    "",
    "Funnel: turns that came so far",
    ...funnelLines(report),
    ...section(
      "Refused for",
      report.rejections.map(({ rejection, count }) => [rejection.toLowerCase().replaceAll("_", " "), String(count)]),
    ),
    "",
    "From one turn to the next (rows: pass rate at turn t, columns: at turn t + 1)",
    ...matrixLines(report),
    "",
    ...report.moved.map(
      ({ request, pairs, asAsked, unchanged, against, share }) =>
        `Asked to be ${request.toLowerCase()}: ${asAsked} of ${pairs} pairs moved so (${percent(share)}), ${unchanged} stayed, ${against} moved against it`,
    ),
    "",
    "Yield: problems kept",
    ...yieldLines(report),
    ...section("Models", report.usage.map(usageCells), [
      "role, model",
      "calls",
      "stored",
      "rejected",
      "requests",
      "prompt",
      "reply",
      "cost",
    ]),
  ].join("\n");
}

function setLines({ problemSet }: SynthesisReportFragment): string[] {
  if (problemSet === null) return [];
  const counts = problemSet.counts.map(({ split, bucket, count }) => `${split.toLowerCase()} ${bucket ?? "in no band"} ${count}`);
  return [`Problem set ${problemSet.id}: ${counts.join(", ")}`];
}

function section(title: string, rows: readonly (readonly string[])[], head?: readonly string[]): string[] {
  return rows.length === 0 ? [] : ["", title, ...columns(head === undefined ? rows : [head, ...rows])];
}

function funnelLines({ funnel }: SynthesisReportFragment): string[] {
  const stages = funnel[0]?.counts.map(({ stage }) => stage.toLowerCase().replaceAll("_", " ")) ?? [];
  return columns([
    ["turn", ...stages, "in target"],
    ...funnel.map(({ turn, counts, targetHitRate }) => [String(turn), ...counts.map(({ count }) => String(count)), percent(targetHitRate)]),
  ]);
}

function matrixLines({ transitions }: SynthesisReportFragment): string[] {
  const states = [...new Set(transitions.map(({ from }) => from))];
  const cell = (from: string, to: string): string => String(transitions.find((one) => one.from === from && one.to === to)?.count ?? 0);
  return columns([
    ["", ...states.map((state) => state.toLowerCase())],
    ...states.map((from) => [from.toLowerCase(), ...states.map((to) => cell(from, to))]),
  ]);
}

function yieldLines({ singleTurnYield, multiTurnYield }: SynthesisReportFragment): string[] {
  const rows = (
    [
      ["turn 1 alone", singleTurnYield],
      ["all turns", multiTurnYield],
    ] as const
  ).map(([name, of]) => [name, String(of.kept), of.perSeed.toFixed(3), String(of.teacherCalls), of.perTeacherCall.toFixed(3)]);
  return columns([["", "kept", "per seed", "teacher calls", "per call"], ...rows]);
}

const usageCells = ({
  role,
  model,
  calls,
  cached,
  failed,
  requests,
  promptTokens,
  completionTokens,
  cost,
}: SynthesisReportFragment["usage"][number]): string[] => [
  `${role.toLowerCase()}, ${model ?? "(no reply)"}`,
  ...[calls, cached, failed, requests, promptTokens, completionTokens].map(String),
  cost.toFixed(4),
];
