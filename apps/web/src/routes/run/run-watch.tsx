// Owns: what somebody should know of a run now: alerts that are open, and what it waits for. Must not know: rules, stages.
import { useEffect, useState } from "react";
import { ask, messageOf } from "../../api/ask.ts";
import { useAnswer } from "../../api/use-answer.ts";
import { usePoll } from "../../api/use-poll.ts";
import { Button } from "../../components/button.tsx";
import { Instant } from "../../components/instant.tsx";
import { RESOLVE_ALERT, RUN_WATCH } from "./run-watch-query.ts";

/** No stage counts as stalled within half a minute, and time alone makes one so: no event tells it. */
const WAIT_EVERY_MS = 5_000;

interface RunWatchProps {
  readonly id: string;
  readonly isRunning: boolean;
  /** Another one: something happened. */
  readonly version: string;
}

export function RunWatch({ id, isRunning, version }: RunWatchProps) {
  const { data, error, reload } = useAnswer(RUN_WATCH, { id });
  const [trouble, setTrouble] = useState<string | null>(null);
  usePoll(reload, data ?? error, isRunning, WAIT_EVERY_MS);
  const [asked, setAsked] = useState(version);
  useEffect(() => {
    if (asked === version) return;
    setAsked(version);
    reload();
  }, [asked, version, reload]);
  const resolve = async (alertId: string): Promise<void> => {
    try {
      setTrouble((await ask(RESOLVE_ALERT, { id: alertId })).resolveAlert.error?.message ?? null);
    } catch (failure) {
      // Tolerates an API that is away or refuses: the reader is told, and the alert stays open.
      setTrouble(messageOf(failure));
    }
    reload();
  };
  const { openAlerts = [], waitsFor } = data?.run ?? {};
  if (openAlerts.length === 0 && waitsFor == null && trouble === null) return null;
  return (
    <div className="stack" style={{ gap: 8 }}>
      {openAlerts.map(({ id: alertId, message, openedAt, muted, rule }) => (
        <div key={alertId} className="notice row spread" data-tone="bad" data-alert={alertId}>
          <span>
            <strong>Alert {rule.name}</strong>
            {muted && " (muted)"}: <span data-value="message">{message}</span>, since <Instant at={openedAt} />
          </span>
          <Button title="A rule opens it anew where it holds again" onClick={() => void resolve(alertId)}>
            Resolve
          </Button>
        </div>
      ))}
      {trouble !== null && (
        <p className="notice" data-tone="bad" role="alert">
          {trouble}
        </p>
      )}
      {waitsFor != null && (
        <p className={waitsFor.isStalled ? "notice" : "muted"} data-stalled={waitsFor.isStalled}>
          {waitsFor.isStalled && <strong>Stalled: </strong>}
          <span data-value="waits-for">{waitsFor.message}</span>
        </p>
      )}
    </div>
  );
}
