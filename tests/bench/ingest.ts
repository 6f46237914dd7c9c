// Owns: durable points a second through the client, with client, API and Postgres on this machine's cores; what is lost when the API is killed.
// Must not know: how points are stored.
import { mkdtemp, rm } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { choosePort } from "@gradus/cli/up/free-port";
import { startRun } from "@gradus/client";
import type { RunLog } from "@gradus/client";
import { benchValue, cpuOf, startBenchWorld } from "../testkit/api/bench-world.ts";
import type { BenchWorld } from "../testkit/api/bench-world.ts";
import { benchLine } from "./bench-line.ts";
import type { Bench } from "./bench-line.ts";
import { reportPeers } from "./peers/run-peers.ts";

const METRICS = 20;
const SECONDS = Number(process.env["BENCH_SECONDS"] ?? 60);
const GOAL = 100_000;

const ingest: Bench = async (report) => {
  const say = (metric: string, unit: string, values: readonly number[], goal?: object): void =>
    report(benchLine({ bench: "ingest", metric, unit, values, ...(goal === undefined ? {} : { goal }) }));
  say("load average before", "1 min", [loadavg()[0] ?? 0]);
  const journal = await mkdtemp(join(tmpdir(), "gradus-bench-"));
  await using bench = await startBenchWorld(await choosePort());
  try {
    const small: number[] = [];
    for (let repeat = 0; repeat < 5; repeat++) {
      const run = startRun({ experiment: "small", url: bench.api.url, journal, delayMs: 50 });
      const started = performance.now();
      logSteps(run, 0, 1_000);
      await run.finish();
      small.push((METRICS * 1_000) / ((performance.now() - started) / 1_000));
      await verify(bench, await run.id(), METRICS * 1_000);
    }
    say("20 metrics x 1,000 steps, stored", "points/s", small);

    const run = startRun({ experiment: "sustained", url: bench.api.url, journal, delayMs: 200 });
    const id = await run.id();
    const [before, started] = [await cpuOf(bench), performance.now()];
    const { steps, callMs } = await logFor(run, SECONDS * 1_000, async () => undefined);
    const logged = (performance.now() - started) / 1_000;
    await run.flush();
    const seconds = (performance.now() - started) / 1_000;
    const after = await cpuOf(bench);
    await verify(bench, id, METRICS * steps);
    say(`sustained ${SECONDS} s, stored`, "points/s", [(METRICS * steps) / seconds], { atLeast: GOAL });
    say("time until all is stored, after the last log", "s", [seconds - logged]);
    say("log call of 20 metrics", "ms", [callMs]);
    for (const part of ["client", "api", "postgres"] as const) say(`CPU of ${part}`, "cores", [(after[part] - before[part]) / seconds]);

    const killed = startRun({ experiment: "killed", url: bench.api.url, journal, delayMs: 200 });
    const killedId = await killed.id();
    let kills = 0;
    const { steps: killedSteps } = await logFor(killed, 6_000, async (ms) => {
      if (ms < 2_000 * (kills + 1) || kills === 2) return;
      kills++;
      await bench.api.kill();
      await bench.restartApi();
    });
    await killed.flush();
    say(
      `points lost, API killed ${kills} times in ${METRICS * killedSteps}`,
      "points",
      [METRICS * killedSteps - (await storedPoints(bench, killedId))],
      {
        atMost: 0,
        atLeast: 0,
      },
    );
  } finally {
    await rm(journal, { recursive: true, force: true });
  }
  await reportPeers("ingest", report);
};

export default ingest;

const names = Array.from({ length: METRICS }, (_, metric) => `m${metric}`);

function logSteps(run: RunLog, from: number, to: number): void {
  for (let step = from; step < to; step++) {
    const values: Record<string, number> = {};
    for (let metric = 0; metric < METRICS; metric++) values[names[metric] as string] = benchValue(0, metric, step);
    run.log(step, values);
  }
}

/** A training that logs 25 steps, gives way, and is kept at 30 % above the goal: an unbounded one would measure its own disk. */
async function logFor(run: RunLog, ms: number, between: (elapsedMs: number) => Promise<void>): Promise<{ steps: number; callMs: number }> {
  const started = performance.now();
  let [steps, spent] = [0, 0];
  for (let elapsed = 0; elapsed < ms; elapsed = performance.now() - started) {
    const ahead = steps * METRICS - 1.3 * GOAL * (elapsed / 1_000);
    if (ahead < 0) {
      const before = performance.now();
      logSteps(run, steps, steps + 25);
      spent += performance.now() - before;
      steps += 25;
    }
    await new Promise((resolve) => (ahead < 0 ? setImmediate(resolve) : setTimeout(resolve, 1)));
    await between(elapsed);
  }
  return { steps, callMs: spent / steps };
}

async function storedPoints({ world }: BenchWorld, runId: string): Promise<number> {
  const [row] = await world.database.sql<{ points: number }[]>`
    select ((select coalesce(sum(c.points), 0) from metrics.chunk c join metrics.series s on s.id = c.series_id where s.run_id = ${runId})
      + (select count(*) from metrics.point p join metrics.series s on s.id = p.series_id where s.run_id = ${runId}))::float8 as points`;
  return row?.points ?? 0;
}

async function verify(bench: BenchWorld, runId: string, points: number): Promise<void> {
  const stored = await storedPoints(bench, runId);
  if (stored !== points) throw new Error(`${stored} of ${points} points are stored`);
}
