// Owns: runs grouped by whatever a reader names, seeds collapsed: curves, numbers, differences, sentences, all the API's. Must not know: arms, statistics.
import { useEffect, useMemo } from "react";
import { useAnswer } from "../api/use-answer.ts";
import { armLook } from "../arms/arm-look.ts";
import { ArmKey } from "../components/arm-key.tsx";
import { BEFORE_AFTER, BeforeAfter, beforeAfterRow } from "../components/before-after.tsx";
import { Chart } from "../components/chart.tsx";
import type { ChartLine } from "../components/chart-data.ts";
import { Difference } from "../components/difference.tsx";
import { EstimateText } from "../components/estimate-text.tsx";
import { Panel } from "../components/panel.tsx";
import { Sentences } from "../components/sentences.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { Trouble } from "../components/trouble.tsx";
import { boundsOf } from "../curves/share-metric.ts";
import { chartSvg, chartTable } from "../download/chart-svg.ts";
import type { DataTable } from "../download/csv.ts";
import { DownloadMenu } from "../download/download-menu.tsx";
import { plural } from "../format/number.ts";
import type { GroupComparisonQuery, RunFilter } from "../generated/graphql.ts";
import { useUrlState } from "../url/use-url-state.ts";
import { keyOf, keysOf } from "./group-keys.ts";
import { GROUP_COMPARISON } from "./groups-query.ts";
import { KeyPicker } from "./key-picker.tsx";

type Compared = GroupComparisonQuery["groupComparison"];
type Group = Compared["groups"][number];

interface GroupsPanelProps {
  readonly of: RunFilter;
  /** The first of them is drawn unless another is asked for. */
  readonly metrics: readonly string[];
  /** Keys that are likely to be wanted. */
  readonly proposed: readonly string[];
  /** Which look a group has: the runs in it, and its place. */
  readonly ordinalOf: (runIds: readonly string[], at: number) => number;
  /** Asked again when it changes. */
  readonly version: number;
}

export function GroupsPanel({ of, metrics, proposed, ordinalOf, version }: GroupsPanelProps) {
  const [by, setBy] = useUrlState("by");
  const [, setAgainst] = useUrlState("against");
  const keys = keysOf(by);
  const choose = (next: readonly string[]): void => {
    setBy(keysOf(next.join(",")).join(","));
    // Groups by other keys are other groups.
    setAgainst("", { replace: true });
  };
  return (
    <Panel title="Groups of runs" flush>
      <div style={{ padding: "0 16px 12px" }}>
        <KeyPicker keys={keys} proposed={proposed} onChoose={choose} />
      </div>
      {keys.length === 0 ? (
        <p className="muted" style={{ padding: "0 16px 16px", maxWidth: "120ch" }}>
          Runs that agree in what is named here become one line and one row, seeds collapsed: a parameter such as{" "}
          <code>training.groupSize</code>, or <code>tags.team</code>, <code>metrics.loss</code>, <code>attributes.arm</code>.
        </p>
      ) : (
        <Groups of={of} keys={keys} metrics={metrics} ordinalOf={ordinalOf} version={version} />
      )}
    </Panel>
  );
}

interface GroupsProps extends Omit<GroupsPanelProps, "proposed"> {
  readonly keys: readonly string[];
}

function Groups({ of, keys, metrics, ordinalOf, version }: GroupsProps) {
  const [against, setAgainst] = useUrlState("against");
  const [asked, setAsked] = useUrlState("drawn");
  const drawn = metrics.includes(asked) ? asked : (metrics[0] ?? "");
  const { data, error, isStale, reload } = useAnswer(GROUP_COMPARISON, {
    of,
    groupBy: keys.map(keyOf),
    metrics: [...metrics],
    curves: [drawn],
    baseline: baselineOf(against),
  });
  useEffect(() => {
    if (version > 0) reload();
  }, [version, reload]);
  const compared = data?.groupComparison;
  const groups = useMemo(
    () =>
      compared?.groups.map((group, at) => ({
        ...group,
        ordinal: ordinalOf(
          group.runs.map(({ id }) => id),
          at,
        ),
      })),
    [compared, ordinalOf],
  );
  const lines = useMemo(() => groups?.flatMap((group) => lineOf(group, drawn)) ?? [], [groups, drawn]);
  if (error)
    return (
      <div style={{ padding: 16 }}>
        <Trouble error={error} onRetry={reload} />
      </div>
    );
  if (compared === undefined || groups === undefined) return <Skeleton lines={6} />;
  // Of runs that others train there is no held-out set: a column of nothing would tell of a lack.
  const isEvaluated = groups.some(({ improvement }) => improvement != null);
  const title = `${drawn} by ${keys.join(", ")}`;
  const figure = () => {
    const chart = { title, xName: "step", lines, rules: [], range: null, until: undefined, isLog: false };
    return { table: chartTable(chart), svg: chartSvg(chart) };
  };
  return (
    <div style={isStale ? { opacity: 0.6 } : undefined}>
      <div style={{ padding: "0 16px 12px" }}>
        <div className="row spread no-print" style={{ paddingBottom: 8 }}>
          <span className="row">
            <label className="row small muted">
              Curves of
              <select value={drawn} onChange={({ target }) => setAsked(target.value)}>
                {metrics.map((name) => (
                  <option key={name}>{name}</option>
                ))}
              </select>
            </label>
            <DownloadMenu title={title} figure={figure} />
          </span>
          <span className="row">
            <label className="row small muted">
              Differences to
              <select
                style={{ maxWidth: 260 }}
                value={compared.baseline ?? ""}
                onChange={({ target }) => setAgainst(textOf(compared.groups.find(({ label }) => label === target.value)))}
              >
                {compared.groups.map(({ label }) => (
                  <option key={label}>{label}</option>
                ))}
              </select>
            </label>
            <DownloadMenu title="Groups" figure={() => ({ table: tableOf(compared) })} />
          </span>
        </div>
        {lines.length === 0 ? (
          <p className="muted">No run has points of {drawn}.</p>
        ) : (
          <Chart
            label={`${title}: mean over seeds and 95% interval`}
            lines={lines}
            bounds={boundsOf(drawn)}
            height={260}
            syncKey="curves step"
          />
        )}
      </div>
      <table className="comparison">
        <thead>
          <tr>
            <th scope="col">Group</th>
            <th scope="col">Runs</th>
            {isEvaluated && <th scope="col">{BEFORE_AFTER}</th>}
            {compared.metrics.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {groups.map(({ label, ordinal, runs, metrics: ofGroup, improvement }) => (
            <tr key={label} data-group={label}>
              <th scope="row" style={{ color: "var(--ink)", fontSize: "inherit", minWidth: 160, overflowWrap: "anywhere" }}>
                <ArmKey ordinal={ordinal} name={label} />
              </th>
              <td style={{ whiteSpace: "nowrap" }}>
                {runs.length}
                <div className="small muted">{plural(new Set(runs.map(({ seed }) => seed)).size, "seed")}</div>
              </td>
              {isEvaluated && (
                <td data-metric="improvement">
                  <BeforeAfter improvement={improvement} />
                </td>
              )}
              {ofGroup.map(({ name, estimate, difference }) => (
                <td key={name} data-metric={name}>
                  <EstimateText estimate={estimate} />
                  {difference && <Difference estimate={difference.estimate} excludesZero={difference.excludesZero} of="matched seeds" />}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <Sentences title="What may be said" sentences={compared.verdicts} empty="Nothing: it takes two groups that share a seed." />
      <Sentences title="Before you believe it" sentences={compared.guardRails} empty="No reservation." />
      <Sentences
        title="How it was evaluated"
        sentences={compared.evaluations.map(({ sentence }) => sentence)}
        empty="Nothing was evaluated yet."
      />
    </div>
  );
}

/** A group's key in the address; the first one's where the address has none. */
const textOf = (group: Group | undefined): string => (group === undefined ? "" : JSON.stringify(group.key));

function baselineOf(text: string): unknown[] | null {
  if (text === "") return null;
  try {
    const key: unknown = JSON.parse(text);
    return Array.isArray(key) ? key : null;
  } catch {
    // Tolerates an address that was written by hand: the first group stands.
    return null;
  }
}

function lineOf({ label, ordinal, curves }: Group & { readonly ordinal: number }, metric: string): ChartLine[] {
  const points = curves.find(({ name }) => name === metric)?.points ?? [];
  if (points.length === 0) return [];
  return [
    {
      key: label,
      label,
      ...armLook(ordinal),
      x: points.map(({ step }) => step),
      y: points.map(({ estimate }) => estimate.mean ?? null),
      ...(points.some(({ estimate }) => estimate.low != null) && {
        low: points.map(({ estimate }) => estimate.low ?? null),
        high: points.map(({ estimate }) => estimate.high ?? null),
      }),
      n: points.map(({ estimate }) => estimate.n),
    },
  ];
}

/** A row a group and metric, with the digits that the API gave. */
const tableOf = ({ groups, baseline }: Compared): DataTable => ({
  columns: [
    "group",
    "metric",
    "mean",
    "low",
    "high",
    "n",
    `minus ${baseline ?? "baseline"}`,
    "low of difference",
    "high of difference",
    "matched",
  ],
  rows: groups.flatMap(({ label, metrics, improvement }) => [
    ...metrics.map(({ name, estimate, difference }) => {
      const of = difference?.estimate;
      return [label, name, estimate.mean, estimate.low, estimate.high, estimate.n, of?.mean, of?.low, of?.high, of?.n];
    }),
    ...beforeAfterRow(label, improvement),
  ]),
});
