// Owns: how late points reach thousands of sockets on this machine, how many sockets it takes until they are late, and peers that are polled beside it.
// Must not know: how streams are read. 5,000 sockets a core is what Hasura publishes of its subscriptions.
import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { cpuOfPostgres, cpuSeconds, startBenchWorld } from "../testkit/api/bench-world.ts";
import type { BenchWorld } from "../testkit/api/bench-world.ts";
import { benchLine } from "./bench-line.ts";
import type { Bench } from "./bench-line.ts";
import { reportPeers } from "./peers/run-peers.ts";

/** Each socket follows one of the runs; each run gets a point a second, so a socket gets one too. */
const RUNS = 20;
const SECONDS = 15;
const GOAL_SOCKETS = 5_000;
const HASURA = 5_000;
/** Until it is too much, or a process may open no more files. */
const LADDER = [1_000, GOAL_SOCKETS, 8_000, 10_000, 12_000, 14_000, 16_000, 19_000, 24_000, 28_000, 32_000, 40_000, 50_000, 60_000];

/** Files that a process may open: each socket is one, on either side. Infinity where it is not told. */
async function mostFiles(): Promise<number> {
  try {
    return Number(/^Max open files\s+\S+\s+(\d+)/m.exec(await readFile("/proc/self/limits", "utf8"))?.[1] ?? Infinity);
  } catch {
    // Tolerates a machine without /proc.
    return Infinity;
  }
}

const sockets = fileURLToPath(new URL("../testkit/api/follow-sockets.ts", import.meta.url));

interface Latencies {
  readonly mean: number;
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

interface Told {
  readonly connectedMs: number;
  readonly messages: number;
  readonly errors: number;
  readonly closed: number;
  readonly missing: number;
  readonly inRanges: number;
  /** Milliseconds from the request to write a point, and from the answer that it is durable. */
  readonly sinceSent: Latencies;
  readonly sinceStored: Latencies;
}

const subscribers: Bench = async (report, flags) => {
  const say = (metric: string, unit: string, values: readonly number[], goal?: object): void =>
    report(benchLine({ bench: "subscribers", metric, unit, values, ...(goal === undefined ? {} : { goal }) }));
  say("load average before", "1 min", [loadavg()[0] ?? 0]);
  await using bench = await startBenchWorld(0, { GRADUS_MAX_SOCKETS: "100000" });
  let ceiling: { readonly sockets: number; readonly aCore: number } | null = null;
  const files = await mostFiles();
  for (const count of flags.has("--quick") ? [500] : LADDER) {
    if (count > files - 500) {
      process.stderr.write(`a process may open ${files} files here: more sockets are not tried, and the ceiling lies above\n`);
      break;
    }
    const { told, cpu } = await follow(bench, count);
    const isGoal = count === GOAL_SOCKETS;
    const whole = { atMost: 0, atLeast: 0 };
    const { sinceStored, sinceSent } = told;
    say(`${count} sockets: latency since durable, mean`, "ms", [sinceStored.mean], isGoal ? { atMost: 1_000 } : undefined);
    for (const part of ["p50", "p95", "max"] as const) say(`${count} sockets: latency since durable, ${part}`, "ms", [sinceStored[part]]);
    for (const part of ["mean", "p95"] as const)
      say(`${count} sockets: latency since the write was asked for, ${part}`, "ms", [sinceSent[part]]);
    say(`${count} sockets: errors and sockets closed`, "sockets", [told.errors + told.closed], whole);
    say(`${count} sockets: points stored and neither received nor named by a range`, "points", [told.missing], whole);
    say(`${count} sockets: points named by ranges`, "points", [told.inRanges]);
    say(`${count} sockets: received`, "messages/s", [told.messages / SECONDS]);
    say(`${count} sockets: time to connect and subscribe all`, "s", [told.connectedMs / 1_000]);
    for (const [part, cores] of Object.entries(cpu)) say(`${count} sockets: CPU of ${part}`, "cores", [cores]);
    const aCore = count / (cpu["api"] || 1);
    say(`${count} sockets: sockets a core of the API`, "sockets", [aCore]);
    const isPast = told.sinceStored.mean > 1_000 || told.errors + told.closed + told.missing > 0;
    if (!isPast) ceiling = { sockets: count, aCore };
    // Beyond the goal it is not asked for more than what was too much already.
    else if (count >= GOAL_SOCKETS) break;
  }
  say("most sockets with a mean under 1 s, no error and every point", "sockets", [ceiling?.sockets ?? 0]);
  say("sockets a core of the API there (Hasura publishes 5,000)", "sockets", [ceiling?.aCore ?? 0], { atLeast: HASURA });
  await reportPeers("subscribers", report);
};

export default subscribers;

const CREATE = "mutation ($input: CreateRunInput!) { createRun(input: $input) { segment run { id cursor } } }";
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

async function follow(bench: BenchWorld, count: number): Promise<{ told: Told; cpu: Record<string, number> }> {
  const { url } = bench.api;
  const runs: { id: string; cursor: string; segment: number }[] = [];
  for (let run = 0; run < RUNS; run++) {
    const { createRun } = await ask<{ createRun: { segment: number; run: { id: string; cursor: string } } }>(url, CREATE, {
      input: { experiment: `subscribers-${count}`, key: String(run) },
    });
    runs.push({ ...createRun.run, segment: createRun.segment });
  }
  const following = JSON.stringify(runs.map(({ id, cursor }) => [id, cursor]));
  const network = String(1 + LADDER.indexOf(count));
  const child = fork(sockets, [url, String(count), following, network], { serialization: "json" });
  const said = hearing(child);
  await said("ready");
  const before = await cpuOf(bench, child);
  const started = performance.now();
  const steps = SECONDS;
  const late: Promise<unknown>[] = [];
  const sent = runs.map((): number[] => []);
  const stored = runs.map((): number[] => []);
  for (let step = 1; step <= steps; step++) {
    for (const [at, { id, segment }] of runs.entries()) {
      // Spread over the second, as runs that know nothing of each other are.
      const due = started + (step - 1 + at / RUNS) * 1_000;
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
      const now = Date.now();
      (sent[at] ?? [])[step - 1] = now;
      const series = [{ name: "sent", steps: [step], values: [now], times: [now] }];
      late.push(
        write(url, { input: { runId: id, batchId: String(step), segment, series } }).then(
          () => ((stored[at] ?? [])[step - 1] = Date.now()),
        ),
      );
    }
  }
  await Promise.all(late);
  const seconds = (performance.now() - started) / 1_000;
  const after = await cpuOf(bench, child);
  child.send({ sent, stored });
  const told = (await said("told")) as Told;
  child.disconnect();
  await once(child, "exit");
  const cpu = Object.fromEntries(Object.entries(after).map(([part, used]) => [part, (used - (before[part] ?? 0)) / seconds]));
  return { told, cpu };
}

/** As a client does it: a batch whose fate is not known is sent again under its name. */
async function write(url: string, variables: object): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await ask<unknown>(url, LOG, variables);
      return;
    } catch (error) {
      // Tolerates a server that is too busy to store it now.
      if (attempt === 5) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200 * attempt));
    }
  }
}

/** Resolves with the message of a kind. @throws Error when the process ends before */
function hearing(child: ChildProcess): (kind: string) => Promise<unknown> {
  return (kind) =>
    new Promise((resolve, reject) => {
      const hear = (message: unknown): void => {
        const heard = message as Record<string, unknown>;
        if (!(kind in heard)) return;
        child.off("message", hear);
        resolve(heard[kind]);
      };
      child.on("message", hear);
      child.once("exit", (code) => reject(new Error(`the sockets' process ended with ${code}`)));
    });
}

const cpuOf = async (bench: BenchWorld, child: ChildProcess): Promise<Record<string, number>> => ({
  sockets: await cpuSeconds(child.pid),
  "this process": await cpuSeconds(process.pid),
  api: await cpuSeconds(bench.api.child.pid),
  postgres: await cpuOfPostgres(bench),
});
