// Owns: the end of a socket that stays slow. Must not know: GraphQL, what is sent.
import type { Logger } from "pino";
import type { WebSocket, WebSocketServer } from "ws";

export interface SlowLimit {
  /** Bytes that may wait to be read. */
  readonly bytes: number;
  /** For how long more than that may wait. */
  readonly ms: number;
}

/** Clients retry it, from their cursor (4429 would be fatal to them). */
const SLOW_CONSUMER = 1013;

/** Subscriptions are pulled one event at a time, so what waits is bounded by them; a socket that leaves it unread is closed. */
export function closeSlowSockets(sockets: WebSocketServer, limit: SlowLimit, log: Logger): NodeJS.Timeout {
  const slowSince = new WeakMap<WebSocket, number>();
  const look = (socket: WebSocket): void => {
    if (socket.bufferedAmount <= limit.bytes) {
      slowSince.delete(socket);
      return;
    }
    const since = slowSince.get(socket) ?? Date.now();
    slowSince.set(socket, since);
    if (Date.now() - since < limit.ms || socket.readyState !== socket.OPEN) return;
    log.warn({ unreadBytes: socket.bufferedAmount }, "a slow socket was closed");
    socket.close(SLOW_CONSUMER, "SLOW_CONSUMER");
  };
  const timer = setInterval(() => sockets.clients.forEach(look), Math.min(1_000, limit.ms));
  timer.unref();
  return timer;
}
