// Owns: the worker processes. Must not know: what they work on.
import { useAnswer } from "../../api/use-answer.ts";
import { Button } from "../../components/button.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Panel } from "../../components/panel.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { Trouble } from "../../components/trouble.tsx";
import { plural } from "../../format/number.ts";
import { formatInstant } from "../../format/time.ts";
import { useTitle } from "../../use-title.ts";
import { NODES } from "./nodes-query.ts";
import { SandboxCell } from "./sandbox-cell.tsx";

export function NodesPage() {
  useTitle("Nodes");
  const { data, error, reload } = useAnswer(NODES, {});
  return (
    <div className="stack">
      <div className="row spread">
        <h1>Nodes</h1>
        <Button onClick={reload}>Look again</Button>
      </div>
      {error && <Trouble error={error} onRetry={reload} />}
      <Panel title={data ? `${plural(data.workerNodes.filter(({ isAlive }) => isAlive).length, "node")} alive` : "Nodes"} flush>
        {data === undefined ? (
          <Skeleton lines={4} />
        ) : data.workerNodes.length === 0 ? (
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
                <th scope="col">Task queue</th>
                <th scope="col">Sandbox</th>
                <th scope="col">Last seen</th>
                <th scope="col">What it can do</th>
              </tr>
            </thead>
            <tbody>
              {data.workerNodes.map(
                ({ id, roles, taskQueue, lastSeenAt, stoppedAt, drainingSince, isAlive, capabilities, labels, sandbox }) => (
                  <tr key={id}>
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
                    <td className="mono small">{taskQueue}</td>
                    <td className="small">{sandbox && <SandboxCell report={sandbox} />}</td>
                    <td style={{ whiteSpace: "nowrap" }}>{formatInstant(lastSeenAt)}</td>
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
      {data && (
        <p className="small muted">
          Gradus {data.server.version} · store epoch <span className="mono">{data.server.storeEpoch}</span>
        </p>
      )}
    </div>
  );
}
