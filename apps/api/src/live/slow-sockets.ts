// Owns: the end of a socket that stays slow. Must not know: GraphQL, what is sent.
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
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

/**
 * Subscriptions are pulled one event at a time, so what waits is bounded by them; a socket that leaves more than its budget unread, or reads
 * nothing at all of what waits, is closed.
 */
export function closeSlowSockets(sockets: WebSocketServer, limit: SlowLimit, log: Logger): NodeJS.Timeout {
  const wires = new WeakMap<WebSocket, Socket>();
  const states = new WeakMap<WebSocket, State>();
  sockets.on("connection", (socket, request: IncomingMessage) => void wires.set(socket, request.socket));
  const look = (socket: WebSocket): void => {
    const unread = socket.bufferedAmount;
    if (unread === 0) return void states.delete(socket);
    const now = Date.now();
    const taken = (wires.get(socket)?.bytesWritten ?? 0) - unread;
    const before = states.get(socket) ?? { taken, takenAt: now, overSince: null };
    const state = {
      taken,
      takenAt: taken > before.taken ? now : before.takenAt,
      overSince: unread <= limit.bytes ? null : (before.overSince ?? now),
    };
    states.set(socket, state);
    const isSlow = now - state.takenAt >= limit.ms || (state.overSince !== null && now - state.overSince >= limit.ms);
    if (!isSlow || socket.readyState !== socket.OPEN) return;
    log.warn({ unreadBytes: unread }, "a slow socket was closed");
    socket.close(SLOW_CONSUMER, "SLOW_CONSUMER");
  };
  const timer = setInterval(() => sockets.clients.forEach(look), Math.min(1_000, limit.ms));
  timer.unref();
  return timer;
}

interface State {
  /** Bytes that the socket's other side, or the kernel in between, has taken. */
  readonly taken: number;
  readonly takenAt: number;
  readonly overSince: number | null;
}
