// Owns: milliseconds until a page has a chart's buckets, parsed: ten long series, and a thousand of them. Must not know: how buckets are made.
import { loadavg } from "node:os";
import { fillRuns, startBenchWorld } from "../testkit/api/bench-world.ts";
import { benchLine } from "./bench-line.ts";
import type { Bench } from "./bench-line.ts";
import { reportPeers } from "./peers/run-peers.ts";

const CHART = `query ($ids: [ID!]!, $names: [String!]!, $max: Int, $from: Int, $to: Int) { metricSeries(runIds: $ids, names: $names, maxPoints: $max, fromStep: $from, toStep: $to) {
  runId name bucketWidth columns { fromStep min max mean count last } } }`;

interface Shape {
  readonly label: string;
  readonly runs: number;
  readonly metrics: number;
  readonly steps: number;
  readonly buckets: number;
  readonly repeats: number;
  readonly goalMs: number;
}

/** A thousand lines on one page are a hundred pixels wide each: Aim, whose shape the second is, sends 50 points of each. */
const SHAPES: readonly Shape[] = [
  { label: "10 runs x 100,000", runs: 10, metrics: 1, steps: 100_000, buckets: 1_000, repeats: 40, goalMs: 100 },
  { label: "100 runs x 10 metrics x 10,000", runs: 100, metrics: 10, steps: 10_000, buckets: 100, repeats: 5, goalMs: 1_000 },
];

const chart: Bench = async (report) => {
  report(benchLine({ bench: "chart", metric: "load average before", unit: "1 min", values: [loadavg()[0] ?? 0] }));
  for (const { label, runs, metrics, steps, buckets, repeats, goalMs } of SHAPES) {
    await using bench = await startBenchWorld();
    const ids = await fillRuns(bench, runs, metrics, steps);
    const names = Array.from({ length: metrics }, (_, metric) => `m${metric}`);
    const one = async (range: object = {}): Promise<{ ms: number; bytes: number; points: number; text: string }> => {
      const started = performance.now();
      const response = await fetch(`${bench.api.url}/graphql`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ query: CHART, variables: { ids, names, max: buckets, ...range } }),
      });
      const text = await response.text();
      const { data, errors } = JSON.parse(text) as {
        readonly data: { readonly metricSeries: readonly { readonly columns: { readonly count: readonly number[] } }[] };
        readonly errors?: unknown;
      };
      if (errors !== undefined) throw new Error(JSON.stringify(errors));
      const ms = performance.now() - started;
      const points = data.metricSeries.reduce((sum, { columns }) => sum + columns.count.reduce((a, b) => a + b, 0), 0);
      return { ms, bytes: text.length, points, text };
    };
    const first = await one();
    if (first.points !== runs * metrics * steps) throw new Error(`${first.points} points of ${runs * metrics * steps} are in the buckets`);
    const all = [];
    for (let repeat = 0; repeat < repeats; repeat++) all.push(await one());
    if (all.some(({ text }) => text !== first.text)) throw new Error("two answers differ");
    const times = all.map(({ ms }) => ms).toSorted((a, b) => a - b);
    const say = (metric: string, unit: string, values: readonly number[], goal?: object): void =>
      report(benchLine({ bench: "chart", metric: `${label}: ${metric}`, unit, values, ...(goal === undefined ? {} : { goal }) }));
    say("first", "ms", [first.ms]);
    say(`to ${buckets} buckets`, "ms", times);
    say("p95", "ms", [times[Math.ceil(0.95 * times.length) - 1] ?? 0], { atMost: goalMs });
    say("bytes", "bytes", [first.bytes]);
    const zoomed = [];
    for (let repeat = 0; repeat < 5; repeat++)
      zoomed.push((await one({ from: Math.floor(steps / 2), to: Math.floor(steps / 2) + 999 })).ms);
    say("zoom into 1,000 steps", "ms", zoomed);
  }
  await reportPeers("chart", report);
};

export default chart;
