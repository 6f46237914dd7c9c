// Owns: a node's sandbox in one cell: how busy, how long the wait, what broke, what leaked. Must not know: how it is asked for.
import type { NodesQuery } from "../../generated/graphql.ts";
import { formatCount, plural } from "../../format/number.ts";

type Report = NonNullable<NodesQuery["workerNodes"][number]["sandbox"]>;

const percent = (share: number): string => `${(100 * share).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`;

export function SandboxCell({ report }: { readonly report: Report }) {
  const { backend, slots, running, waiting, finished, utilisation, queueWaitMs, sandboxErrors, errorRate, replacedSlots, leakedProcesses } =
    report;
  return (
    <>
      <div>
        {backend}, {running} of {plural(slots, "slot")} in use, {waiting} waiting
      </div>
      <div className="muted">
        last minute {percent(utilisation)} used{queueWaitMs != null && `, wait ${Math.round(queueWaitMs)} ms`}; {formatCount(finished)}{" "}
        executed
        {replacedSlots > 0 && `, ${plural(replacedSlots, "slot")} replaced`}
      </div>
      {sandboxErrors > 0 && (
        <span className="badge" data-tone="bad" data-sign="✕">
          {plural(sandboxErrors, "machine failure")} ({percent(errorRate ?? 0)})
        </span>
      )}{" "}
      {leakedProcesses > 0 && (
        <span className="badge" data-tone="bad" data-sign="✕">
          {leakedProcesses === 1 ? "1 leaked process" : `${formatCount(leakedProcesses)} leaked processes`}
        </span>
      )}
    </>
  );
}
