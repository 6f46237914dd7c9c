// Owns: the list of syntheses, the newest first. Must not know: one synthesis's page.
import { Link } from "wouter";
import { useAnswer } from "../../api/use-answer.ts";
import { usePoll } from "../../api/use-poll.ts";
import { Button } from "../../components/button.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Instant } from "../../components/instant.tsx";
import { Panel } from "../../components/panel.tsx";
import { ProgressBar } from "../../components/progress-bar.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { StatusBadge } from "../../components/status-badge.tsx";
import { Trouble } from "../../components/trouble.tsx";
import { formatCount, formatValue } from "../../format/number.ts";
import { useUrlState } from "../../url/use-url-state.ts";
import { useTitle } from "../../use-title.ts";
import { SYNTHESES } from "./synthesis-query.ts";
import { ENDED, turnsInAll } from "./synthesis-words.ts";

export function SynthesesPage() {
  useTitle("Synthesis");
  const [after, setAfter] = useUrlState("after");
  const { data, error, reload } = useAnswer(SYNTHESES, { after: after === "" ? null : after });
  const syntheses = data?.syntheses.nodes;
  usePoll(reload, data ?? error, syntheses?.some(({ status }) => !ENDED.has(status)) ?? false);
  const { hasNextPage = false, endCursor = null } = data?.syntheses.pageInfo ?? {};
  return (
    <div className="stack">
      <h1>Synthesis</h1>
      {error && <Trouble error={error} onRetry={reload} />}
      <Panel title="Syntheses, the newest first" flush>
        {syntheses === undefined ? (
          !error && <Skeleton lines={4} />
        ) : syntheses.length === 0 ? (
          <EmptyState
            title={after === "" ? "No synthesis yet." : "No older synthesis."}
            command="npm run gradus -- synthesize examples/synthesis.yaml"
          >
            A teacher writes problems over several turns, a student tries each of them, and what survives is a problem set for experiments.
            This file needs no model server.
          </EmptyState>
        ) : (
          <table>
            <thead>
              <tr>
                <th scope="col">Synthesis</th>
                <th scope="col">Status</th>
                <th scope="col">Turns</th>
                <th scope="col">Scored</th>
                <th scope="col">Kept</th>
                <th scope="col">Kept per seed</th>
                <th scope="col">Kept per teacher call</th>
                <th scope="col">Created</th>
              </tr>
            </thead>
            <tbody>
              {syntheses.map(({ id, name, status, createdAt, specification, turnCount, scoredCount, multiTurnYield }) => (
                <tr key={id} data-synthesis={id}>
                  <td style={{ minWidth: 140 }}>
                    <Link href={`/synthesis/${encodeURIComponent(id)}`}>
                      <strong>{name}</strong>
                    </Link>
                    <div className="small muted mono">{id}</div>
                  </td>
                  <td>
                    <StatusBadge status={status} />
                  </td>
                  <td>
                    <ProgressBar label={`Turns of ${name}`} done={turnCount} total={turnsInAll(specification)} />
                  </td>
                  <td data-value="scored">{formatCount(scoredCount)}</td>
                  <td data-value="kept">{ENDED.has(status) ? formatCount(multiTurnYield.kept) : "–"}</td>
                  <td>{ENDED.has(status) ? formatValue(multiTurnYield.perSeed) : "–"}</td>
                  <td>{ENDED.has(status) ? formatValue(multiTurnYield.perTeacherCall) : "–"}</td>
                  <td className="muted" style={{ whiteSpace: "nowrap" }}>
                    <Instant at={createdAt} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        {(after !== "" || hasNextPage) && (
          <div className="row no-print" style={{ padding: 12 }}>
            <Button disabled={after === ""} onClick={() => setAfter("")}>
              ⇤ The newest
            </Button>
            <Button disabled={!hasNextPage} onClick={() => setAfter(String(endCursor ?? ""))}>
              Older →
            </Button>
          </div>
        )}
      </Panel>
    </div>
  );
}
