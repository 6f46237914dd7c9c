// Owns: arms beside each other in numbers, differences and sentences, all the API's. Must not know: statistics.
import { useEffect } from "react";
import { useAnswer } from "../../api/use-answer.ts";
import { ArmKey } from "../../components/arm-key.tsx";
import { BEFORE_AFTER, BeforeAfter, beforeAfterRow } from "../../components/before-after.tsx";
import { EstimateText } from "../../components/estimate-text.tsx";
import { Panel } from "../../components/panel.tsx";
import { Sentences } from "../../components/sentences.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { Trouble } from "../../components/trouble.tsx";
import type { DataTable } from "../../download/csv.ts";
import { DownloadMenu } from "../../download/download-menu.tsx";
import type { ComparisonQuery } from "../../generated/graphql.ts";
import { useUrlState } from "../../url/use-url-state.ts";
import { Difference } from "../../components/difference.tsx";
import { COMPARISON } from "./experiment-query.ts";

/** What arms, and groups of their runs, are compared in unless another is asked for. */
export const METRICS = ["evaluation/pass@1", "train/reward", "train/pass_rate"];

interface ComparisonTableProps {
  readonly experimentId: string;
  readonly metrics: readonly string[];
  /** Whether the runs have held-out problems: of runs that others train none are known. */
  readonly isEvaluated: boolean;
  /** Asked again when it changes. */
  readonly version: number;
}

export function ComparisonTable({ experimentId, metrics: compared, isEvaluated, version }: ComparisonTableProps) {
  const [baseline, setBaseline] = useUrlState("baseline");
  const { data, error, reload } = useAnswer(COMPARISON, {
    experimentId,
    metrics: [...compared],
    baselineArm: baseline === "" ? null : baseline,
  });
  useEffect(() => {
    if (version > 0) reload();
  }, [version, reload]);
  const comparison = data?.comparison;
  return (
    <Panel
      title="Comparison"
      flush
      aside={
        comparison && (
          <span className="row">
            {comparison.arms.length > 1 && (
              <label className="row small muted">
                Differences to
                <select value={comparison.baselineArm ?? ""} onChange={({ target }) => setBaseline(target.value)}>
                  {comparison.arms.map(({ arm }) => (
                    <option key={arm.id}>{arm.name}</option>
                  ))}
                </select>
              </label>
            )}
            <DownloadMenu title="Comparison" figure={() => ({ table: comparisonTable(comparison) })} />
          </span>
        )
      }
    >
      {error && <Trouble error={error} onRetry={reload} />}
      {comparison === undefined ? (
        <Skeleton lines={4} />
      ) : (
        <>
          <Sentences
            title="What may be said"
            sentences={comparison.verdicts}
            empty={
              comparison.arms.length > 1
                ? "Nothing yet: it takes evaluations or steps of two arms."
                : "Nothing: there is one arm. “Groups of runs”, below, compares runs by what they differ in."
            }
          />
          <table className="comparison">
            <thead>
              <tr>
                <th scope="col">Arm</th>
                {isEvaluated && <th scope="col">{BEFORE_AFTER}</th>}
                {comparison.metrics.map((name) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {comparison.arms.map(({ arm, metrics, improvement }) => (
                <tr key={arm.id} data-arm={arm.name}>
                  <th scope="row" style={{ color: "var(--ink)", fontSize: "inherit" }}>
                    <ArmKey ordinal={arm.ordinal} name={arm.name} />
                  </th>
                  {isEvaluated && (
                    <td data-metric="improvement">
                      <BeforeAfter improvement={improvement} />
                    </td>
                  )}
                  {metrics.map(({ name, estimate, difference }) => (
                    <td key={name} data-metric={name}>
                      <EstimateText estimate={estimate} />
                      {difference && (
                        <Difference estimate={difference.estimate} excludesZero={difference.excludesZero} of="matched seeds" />
                      )}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
          <Sentences title="Before you believe it" sentences={comparison.guardRails} empty="No reservation." />
          {isEvaluated && (
            <Sentences
              title="How it was evaluated"
              sentences={comparison.evaluations.map(({ sentence }) => sentence)}
              empty="Nothing was evaluated yet."
            />
          )}
        </>
      )}
    </Panel>
  );
}

/** A row an arm and metric, with the digits that the API gave. */
const comparisonTable = ({ arms, baselineArm }: ComparisonQuery["comparison"]): DataTable => ({
  columns: [
    "arm",
    "metric",
    "mean",
    "low",
    "high",
    "n",
    `minus ${baselineArm ?? "baseline"}`,
    "low of difference",
    "high of difference",
    "matched",
  ],
  rows: arms.flatMap(({ arm, metrics, improvement }) => [
    ...metrics.map(({ name, estimate, difference }) => {
      const of = difference?.estimate;
      return [arm.name, name, estimate.mean, estimate.low, estimate.high, estimate.n, of?.mean, of?.low, of?.high, of?.n];
    }),
    ...beforeAfterRow(arm.name, improvement),
  ]),
});
