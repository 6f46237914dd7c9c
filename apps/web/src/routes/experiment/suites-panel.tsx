// Owns: pass@k of every suite, arm beside arm, all the API's. Must not know: statistics.
import { useEffect } from "react";
import { useAnswer } from "../../api/use-answer.ts";
import { ArmKey } from "../../components/arm-key.tsx";
import { Button } from "../../components/button.tsx";
import { Difference } from "../../components/difference.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { EstimateText } from "../../components/estimate-text.tsx";
import { Panel } from "../../components/panel.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { Trouble } from "../../components/trouble.tsx";
import type { DataTable } from "../../download/csv.ts";
import { DownloadMenu } from "../../download/download-menu.tsx";
import type { ComparisonQuery } from "../../generated/graphql.ts";
import { useUrlState } from "../../url/use-url-state.ts";
import { COMPARISON } from "./experiment-query.ts";
import { partName, suiteRows } from "./suite-rows.ts";
import type { Suite, SuiteRow } from "./suite-rows.ts";
import { EVALUATION_METRICS } from "./suites-query.ts";

interface SuitesPanelProps {
  readonly experimentId: string;
  readonly suites: readonly Suite[];
  /** One of each arm: runs of an arm record the same. */
  readonly runIds: readonly string[];
  /** Asked again when it changes. */
  readonly version: number;
}

const TITLE = "Evaluation suites";
const HELD_OUT = "held-out";

export function SuitesPanel({ experimentId, suites, runIds, version }: SuitesPanelProps) {
  const [baseline] = useUrlState("baseline");
  const [parts, setParts] = useUrlState("parts");
  const named = useAnswer(EVALUATION_METRICS, { runIds: [...runIds] });
  const names = [...new Set(named.data?.runs.nodes.flatMap(({ metricNames }) => metricNames.nodes.map(({ name }) => name)))];
  const rows = suiteRows(names, suites).filter(({ part }) => parts === "shown" || part === null);
  const metrics = rows.map(({ metric }) => metric);
  const { data, error, reload } = useAnswer(
    COMPARISON,
    metrics.length === 0 ? null : { experimentId, metrics, baselineArm: baseline === "" ? null : baseline },
  );
  const reloadNames = named.reload;
  useEffect(() => {
    if (version === 0) return;
    reloadNames();
    reload();
  }, [version, reload, reloadNames]);
  const failed = named.error ?? error;
  const arms = data?.comparison.arms;
  return (
    <Panel
      title={TITLE}
      flush
      aside={
        <span className="row no-print">
          <Button aria-pressed={parts === "shown"} onClick={() => setParts(parts === "shown" ? "" : "shown")}>
            In parts
          </Button>
          {arms && <DownloadMenu title={TITLE} figure={() => ({ table: tableOf(rows, arms) })} />}
        </span>
      }
    >
      {failed && <Trouble error={failed} onRetry={reload} />}
      {named.data !== undefined && rows.length === 0 ? (
        <EmptyState title="No suite has been evaluated yet.">The first evaluation is of the weights that all runs start from.</EmptyState>
      ) : arms === undefined ? (
        !failed && <Skeleton lines={4} />
      ) : (
        <table className="comparison">
          <thead>
            <tr>
              <th scope="col">Suite</th>
              <th scope="col">Split</th>
              <th scope="col">Share solved</th>
              {arms.map(({ arm }) => (
                <th key={arm.id} scope="col">
                  <ArmKey ordinal={arm.ordinal} name={arm.name} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ metric, suite, part, k }) => (
              <tr key={metric} data-suite={metric}>
                <th scope="row">
                  {suite?.name ?? HELD_OUT}
                  {suite?.isOutOfDomain && <div className="small muted">out of domain</div>}
                </th>
                <td>{partName(part)}</td>
                <td className="mono">pass@{k}</td>
                {arms.map(({ arm, metrics: ofArm }) => (
                  <td key={arm.id}>
                    <SuiteCell of={ofArm.find(({ name }) => name === metric)} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}

type Arms = ComparisonQuery["comparison"]["arms"];

/** A metric that was not among those answered last is on its way. */
function SuiteCell({ of }: { readonly of: Arms[number]["metrics"][number] | undefined }) {
  if (of === undefined) return "…";
  return (
    <>
      <EstimateText estimate={of.estimate} />
      {of.difference && <Difference estimate={of.difference.estimate} excludesZero={of.difference.excludesZero} of="matched seeds" />}
    </>
  );
}

/** A row a suite, part, k and arm, with the digits that the API gave. */
const tableOf = (rows: readonly SuiteRow[], arms: Arms): DataTable => ({
  columns: ["suite", "split", "k", "arm", "mean", "low", "high", "n", "difference", "low of difference", "high of difference", "matched"],
  rows: rows.flatMap(({ metric, suite, part, k }) =>
    arms.flatMap(({ arm, metrics }) => {
      const found = metrics.find(({ name }) => name === metric);
      if (found === undefined) return [];
      const { estimate, difference } = found;
      const of = difference?.estimate;
      return [
        [
          suite?.name ?? HELD_OUT,
          partName(part),
          k,
          arm.name,
          estimate.mean,
          estimate.low,
          estimate.high,
          estimate.n,
          of?.mean,
          of?.low,
          of?.high,
          of?.n,
        ],
      ];
    }),
  ),
});
