// Owns: every alert, open and resolved, the newest first, with what its webhook was told. Must not know: rules, when one holds.
import { useState } from "react";
import { Link } from "wouter";
import { ask, messageOf } from "../../api/ask.ts";
import { useAnswer } from "../../api/use-answer.ts";
import { usePages } from "../../api/use-pages.ts";
import { Button } from "../../components/button.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Instant } from "../../components/instant.tsx";
import { Panel } from "../../components/panel.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { Trouble } from "../../components/trouble.tsx";
import { plural } from "../../format/number.ts";
import type { AlertsQuery } from "../../generated/graphql.ts";
import { useUrlState } from "../../url/use-url-state.ts";
import { RESOLVE_ALERT } from "../run/run-watch-query.ts";
import { ALERTS } from "./alert-list-query.ts";

type Alert = AlertsQuery["alerts"]["nodes"][number];
type Delivery = Alert["deliveries"][number];

export function AlertList() {
  const [state, setState] = useUrlState("alerts");
  const pages = usePages();
  const [trouble, setTrouble] = useState<string | null>(null);
  const filter = state === "open" || state === "resolved" ? { isOpen: state === "open" } : null;
  const { data, error, reload } = useAnswer(ALERTS, { filter, after: pages.after });
  const { nodes, totalCount, pageInfo } = data?.alerts ?? {};
  const resolve = async (id: string): Promise<void> => {
    try {
      setTrouble((await ask(RESOLVE_ALERT, { id })).resolveAlert.error?.message ?? null);
    } catch (failure) {
      // Tolerates an API that is away or refuses: the reader is told, and the alert stays open.
      setTrouble(messageOf(failure));
    }
    reload();
  };
  return (
    <Panel
      title={totalCount === undefined ? "Alerts" : plural(totalCount, state === "" ? "alert" : `${state} alert`)}
      flush
      aside={
        <span className="row no-print">
          <label className="row small muted">
            Show
            <select
              value={state}
              onChange={({ target }) => {
                pages.restart();
                setState(target.value);
              }}
            >
              <option value="">all</option>
              <option value="open">open</option>
              <option value="resolved">resolved</option>
            </select>
          </label>
          <Button onClick={reload} title="Look for newer alerts">
            Look again
          </Button>
          <Button disabled={pages.after === null} aria-label="Newer alerts" onClick={pages.back}>
            ← Newer
          </Button>
          <Button disabled={pageInfo?.hasNextPage !== true} aria-label="Older alerts" onClick={() => pages.on(pageInfo?.endCursor)}>
            Older →
          </Button>
        </span>
      }
    >
      {error && <Trouble error={error} onRetry={reload} />}
      {trouble !== null && (
        <p className="notice" data-tone="bad" role="alert">
          {trouble}
        </p>
      )}
      {nodes === undefined ? (
        !error && <Skeleton lines={3} />
      ) : nodes.length === 0 ? (
        <EmptyState
          title={state === "" ? "No rule has found anything yet." : `No ${state} alert.`}
          command="npm run gradus -- alerts list"
        />
      ) : (
        <table>
          <thead>
            <tr>
              <th scope="col">Opened</th>
              <th scope="col">Rule and run</th>
              <th scope="col">What held</th>
              <th scope="col">State</th>
              <th scope="col">Told</th>
            </tr>
          </thead>
          <tbody>
            {nodes.map((alert) => (
              <AlertRow key={alert.id} alert={alert} onResolve={() => void resolve(alert.id)} />
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}

function AlertRow({ alert, onResolve }: { readonly alert: Alert; readonly onResolve: () => void }) {
  const { id, message, muted, isOpen, openedAt, resolvedAt, resolution, rule, run, deliveries } = alert;
  return (
    <tr data-alert={id}>
      <td style={{ whiteSpace: "nowrap" }}>
        <Instant at={openedAt} />
      </td>
      <td style={{ minWidth: 140 }}>
        <strong>{rule.name}</strong>
        <div className="small">
          <Link href={`/runs/${encodeURIComponent(run.id)}`}>{run.name ?? run.id}</Link>
        </div>
      </td>
      <td style={{ minWidth: 200 }}>
        <span data-value="message">{message}</span>
      </td>
      <td style={{ minWidth: 150 }}>
        {isOpen ? (
          <span className="row" style={{ flexWrap: "nowrap" }}>
            <span className="badge" data-tone="bad" data-sign="!">
              open
            </span>
            <Button
              aria-label={`Resolve ${rule.name} of ${run.name ?? run.id}`}
              title="A rule opens it anew where it holds again"
              onClick={onResolve}
            >
              Resolve
            </Button>
          </span>
        ) : (
          <>
            <span className="badge" data-tone="good" data-sign="✓">
              resolved
            </span>
            <div className="small muted">
              {resolvedAt != null && <Instant at={resolvedAt} />}
              {resolution != null && `: ${resolution}`}
            </div>
          </>
        )}
      </td>
      <td className="small" style={{ minWidth: 180 }}>
        {deliveries.length === 0 ? (
          <span className="muted">{muted ? "nobody: its rule was muted" : "the run's page"}</span>
        ) : (
          deliveries.map((delivery) => <Told key={delivery.id} delivery={delivery} />)
        )}
      </td>
    </tr>
  );
}

/** One thing told to a webhook: taken, to be tried again, or given up. */
function Told({ delivery: { id, type, attempts, deliveredAt, nextAttemptAt, failure } }: { readonly delivery: Delivery }) {
  const what = type.replace("alert.", "");
  return (
    <div data-delivery={id}>
      {deliveredAt != null ? (
        <>
          {what} taken <Instant at={deliveredAt} isClock />
        </>
      ) : nextAttemptAt != null ? (
        <>
          {what} not yet, next try <Instant at={nextAttemptAt} isClock />
        </>
      ) : (
        <span className="badge" data-tone="bad" data-sign="✕">
          {what} given up
        </span>
      )}{" "}
      <span className="muted">{attempts === 1 ? "1 try" : `${attempts} tries`}</span>
      {deliveredAt == null && failure != null && <div className="muted">{failure}</div>}
    </div>
  );
}
