// Owns: milliseconds until names, searches and a page of charts of a run with 20,000 metrics are there. Must not know: how names are found.
import { loadavg } from "node:os";
import { appendBatch } from "@gradus/prisma/metrics/append-batch";
import { createExternalRun } from "@gradus/prisma/metrics/external-run-store";
import { inRun } from "@gradus/prisma/training/run-transaction";
import { cpuOf, startBenchWorld } from "../testkit/api/bench-world.ts";
import type { BenchWorld } from "../testkit/api/bench-world.ts";
import { benchLine } from "./bench-line.ts";
import type { Bench } from "./bench-line.ts";
import { reportPeers } from "./peers/run-peers.ts";

const [NAMES, STEPS, REPEATS, PAGE] = [20_000, 5, 20, 200];

const NAMES_PAGE = `query ($id: ID!, $contains: String, $after: Cursor) { run(id: $id) { metricNames(contains: $contains, first: ${PAGE}, after: $after) {
  nodes { name points lastStep lastValue } pageInfo { endCursor hasNextPage } } } }`;
const CHARTS =
  "query ($ids: [ID!]!, $names: [String!]!) { metricSeries(runIds: $ids, names: $names, maxPoints: 500) { name columns { fromStep min max mean last } } }";

const nameOf = (index: number): string =>
  `layer.${String(index >> 3).padStart(4, "0")}/${"grad norm max min mean std p50 p99".split(" ")[index & 7]}`;

async function fill({ world }: BenchWorld): Promise<string> {
  const { sql } = world.database;
  const described = { projectId: "default", experiment: "bench-wide", arm: "external", seed: 0, name: "wide", config: {}, tags: {} };
  const { id, segment } = await createExternalRun(sql, { ...described, key: "wide", session: "fill", parentRunId: null });
  const half = NAMES / 2;
  for (let batch = 0; batch < STEPS * 2; batch++) {
    const [from, step] = [(batch % 2) * half, batch >> 1];
    const series = Array.from({ length: half }, (_, at) => ({
      name: nameOf(from + at),
      steps: [step],
      values: [step / (at + 1)],
      times: [1_800_000_000_000],
    }));
    await inRun(sql, id, null, (tx) => appendBatch(tx, { runId: id, key: String(batch), segment, series }));
  }
  return id;
}

const wide: Bench = async (report) => {
  const say = (metric: string, unit: string, values: readonly number[], goal?: object): void =>
    report(benchLine({ bench: "wide", metric, unit, values, ...(goal === undefined ? {} : { goal }) }));
  say("load average before", "1 min", [loadavg()[0] ?? 0]);
  await using bench = await startBenchWorld();
  const filling = performance.now();
  const id = await fill(bench);
  say(`${NAMES} names x ${STEPS} points, stored`, "s", [(performance.now() - filling) / 1_000]);
  const ask = async (query: string, variables: object): Promise<{ ms: number; bytes: number; data: Record<string, never> }> => {
    const started = performance.now();
    const response = await fetch(`${bench.api.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query, variables }),
    });
    const text = await response.text();
    const { data, errors } = JSON.parse(text) as { data: Record<string, never>; errors?: unknown };
    if (errors !== undefined) throw new Error(JSON.stringify(errors));
    return { ms: performance.now() - started, bytes: text.length, data };
  };
  const page = async (variables: object): Promise<{ ms: number; names: string[]; after: string; more: boolean }> => {
    const { ms, data } = await ask(NAMES_PAGE, { id, ...variables });
    const { nodes, pageInfo } = (
      data as unknown as { run: { metricNames: { nodes: { name: string }[]; pageInfo: { endCursor: string; hasNextPage: boolean } } } }
    ).run.metricNames;
    return { ms, names: nodes.map(({ name }) => name), after: pageInfo.endCursor, more: pageInfo.hasNextPage };
  };
  const timed = async (label: string, found: number, variables: object): Promise<void> => {
    const times = [];
    for (let repeat = 0; repeat < REPEATS; repeat++) {
      const { ms, names } = await page(variables);
      if (names.length !== found) throw new Error(`${label}: ${names.length} names of ${found}`);
      times.push(ms);
    }
    say(label, "ms", times, { atMost: 100 });
  };
  const [before, started] = [await cpuOf(bench), performance.now()];
  await timed(`a page of ${PAGE} names of ${NAMES}, with last values`, PAGE, {});
  await timed("a search that few names fulfil", 8, { contains: "layer.1234" });
  await timed("a search that every eighth name fulfils", PAGE, { contains: "NORM" });
  const seen = new Set<string>();
  const walking = performance.now();
  for (let after: string | null = null, more = true; more;) {
    const one = await page({ after });
    for (const name of one.names) seen.add(name);
    ({ after, more } = one);
  }
  if (seen.size !== NAMES) throw new Error(`${seen.size} names of ${NAMES} came in pages`);
  say(`all ${NAMES} names in pages of ${PAGE}`, "s", [(performance.now() - walking) / 1_000]);
  const charts = [];
  let bytes = 0;
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    const answer = await ask(CHARTS, { ids: [id], names: Array.from({ length: 24 }, (_, at) => nameOf(repeat * 24 + at)) });
    charts.push(answer.ms);
    ({ bytes } = answer);
  }
  say("a page of 24 charts", "ms", charts, { atMost: 100 });
  say("a page of 24 charts", "bytes", [bytes]);
  const [after, seconds] = [await cpuOf(bench), (performance.now() - started) / 1_000];
  for (const part of ["client", "api", "postgres"] as const) say(`CPU of ${part}`, "cores", [(after[part] - before[part]) / seconds]);
  await reportPeers("wide", report);
};

export default wide;
