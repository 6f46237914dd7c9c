// Owns: a node's machine in one cell: how busy its processor, memory and cards are. Must not know: how it is asked for.
import type { NodesQuery } from "../../generated/graphql.ts";
import { formatBytes, plural } from "../../format/number.ts";

type Report = NonNullable<NodesQuery["workerNodes"][number]["machine"]>;

export function MachineCell({
  report: { cores, coresUsed, memoryUsedBytes, memoryTotalBytes, gpus, absent },
}: {
  readonly report: Report;
}) {
  return (
    <>
      <div>{coresUsed == null ? plural(cores, "core") : `${coresUsed.toFixed(1)} of ${plural(cores, "core")} busy`}</div>
      <div className="muted">
        {formatBytes(memoryUsedBytes)} of {formatBytes(memoryTotalBytes)} in use
      </div>
      {gpus.map(({ index, name, utilisation, memoryUsedBytes: used, memoryTotalBytes: total }) => (
        <div key={index}>
          {name} {utilisation == null ? "" : `${Math.round(100 * utilisation)} % busy`}
          {used != null && total != null && `, ${formatBytes(used)} of ${formatBytes(total)}`}
        </div>
      ))}
      {absent.some(({ reading }) => reading === "gpu") && <div className="muted">no graphics card</div>}
    </>
  );
}
