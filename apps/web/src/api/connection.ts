// Owns: the one socket to the API: it comes back by itself for as long as the page is open. Must not know: what is subscribed.
import { createClient } from "graphql-ws";

export type ConnectionState = "CONNECTING" | "LIVE" | "RETRYING";

let state: ConnectionState = "CONNECTING";
const watchers = new Set<() => void>();
const again = new Set<() => void>();

export const connectionState = (): ConnectionState => state;

export function watchConnection(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => void watchers.delete(watcher);
}

/** Calls back when the socket is connected after it was not. */
export function onConnectedAgain(listener: () => void): () => void {
  again.add(listener);
  return () => void again.delete(listener);
}

function become(next: ConnectionState): void {
  if (state === next) return;
  const wasAway = state !== "LIVE";
  state = next;
  for (const watcher of watchers) watcher();
  if (next === "LIVE" && wasAway) for (const listener of again) listener();
}

const PING_MS = 10_000;
const LONGEST_WAIT_MS = 5_000;
let socket: WebSocket | undefined;
let overdue: ReturnType<typeof setTimeout> | undefined;

export const liveClient = createClient({
  url: `${location.origin.replace(/^http/, "ws")}/graphql`,
  lazy: false,
  keepAlive: PING_MS,
  retryAttempts: Infinity,
  shouldRetry: () => true,
  retryWait: (retries) =>
    new Promise((resolve) => {
      const wait = setTimeout(go, Math.min(LONGEST_WAIT_MS, 250 * 2 ** retries) * (0.75 + Math.random() / 2));
      // A machine that wakes up or finds its network need not wait out the pause.
      function go(): void {
        clearTimeout(wait);
        removeEventListener("online", go);
        resolve();
      }
      addEventListener("online", go);
    }),
  on: {
    connected: (opened) => {
      socket = opened as WebSocket;
      become("LIVE");
    },
    closed: () => become("RETRYING"),
    error: () => become("RETRYING"),
    // A socket that died in the machine's sleep says nothing: no pong in time means closed.
    ping: (received) => {
      if (!received) overdue = setTimeout(() => socket?.close(4408, "no pong"), PING_MS / 2);
    },
    pong: (received) => {
      if (received) clearTimeout(overdue);
    },
  },
  onNonLazyError: () => become("RETRYING"),
});
