// Owns: thousands of sockets as a process of its own: each follows the points of one run and counts what comes, when, and what is missing.
// Must not know: what is measured. Its clock and the writer's are one machine's.
import { WebSocket } from "ws";

const [url = "", count = "0", given = "[]", network = "0"] = process.argv.slice(2);
const runs = JSON.parse(given) as [id: string, cursor: string][];
const QUERY =
  "subscription ($id: ID!, $after: Cursor) { metricPoints(runId: $id, after: $after) { points { step } ranges { fromStep toStep } } }";

const PORTS_OF_AN_ADDRESS = 20_000;

interface Follower {
  readonly socket: WebSocket;
  readonly run: number;
  /** When each step came, by the clock. */
  readonly steps: Map<number, number>;
  readonly ranges: Set<number>;
}

let [messages, errors, closed] = [0, 0, 0];
let isEnding = false;

function take(follower: Follower, text: string): void {
  const now = Date.now();
  const { type, payload } = JSON.parse(text) as {
    type: string;
    payload: {
      data?: { metricPoints: { points: { step: number }[]; ranges: { fromStep: number; toStep: number }[] } };
      errors?: unknown;
    };
  };
  if (type === "error" || payload?.errors !== undefined) errors++;
  if (type !== "next" || !payload.data) return;
  messages++;
  const { points, ranges } = payload.data.metricPoints;
  for (const { step } of points) follower.steps.set(step, now);
  for (const { fromStep, toStep } of ranges) for (let step = fromStep; step <= toStep; step++) follower.ranges.add(step);
}

function open(index: number): Promise<Follower> {
  const [id, after] = runs[index % runs.length] ?? ["", ""];
  // One address has some 28,000 ports, and those of the process before this one are not free at once; 127.0.0.0/8 is all this machine.
  const localAddress = `127.0.${network}.${1 + Math.floor(index / PORTS_OF_AN_ADDRESS)}`;
  const socket = new WebSocket(`${url.replace("http", "ws")}/graphql`, "graphql-transport-ws", { perMessageDeflate: false, localAddress });
  const follower: Follower = { socket, run: index % runs.length, steps: new Map(), ranges: new Set() };
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.once("open", () => socket.send('{"type":"connection_init"}'));
    socket.once("message", () => {
      socket.on("message", (data: Buffer) => take(follower, String(data)));
      socket.send(JSON.stringify({ id: "1", type: "subscribe", payload: { query: QUERY, variables: { id, after } } }));
      resolve(follower);
    });
    socket.on("close", () => void (isEnding || closed++));
  });
}

const started = performance.now();
const followers: Follower[] = [];
// A listener's queue is short: all at once would be refused.
for (let from = 0; from < Number(count); from += 100)
  followers.push(...(await Promise.all(Array.from({ length: Math.min(100, Number(count) - from) }, (_, at) => open(from + at)))));
const connectedMs = performance.now() - started;
// What was asked for last is under way once the server has answered something that came after it.
await new Promise((resolve) => setTimeout(resolve, 2_000));
process.send?.({ ready: true });

process.once("message", async (message) => {
  /** By run and step, from 1. */
  const { sent, stored } = message as { sent: number[][]; stored: number[][] };
  const steps = sent[0]?.length ?? 0;
  const missing = (): number =>
    followers.reduce(
      (sum, follower) =>
        sum +
        Array.from({ length: steps }, (_, at) => at + 1).filter((step) => !follower.steps.has(step) && !follower.ranges.has(step)).length,
      0,
    );
  for (let waited = 0; missing() > 0 && waited < 60; waited++) await new Promise((resolve) => setTimeout(resolve, 500));
  isEnding = true;
  // What came before the writer had heard that it is stored came at once.
  const since = (times: number[][]): object => {
    const all = followers
      .flatMap(({ run, steps: seen }) => [...seen].map(([step, at]) => Math.max(0, at - (times[run]?.[step - 1] ?? 0))))
      .toSorted((one, other) => one - other);
    const at = (share: number): number => all[Math.min(all.length - 1, Math.floor(share * all.length))] ?? 0;
    return { mean: all.reduce((sum, one) => sum + one, 0) / (all.length || 1), p50: at(0.5), p95: at(0.95), max: at(1) };
  };
  const inRanges = followers.reduce((sum, { steps: seen, ranges }) => sum + [...ranges].filter((step) => !seen.has(step)).length, 0);
  process.send?.({
    told: { connectedMs, messages, errors, closed, missing: missing(), inRanges, sinceSent: since(sent), sinceStored: since(stored) },
  });
  for (const { socket } of followers) socket.terminate();
});
process.once("disconnect", () => process.exit(0));
