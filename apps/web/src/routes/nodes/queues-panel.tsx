// Owns: what lies in the task queues now, asked for again while somebody looks: the workflow server has no stream. Must not know: nodes' machines.
import { useAnswer } from "../../api/use-answer.ts";
import { usePoll } from "../../api/use-poll.ts";
import { Panel } from "../../components/panel.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { Trouble } from "../../components/trouble.tsx";
import { formatCount, formatValue } from "../../format/number.ts";
import { formatDuration } from "../../format/time.ts";
import type { TaskQueuesQuery } from "../../generated/graphql.ts";
import { TASK_QUEUES } from "./nodes-query.ts";

type Queue = TaskQueuesQuery["taskQueues"][number];

/** Of an engine that nobody uses nothing is to be told. */
const isOfUse = ({ name, role, node, depth, addedPerSecond }: Queue): boolean =>
  node != null || name === role.toLowerCase() || (depth ?? 0) > 0 || (addedPerSecond ?? 0) > 0;

const rate = (value: number | null | undefined): string =>
  value == null ? "–" : value === 0 ? "0" : value < 0.01 ? "< 0.01" : formatValue(value);

export function QueuesPanel() {
  const { data, error, reload } = useAnswer(TASK_QUEUES, {});
  usePoll(reload, data ?? error, true);
  const queues = data?.taskQueues.filter(isOfUse);
  return (
    <Panel title="Task queues" flush>
      {error && (
        <div style={{ padding: 16 }}>
          <Trouble error={error} onRetry={reload} />
        </div>
      )}
      {queues === undefined ? (
        !error && <Skeleton lines={4} />
      ) : (
        <>
          <table>
            <thead>
              <tr>
                <th scope="col">Queue</th>
                <th scope="col">Taken by</th>
                <th scope="col" className="number">
                  Waiting
                </th>
                <th scope="col" className="number">
                  The oldest for
                </th>
                <th scope="col" className="number">
                  Came a second
                </th>
                <th scope="col" className="number">
                  Taken a second
                </th>
              </tr>
            </thead>
            <tbody>
              {queues.map(({ name, role, node, depth, oldestSeconds, addedPerSecond, takenPerSecond }) => (
                <tr key={name} data-queue={name}>
                  <td className="mono">{name}</td>
                  <td>{node?.id ?? `every ${role.toLowerCase()} node${name === role.toLowerCase() ? "" : " of its engine"}`}</td>
                  <td className="number" data-value="depth">
                    {depth == null ? "–" : formatCount(depth)}
                  </td>
                  <td className="number">
                    {depth == null || oldestSeconds == null || depth === 0 ? "–" : formatDuration(1_000 * oldestSeconds)}
                  </td>
                  <td className="number">{rate(addedPerSecond)}</td>
                  <td className="number">{rate(takenPerSecond)}</td>
                </tr>
              ))}
            </tbody>
          </table>
          <p className="small muted" style={{ padding: "12px 16px" }}>
            {queues.some(({ depth }) => depth == null)
              ? "The workflow server does not tell what lies in its queues: it is away, or too old."
              : "Stages that no node has taken yet, about, and what came and went over the last half minute. A queue that only grows has too few nodes, or none that takes from it."}
          </p>
        </>
      )}
    </Panel>
  );
}
