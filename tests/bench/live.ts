// Owns: what one new point of each of 50 followed runs costs: bytes on the wire and milliseconds until the last is there. Must not know: how streams are read.
import { once } from "node:events";
import { loadavg } from "node:os";
import { WebSocket } from "ws";
import { cpuOf, fillRuns, startBenchWorld } from "../testkit/api/bench-world.ts";
import { benchLine } from "./bench-line.ts";
import type { Bench } from "./bench-line.ts";
import { reportPeers } from "./peers/run-peers.ts";

const [RUNS, STEPS, ROUNDS] = [50, 2_000, 20];

const FOLLOW =
  "subscription ($id: ID!, $after: Cursor) { metricPoints(runId: $id, after: $after) { cursor points { name step value } ranges { name fromStep toStep count } } }";
const CURSORS = "query ($ids: [ID!]!) { runs(filter: { ids: $ids }, first: 200) { nodes { id cursor } } }";
const LOG = "mutation ($input: LogMetricsInput!) { logMetrics(input: $input) { ok error { message } } }";

async function ask<Data>(url: string, query: string, variables: object): Promise<Data> {
  const response = await fetch(`${url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { data: Data; errors?: unknown };
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
  return data;
}

const live: Bench = async (report) => {
  const say = (metric: string, unit: string, values: readonly number[], goal?: object): void =>
    report(benchLine({ bench: "live", metric, unit, values, ...(goal === undefined ? {} : { goal }) }));
  say("load average before", "1 min", [loadavg()[0] ?? 0]);
  await using bench = await startBenchWorld();
  const { url } = bench.api;
  const ids = await fillRuns(bench, RUNS, 1, STEPS);
  const { runs } = await ask<{ runs: { nodes: { id: string; cursor: string }[] } }>(url, CURSORS, { ids });

  const socket = new WebSocket(`${url.replace("http", "ws")}/graphql`, "graphql-transport-ws", { perMessageDeflate: false });
  await once(socket, "open");
  let [bytes, points] = [0, 0];
  let enough = Promise.withResolvers<void>();
  socket.send('{"type":"connection_init"}');
  await once(socket, "message");
  socket.on("message", (data: Buffer) => {
    // With the frame's own head: what the wire carries.
    bytes += data.length + (data.length < 126 ? 2 : 4);
    const { payload } = JSON.parse(String(data)) as { payload?: { data?: { metricPoints: { points: unknown[] } } } };
    points += payload?.data?.metricPoints.points.length ?? 0;
    if (points === RUNS) enough.resolve();
  });
  for (const [index, { id, cursor }] of runs.nodes.entries())
    socket.send(JSON.stringify({ id: String(index), type: "subscribe", payload: { query: FOLLOW, variables: { id, after: cursor } } }));
  await new Promise((resolve) => setTimeout(resolve, 500));
  if (bytes > 0) throw new Error("a cursor of now has a backlog");

  const [allBytes, allMs, readMs]: [number[], number[], number[]] = [[], [], []];
  const [before, started] = [await cpuOf(bench), performance.now()];
  for (let round = 0; round < ROUNDS; round++) {
    [bytes, points] = [0, 0];
    enough = Promise.withResolvers();
    const sent = performance.now();
    const step = STEPS + round;
    // As 50 trainings do it: each its own request.
    const logged = Promise.all(
      ids.map((runId) => {
        const series = [{ name: "m0", steps: [step], values: [1 / step], times: [Date.now()] }];
        return ask<unknown>(url, LOG, { input: { runId, batchId: `live ${step}`, segment: 1, series } });
      }),
    );
    await logged;
    const written = performance.now();
    await enough.promise;
    allMs.push(performance.now() - sent);
    readMs.push(Math.max(0, performance.now() - written));
    allBytes.push(bytes);
  }
  const [after, seconds] = [await cpuOf(bench), (performance.now() - started) / 1_000];
  say(`${RUNS} runs x ${STEPS} points, one new point each: bytes`, "bytes", allBytes, { atMost: 10_000 });
  say("the same: from the first request to write until the last is received", "ms", allMs);
  say("the same: from the last write's answer until the last is received", "ms", readMs, { atMost: 100 });
  for (const part of ["client", "api", "postgres"] as const) say(`CPU of ${part}`, "cores", [(after[part] - before[part]) / seconds]);
  socket.close();
  await reportPeers("live", report);
};

export default live;
