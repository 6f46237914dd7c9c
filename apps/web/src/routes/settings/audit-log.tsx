// Owns: who changed what, the newest first. Must not know: what the changes are.
import { useState } from "react";
import { useAnswer } from "../../api/use-answer.ts";
import { Button } from "../../components/button.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Instant } from "../../components/instant.tsx";
import { Panel } from "../../components/panel.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { Trouble } from "../../components/trouble.tsx";
import { AUDIT_LOG } from "./settings-query.ts";

const PAGE = 50;

export function AuditLog() {
  /** Last entries of the pages before this one. */
  const [path, setPath] = useState<readonly (number | string)[]>([]);
  const { data, error, reload } = useAnswer(AUDIT_LOG, { before: path.at(-1) ?? null });
  // Who may not read the log is told so beside the keys.
  if (error?.code === "FORBIDDEN") return null;
  const entries = data?.auditLog;
  return (
    <Panel
      title="Who changed what"
      flush
      aside={
        <span className="row no-print">
          <Button onClick={reload}>Look again</Button>
          <Button disabled={path.length === 0} onClick={() => setPath(path.slice(0, -1))}>
            ← Newer
          </Button>
          <Button disabled={entries === undefined || entries.length < PAGE} onClick={() => setPath([...path, entries?.at(-1)?.id ?? 0])}>
            Older →
          </Button>
        </span>
      }
    >
      {error && <Trouble error={error} onRetry={reload} />}
      {entries === undefined ? (
        !error && <Skeleton lines={4} />
      ) : entries.length === 0 ? (
        <EmptyState title={path.length === 0 ? "Nothing was changed yet." : "No older entry."} />
      ) : (
        <table>
          <thead>
            <tr>
              <th scope="col">When</th>
              <th scope="col">Who</th>
              <th scope="col">What</th>
              <th scope="col">Of</th>
              <th scope="col">Done</th>
            </tr>
          </thead>
          <tbody>
            {entries.map(({ id, at, who, what, target, projectId, ok, message }) => (
              <tr key={id}>
                <td style={{ whiteSpace: "nowrap" }}>
                  <Instant at={at} />
                </td>
                <td>{who}</td>
                <td className="mono">{what}</td>
                <td className="mono small">{target ?? projectId ?? "–"}</td>
                <td>
                  {ok == null ? "began, end unknown" : ok ? "yes" : "no"}
                  {message != null && <div className="small muted">{message}</div>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}
