// Owns: the worker processes, as they are now by what they say themselves. Must not know: what they work on.
import { useAnswer } from "../../api/use-answer.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { Instant } from "../../components/instant.tsx";
import { Panel } from "../../components/panel.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { Trouble } from "../../components/trouble.tsx";
import { WhenSeen } from "../../components/when-seen.tsx";
import { formatCount, plural } from "../../format/number.ts";
import type { Reading } from "../../telemetry/readings.ts";
import { useHeard } from "../../telemetry/use-heard.ts";
import { useUrlState } from "../../url/use-url-state.ts";
import { useTitle } from "../../use-title.ts";
import { MachineCell } from "./machine-cell.tsx";
import { NodeMachine } from "./node-machine.tsx";
import { NODES } from "./nodes-query.ts";
import { QueuesPanel } from "./queues-panel.tsx";
import { SandboxCell } from "./sandbox-cell.tsx";

const HOUR_MS = 3_600_000;
const SPANS: readonly (readonly [value: string, title: string, ms: number])[] = [
  ["", "the last hour", HOUR_MS],
  ["6h", "6 hours", 6 * HOUR_MS],
  ["day", "a day", 24 * HOUR_MS],
  ["week", "7 days", 7 * 24 * HOUR_MS],
];
const NO_READINGS: readonly Reading[] = [];

/** How many it holds, and of how many where it says so. */
function runsOf(count: number, capabilities: unknown): string {
  const { runCapacity } = (capabilities ?? {}) as { readonly runCapacity?: unknown };
  return typeof runCapacity !== "number" ? formatCount(count) : `${formatCount(count)} of ${formatCount(runCapacity)}`;
}

export function NodesPage() {
  useTitle("Nodes");
  const { data, error, reload } = useAnswer(NODES, {});
  const heard = useHeard("every node", () => location.reload());
  const [span, setSpan] = useUrlState("span");
  const known = data && [
    ...data.workerNodes.map((node) => heard.nodes.get(node.id) ?? node),
    ...[...heard.nodes.values()].filter(({ id }) => data.workerNodes.every((node) => node.id !== id)),
  ];
  const nodes = known?.toSorted((one, other) => Number(other.isAlive) - Number(one.isAlive) || one.id.localeCompare(other.id));
  const spanMs = SPANS.find(([value]) => value === span)?.[2] ?? HOUR_MS;
  return (
    <div className="stack">
      <div className="row spread">
        <h1>Nodes</h1>
        <label className="row small muted">
          Machines over
          <select value={span} onChange={({ target }) => setSpan(target.value)}>
            {SPANS.map(([value, title]) => (
              <option key={value} value={value}>
                {title}
              </option>
            ))}
          </select>
        </label>
      </div>
      {error && <Trouble error={error} onRetry={reload} />}
      <Panel title={nodes ? `${plural(nodes.filter(({ isAlive }) => isAlive).length, "node")} alive` : "Nodes"} flush>
        {nodes === undefined ? (
          <Skeleton lines={4} />
        ) : nodes.length === 0 ? (
          <EmptyState title="No worker has joined." command="npm start">
            Workers join by themselves; `npm start` brings one with every role.
          </EmptyState>
        ) : (
          <table>
            <thead>
              <tr>
                <th scope="col">Node</th>
                <th scope="col">State</th>
                <th scope="col">Roles</th>
                <th scope="col" className="number">
                  Runs
                </th>
                <th scope="col">Machine</th>
                <th scope="col">Sandbox</th>
                <th scope="col">Last seen</th>
                <th scope="col">What it can do</th>
              </tr>
            </thead>
            <tbody>
              {nodes.map(
                ({ id, roles, runCount, lastSeenAt, stoppedAt, drainingSince, isAlive, capabilities, labels, sandbox, machine }) => (
                  <tr key={id} data-node={id}>
                    <td className="mono">{id}</td>
                    <td>
                      <span
                        className="badge"
                        data-tone={isAlive ? "good" : stoppedAt == null ? "bad" : "idle"}
                        data-sign={isAlive ? "✓" : "✕"}
                      >
                        {isAlive ? (drainingSince == null ? "alive" : "alive, drained") : stoppedAt == null ? "not seen" : "stopped"}
                      </span>
                    </td>
                    <td>{roles.map((role) => role.toLowerCase()).join(", ")}</td>
                    <td className="number" data-value="runs">
                      {roles.includes("POLICY") ? runsOf(runCount, capabilities) : ""}
                    </td>
                    <td className="small" style={{ minWidth: 150 }}>
                      {machine && <MachineCell report={machine} />}
                    </td>
                    <td className="small">{sandbox && <SandboxCell report={sandbox} />}</td>
                    <td style={{ whiteSpace: "nowrap" }}>
                      <Instant at={lastSeenAt} isClock={isAlive} />
                    </td>
                    <td>
                      <details>
                        <summary className="small">{Object.keys((capabilities ?? {}) as object).join(", ") || "nothing said"}</summary>
                        <pre>{JSON.stringify({ capabilities, labels }, null, 2)}</pre>
                      </details>
                    </td>
                  </tr>
                ),
              )}
            </tbody>
          </table>
        )}
      </Panel>
      <QueuesPanel />
      {nodes
        ?.filter(({ isAlive }) => isAlive)
        .map(({ id }) => (
          <WhenSeen key={id} height={260}>
            <NodeMachine id={id} span={spanMs} heard={heard.readings.get(id) ?? NO_READINGS} />
          </WhenSeen>
        ))}
      {data && (
        <p className="small muted">
          Gradus {data.server.version} · store epoch <span className="mono">{data.server.storeEpoch}</span>
        </p>
      )}
    </div>
  );
}
