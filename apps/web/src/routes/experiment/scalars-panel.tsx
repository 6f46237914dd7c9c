// Owns: whole courses in single numbers, arm beside arm, all the API's. Must not know: statistics.
import { useEffect } from "react";
import { useAnswer } from "../../api/use-answer.ts";
import { ArmKey } from "../../components/arm-key.tsx";
import { Button } from "../../components/button.tsx";
import { EstimateText } from "../../components/estimate-text.tsx";
import { Panel } from "../../components/panel.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { Trouble } from "../../components/trouble.tsx";
import { bucketName } from "../../curves/buckets.ts";
import type { DataTable } from "../../download/csv.ts";
import { DownloadMenu } from "../../download/download-menu.tsx";
import type { ScalarKind, ScalarsQuery } from "../../generated/graphql.ts";
import { useUrlState } from "../../url/use-url-state.ts";
import { Difference } from "../../components/difference.tsx";
import { SCALARS } from "./experiment-query.ts";

type Arms = ScalarsQuery["comparison"]["arms"];

const NAMES: Readonly<Record<ScalarKind, string>> = {
  FINAL: "last finite value",
  BEST: "highest value",
  AREA: "mean height of the curve",
  STEPS_TO_THRESHOLD: "steps to the threshold",
  SIGMOID_ASYMPTOTE: "fit: tends to",
  SIGMOID_EXPONENT: "fit: steepness",
  SIGMOID_MIDPOINT: "fit: step of half the gain",
  SOLVE_RATE_OF_ATTEMPTS: "solved, of all attempts",
  SOLVE_RATE_OF_PROBLEMS: "solved once, of all training problems",
};

const KINDS = Object.keys(NAMES) as readonly ScalarKind[];

interface ScalarsPanelProps {
  readonly experimentId: string;
  readonly metrics: readonly string[];
  /** Whether Gradus trains the runs: of others it knows no problems that could be solved. */
  readonly isOurs: boolean;
  /** Asked again when it changes. */
  readonly version: number;
}

export function ScalarsPanel({ experimentId, metrics, isOurs, version }: ScalarsPanelProps) {
  const [baseline] = useUrlState("baseline");
  const [text, setText] = useUrlState("threshold");
  const threshold = text.trim() === "" || !Number.isFinite(Number(text)) ? null : Number(text);
  const [fit, setFit] = useUrlState("fit");
  const { data, error, isStale, reload } = useAnswer(SCALARS, {
    experimentId,
    kinds: KINDS.filter((kind) => fit === "shown" || !kind.startsWith("SIGMOID")),
    metrics: [...metrics],
    threshold,
    baselineArm: baseline === "" ? null : baseline,
  });
  useEffect(() => {
    if (version > 0) reload();
  }, [version, reload]);
  const arms = data?.comparison.arms;
  const rows = (arms?.[0]?.scalars ?? [])
    .map(({ kind, metric, bucket }, at) => ({ kind, metric, bucket, at }))
    .filter(({ metric }) => isOurs || metric !== null);
  return (
    <Panel
      title="Whole courses in numbers"
      flush
      aside={
        <span className="row no-print">
          <Button aria-pressed={fit === "shown"} onClick={() => setFit(fit === "shown" ? "" : "shown")}>
            Saturating fit
          </Button>
          <label className="row small muted">
            Threshold
            <input
              type="number"
              step="any"
              style={{ width: 90 }}
              value={text}
              placeholder="none"
              onChange={({ target }) => setText(target.value, { replace: true })}
            />
          </label>
          {arms && <DownloadMenu title="Courses" figure={() => ({ table: scalarTable(arms) })} />}
        </span>
      }
    >
      {error && <Trouble error={error} onRetry={reload} />}
      {arms === undefined ? (
        !error && <Skeleton lines={6} />
      ) : (
        <table className="comparison" aria-busy={isStale} style={isStale ? { opacity: 0.6 } : undefined}>
          <thead>
            <tr>
              <th scope="col">Number</th>
              {arms.map(({ arm }) => (
                <th key={arm.id} scope="col">
                  <ArmKey ordinal={arm.ordinal} name={arm.name} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ kind, metric, bucket, at }) => (
              <tr key={at} data-scalar={[kind, metric, bucket].filter(Boolean).join(" ")}>
                <th scope="row">
                  <span className="mono">{metric ?? "runs"}</span>
                  <div>
                    {NAMES[kind]}
                    {bucket != null && `: ${bucketName(bucket)}`}
                  </div>
                </th>
                {arms.map(({ arm, scalars }) => (
                  <td key={arm.id}>
                    <ScalarCell scalar={scalars[at]} />
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

function ScalarCell({ scalar }: { readonly scalar: Arms[number]["scalars"][number] | undefined }) {
  if (scalar === undefined) return "–";
  const { estimate, difference, note } = scalar;
  return (
    <>
      {estimate.n > 0 && <EstimateText estimate={estimate} />}
      {difference && difference.estimate.n > 0 && (
        <Difference estimate={difference.estimate} excludesZero={difference.excludesZero} of="matched seeds" />
      )}
      {note != null && (
        <div className="small muted" style={{ maxWidth: "44ch" }}>
          {note}
        </div>
      )}
      {estimate.n === 0 && note == null && "–"}
    </>
  );
}

/** A row an arm and number, with the digits that the API gave. */
const scalarTable = (arms: Arms): DataTable => ({
  columns: [
    "arm",
    "metric",
    "number",
    "bucket",
    "mean",
    "low",
    "high",
    "n",
    "difference",
    "low of difference",
    "high of difference",
    "matched",
  ],
  rows: arms.flatMap(({ arm, scalars }) =>
    scalars.map(({ metric, kind, bucket, estimate, difference }) => {
      const of = difference?.estimate;
      return [arm.name, metric, kind, bucket, estimate.mean, estimate.low, estimate.high, estimate.n, of?.mean, of?.low, of?.high, of?.n];
    }),
  ),
});
