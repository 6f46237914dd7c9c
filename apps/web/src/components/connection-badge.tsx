// Owns: whether the page is live. Must not know: how that is kept.
import { useSyncExternalStore } from "react";
import { connectionState, watchConnection } from "../api/connection.ts";

const WORDS = { CONNECTING: "connecting", LIVE: "live", RETRYING: "offline, retrying" } as const;

export function ConnectionBadge() {
  const state = useSyncExternalStore(watchConnection, connectionState);
  return (
    <span className="connection" data-state={state} role="status">
      {WORDS[state]}
    </span>
  );
}
