// Owns: a comparison as one HTML file that needs nothing else: plots, tables, and what to know before believing them. Must not know: statistics.
import type { ComparisonCurvesQuery, EstimatePartsFragment } from "../client/generated/operations.ts";
import { type Comparison, probability, scalarName, scalarRows } from "./comparison-text.ts";
import { curvePlot, seedPlot } from "./report-plots.ts";

export type ArmCurves = ComparisonCurvesQuery["comparison"]["arms"];

export interface ReportInput {
  readonly experimentId: string;
  readonly comparison: Comparison;
  readonly curves: ArmCurves;
  /** When it was made, ISO. */
  readonly madeAt: string;
}

export function comparisonReport({ experimentId, comparison, curves, madeAt }: ReportInput): string {
  const { arms, metrics, baselineArm, verdicts, guardRails, evaluations } = comparison;
  const names = arms.map(({ arm }) => arm.name);
  const cells = arms.map(({ arm, runs, metrics: ofArm, improvement }) =>
    row([
      arm.name,
      String(runs.length),
      ...ofArm.map(({ estimate }) => estimateCell(estimate)),
      improvement ? estimateCell(improvement.estimate) : "not evaluated",
    ]),
  );
  const differences = arms
    .filter(({ arm }) => arm.name !== baselineArm)
    .map(({ arm, metrics: ofArm, overProblems }) =>
      row([
        arm.name,
        ...ofArm.map(({ difference, probabilityOfImprovement: chance }) =>
          difference
            ? [
                `${estimateCell(difference.estimate)}${difference.excludesZero ? "" : " · not significant"}`,
                ...(difference.pValue == null ? [] : [`p ${probability(difference.pValue)}`]),
                ...(difference.pAdjusted == null ? [] : [`Holm ${probability(difference.pAdjusted)}`]),
                ...(chance == null ? [] : [`P(above) ${chance.toFixed(2)}`]),
              ].join(" · ")
            : "no matched seed",
        ),
        overProblems
          ? `${estimateCell(overProblems.estimate)}${overProblems.excludesZero ? "" : " · not significant"} · McNemar p ${probability(overProblems.pValue)}`
          : "no shared problem",
      ]),
    );
  const curveNames = [...new Set(curves.flatMap((arm) => arm.curves.map(({ name }) => name)))];
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(experimentId)}: comparison</title>
<style>${STYLE}</style>
<main>
<h1>${escape(experimentId)}</h1>
<p>${arms.length} arms: ${names.map((name, at) => `<b class="arm-${at % ARM_COLOURS}">${escape(name)}</b>`).join(", ")}. Made ${escape(madeAt)}.</p>
${list("What this says", verdicts)}
${list("Before you believe it", guardRails)}
${list(
  "How it was evaluated",
  evaluations.map(({ sentence }) => sentence),
)}
<h2>Arms: mean [95% interval over seeds], n seeds</h2>
<table>${head(["arm", "runs", ...metrics, "held-out after − before, over problems"])}${cells.join("")}</table>
${differences.length === 0 ? "" : `<h2>Difference to ${escape(baselineArm ?? "")}, matched seeds</h2>\n<table>${head(["arm", ...metrics, "held-out over problems (these runs, no other seeds)"])}${differences.join("")}</table>`}
${scalarSection(comparison)}
<h2>Every seed</h2>
${metrics
  .map((metric) =>
    figure(
      metric,
      seedPlot(
        arms.map(({ metrics: ofArm }) => ofArm.find(({ name }) => name === metric)),
        names,
      ),
    ),
  )
  .join("\n")}
<h2>Over steps: mean of seeds, band of 95%</h2>
${curveNames.map((name) => figure(name, curvePlot(curves.map(({ curves: ofArm }) => ofArm.find((curve) => curve.name === name)?.points ?? [])))).join("\n")}
</main>
</html>
`;
}

export const ARM_COLOURS = 6;
const STYLE = `
:root{color-scheme:light dark;--ink:#1b1d22;--paper:#fff;--line:#c9ccd3;--c0:#2f5fb3;--c1:#b3542f;--c2:#2f8a55;--c3:#8a4fb0;--c4:#8c7a17;--c5:#177f8c}
@media(prefers-color-scheme:dark){:root{--ink:#e8e9ec;--paper:#15171b;--line:#3a3e47;--c0:#7fa7ee;--c1:#ee9f7f;--c2:#78cf9b;--c3:#c79be6;--c4:#d6c45c;--c5:#64c8d6}}
body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);margin:0}main{max-width:60rem;margin:0 auto;padding:1rem}
table{border-collapse:collapse;display:block;overflow-x:auto}th,td{text-align:left;padding:.3rem .8rem .3rem 0;border-bottom:1px solid var(--line);font-variant-numeric:tabular-nums}
figure{margin:1rem 0}svg{width:100%;height:auto}svg text{fill:var(--ink);font-size:11px}
${Array.from({ length: ARM_COLOURS }, (_, at) => `.arm-${at}{color:var(--c${at})}`).join("")}`;

const list = (title: string, sentences: readonly string[]): string =>
  sentences.length === 0 ? "" : `<h2>${title}</h2>\n<ul>${sentences.map((one) => `<li>${escape(one)}</li>`).join("")}</ul>`;
const head = (titles: readonly string[]): string => `<tr>${titles.map((title) => `<th scope="col">${escape(title)}</th>`).join("")}</tr>`;
const row = (cells: readonly string[]): string => `<tr>${cells.map((cell) => `<td>${escape(cell)}</td>`).join("")}</tr>`;
const figure = (title: string, plot: string): string => `<figure><figcaption>${escape(title)}</figcaption>${plot}</figure>`;

export function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

function scalarSection({ arms, baselineArm }: Comparison): string {
  const rows = scalarRows(arms);
  if (rows.length === 0) return "";
  const cells = rows.map(({ name, scalars }) =>
    row([
      name,
      ...scalars.map(({ estimate, difference }) =>
        [
          estimateCell(estimate),
          ...(difference ? [`Δ ${estimateCell(difference.estimate)}${difference.excludesZero ? "" : " · not significant"}`] : []),
        ].join("; "),
      ),
    ]),
  );
  const notes = arms.flatMap(({ arm, scalars }) =>
    scalars.filter(({ note, estimate }) => note && estimate.n > 0).map((one) => `${arm.name}, ${scalarName(one)}: ${one.note}`),
  );
  return `<h2>Whole courses: mean [95% interval over seeds], Δ to ${escape(baselineArm ?? "none")} over matched seeds</h2>
<table>${head(["", ...arms.map(({ arm }) => arm.name)])}${cells.join("")}</table>
${list("Of these", notes)}`;
}

function estimateCell({ mean, low, high, n, note }: EstimatePartsFragment): string {
  if (mean === null || mean === undefined) return note ?? "no value";
  const interval =
    low === null || low === undefined || high === null || high === undefined ? "no interval" : `[${number(low)}, ${number(high)}]`;
  return `${number(mean)} ${interval}, n=${n}`;
}

const number = (value: number): string =>
  Math.abs(value) >= 1000 || (value !== 0 && Math.abs(value) < 0.001) ? value.toPrecision(3) : value.toFixed(3);
