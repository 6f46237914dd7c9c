// Owns: milliseconds until a page of runs is there among 10,000: filtered by tags, parameters and last values, newest first. Must not know: how it is found.
import { loadavg } from "node:os";
import { cpuOf, startBenchWorld } from "../testkit/api/bench-world.ts";
import type { BenchWorld } from "../testkit/api/bench-world.ts";
import { appendBatch } from "@gradus/prisma/metrics/append-batch";
import { createExternalRun } from "@gradus/prisma/metrics/external-run-store";
import { inRun } from "@gradus/prisma/training/run-transaction";
import { benchLine } from "./bench-line.ts";
import type { Bench } from "./bench-line.ts";
import { reportPeers } from "./peers/run-peers.ts";

const PAGE = `query ($text: String, $orderBy: RunOrder, $first: Int, $after: Cursor) { runs(filter: { text: $text }, orderBy: $orderBy, first: $first, after: $after) {
  nodes { id name status seed createdAt } pageInfo { hasNextPage endCursor } } }`;

const GROUPS = `query ($seeds: [Int!], $by: [String!]) { runGroups(of: { seeds: $seeds }, by: $by, metrics: ["loss"]) {
  key metrics { estimate { mean low high n } difference { estimate { mean low high } } } } }`;

const [REPEATS, FIRST] = [40, 50];

/**
 * A fifth of the runs has each learning rate, a quarter each team, and the last loss falls with the seed. The first is made as clients make runs, the
 * others are copies of its rows: what is measured is reading, and ten thousand commits would take the time of the bench.
 */
async function fill({ world }: BenchWorld, runs: number): Promise<void> {
  const { sql } = world.database;
  const described = {
    projectId: "default",
    experiment: "bench-list",
    arm: "external",
    seed: 0,
    name: "run 0",
    config: { lr: 0, width: 0 },
    tags: { team: "a" },
  };
  const { id, segment } = await createExternalRun(sql, { ...described, key: "0", session: "fill", parentRunId: null });
  const series = [{ name: "loss", steps: [1], values: [1], times: [1_800_000_000_000] }];
  await inRun(sql, id, null, (tx) => appendBatch(tx, { runId: id, key: "0", segment, series }));
  await sql`insert into "Run" select (jsonb_populate_record(r, jsonb_build_object('id', r.id || '.' || n, 'seed', n, 'name', 'run ' || n,
      'config', jsonb_build_object('lr', (n % 5) / 10.0, 'width', n % 20), 'tags', jsonb_build_object('team', substr('abcd', n % 4 + 1, 1)),
      'createdAt', r."createdAt" + n * interval '1 second'))).*
    from "Run" r cross join generate_series(1, ${runs - 1}::int) n where r.id = ${id}`;
  await sql`insert into metrics.series (run_id, name) select ${id} || '.' || n, 'loss' from generate_series(1, ${runs - 1}::int) n`;
  await sql`insert into metrics.point (series_id, step, segment, batch, value, at)
    select s.id, 1, 1, 1, 1 - r.seed::float8 / ${runs}::int, now() from metrics.series s join "Run" r on r.id = s.run_id where r.seed > 0`;
  await sql`insert into metrics.last_point (run_id, name, step, segment, batch, value)
    select s.run_id, s.name, p.step, p.segment, p.batch, p.value from metrics.point p join metrics.series s on s.id = p.series_id
    on conflict do nothing`;
  await sql`analyze`;
}

const list: Bench = async (report, flags) => {
  const runs = flags.has("--quick") ? 500 : 10_000;
  const say = (metric: string, unit: string, values: readonly number[], goal?: object): void =>
    report(benchLine({ bench: "list", metric, unit, values, ...(goal === undefined ? {} : { goal }) }));
  say("load average before", "1 min", [loadavg()[0] ?? 0]);
  await using bench = await startBenchWorld();
  await fill(bench, runs);
  const page = async (
    text: string | null,
    after: string | null = null,
    orderBy: object | null = null,
  ): Promise<{ ms: number; ids: string[]; next: string | null }> => {
    const started = performance.now();
    const response = await fetch(`${bench.api.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query: PAGE, variables: { text, orderBy, first: FIRST, after } }),
    });
    const { data, errors } = (await response.json()) as {
      readonly data: { readonly runs: { readonly nodes: { id: string }[]; readonly pageInfo: { endCursor: string | null } } };
      readonly errors?: unknown;
    };
    if (errors !== undefined) throw new Error(JSON.stringify(errors));
    return { ms: performance.now() - started, ids: data.runs.nodes.map(({ id }) => id), next: data.runs.pageInfo.endCursor };
  };
  const filters: readonly [label: string, text: string | null, found: number, orderBy?: object][] = [
    ["no filter", null, FIRST],
    ["by tag, sorted by a parameter", "tags.team = 'a'", FIRST, { property: "CONFIG", name: "width" }],
    ["by tag and parameter, sorted by a last value", "tags.team = 'a' and config.lr >= 0.3", FIRST, { property: "METRIC", name: "loss" }],
    ["all sorted by a last value", null, FIRST, { property: "METRIC", name: "loss", direction: "ASCENDING" }],
    ["by tag and parameter", "tags.team = 'a' and config.lr >= 0.3", FIRST],
    ["by last value, tag and parameter", "metrics.loss < 0.6 and config.lr >= 0.3 and tags.team in ('a', 'b')", FIRST],
    ["by a last value few have", `metrics.loss < ${2.5 / runs}`, 2],
  ];
  const started = await cpuOf(bench);
  const startedAt = performance.now();
  for (const [label, text, found, orderBy = null] of filters) {
    const times: number[] = [];
    for (let repeat = 0; repeat < REPEATS; repeat++) {
      const { ms, ids } = await page(text, null, orderBy);
      if (ids.length !== found) throw new Error(`${label}: ${ids.length} runs of ${found}`);
      times.push(ms);
    }
    times.sort((a, b) => a - b);
    say(`${runs} runs, ${FIRST} a page, ${label}`, "ms", times);
    say(`${runs} runs, ${FIRST} a page, ${label}: p95`, "ms", [times[Math.ceil(0.95 * times.length) - 1] ?? 0], { atMost: 50 });
  }
  let [pages, after] = [0, null as string | null];
  for (; pages < 10; pages++) ({ next: after } = await page(null, after));
  say(`the page after ${pages} others`, "ms", [(await page(null, after)).ms], { atMost: 50 });

  const seeds = Array.from({ length: Math.min(runs, 1_000) }, (_, seed) => seed);
  const grouped: number[] = [];
  let groups = 0;
  for (let repeat = 0; repeat < 10; repeat++) {
    const before = performance.now();
    const response = await fetch(`${bench.api.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query: GROUPS, variables: { seeds, by: ["lr", "width"] } }),
    });
    const { data, errors } = (await response.json()) as {
      readonly data: { readonly runGroups: readonly object[] };
      readonly errors?: unknown;
    };
    if (errors !== undefined) throw new Error(JSON.stringify(errors));
    grouped.push(performance.now() - before);
    groups = data.runGroups.length;
  }
  if (groups !== 20) throw new Error(`${groups} groups of 20`);
  say(`${Math.min(runs, 1_000)} of ${runs} runs grouped by two parameters, seeds collapsed`, "ms", grouped, { atMost: 500 });
  const [ended, seconds] = [await cpuOf(bench), (performance.now() - startedAt) / 1_000];
  for (const part of ["client", "api", "postgres"] as const) say(`CPU of ${part}`, "cores", [(ended[part] - started[part]) / seconds]);
  await reportPeers("list", report);
};

export default list;
