// Owns: the list of syntheses, the newest first. Must not know: one synthesis's page.
import { useAnswer } from "../../api/use-answer.ts";
import { Button } from "../../components/button.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Panel } from "../../components/panel.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { Trouble } from "../../components/trouble.tsx";
import { useUrlState } from "../../url/use-url-state.ts";
import { useTitle } from "../../use-title.ts";
import { SYNTHESES } from "./synthesis-query.ts";
import { SynthesisRow } from "./synthesis-row.tsx";

export function SynthesesPage() {
  useTitle("Synthesis");
  const [after, setAfter] = useUrlState("after");
  const { data, error, reload } = useAnswer(SYNTHESES, { after: after === "" ? null : after });
  const syntheses = data?.syntheses.nodes;
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
                <th scope="col">Teacher</th>
                <th scope="col" className="number">
                  Kept
                </th>
                <th scope="col" className="number">
                  Yield
                </th>
                <th scope="col">What survived</th>
                <th scope="col">Created</th>
              </tr>
            </thead>
            <tbody>
              {syntheses.map((synthesis) => (
                <SynthesisRow key={synthesis.id} synthesis={synthesis} onEnded={reload} />
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
