// Owns: Postgres and an API process for benches, the shapes' values, and the CPU time of each process. Must not know: what is measured.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { appendBatch } from "@gradus/prisma/metrics/append-batch";
import { createExternalRun } from "@gradus/prisma/metrics/external-run-store";
import { inRun } from "@gradus/prisma/training/run-transaction";
import { startDatabaseWorld } from "../world.ts";
import type { DatabaseWorld } from "../world.ts";
import { startApiProcess } from "./api-process.ts";
import type { ApiProcess } from "./api-process.ts";

export interface BenchWorld extends AsyncDisposable {
  readonly world: DatabaseWorld;
  api: ApiProcess;
  restartApi(): Promise<void>;
}

/** Port 0 where it does not matter. `settings`: further environment variables of the API. */
export async function startBenchWorld(port = 0, settings: Readonly<Record<string, string>> = {}): Promise<BenchWorld> {
  const world = await startDatabaseWorld();
  const start = (): Promise<ApiProcess> =>
    startApiProcess({
      DATABASE_URL: world.databaseUrl,
      GRADUS_PORT: String(port),
      GRADUS_BLOBS: join(world.home, "blobs"),
      ...settings,
    });
  const bench: BenchWorld = {
    world,
    api: await start(),
    async restartApi() {
      bench.api = await start();
    },
    async [Symbol.asyncDispose]() {
      await bench.api.kill();
      await world.close();
    },
  };
  return bench;
}

/** The value every peer is given for a run, metric and step. The integers stay below 2^53. */
export const benchValue = (run: number, metric: number, step: number): number =>
  1 / (1 + step / 100) + (((run * 7919 + metric * 104_729 + step * 1_299_709 + 20_261_122) % 1_000_003) / 1_000_003) * 0.1;

/** Fills runs through the store, in batches of 10,000 points. Returns their ids. */
export async function fillRuns(
  { world }: { readonly world: Pick<DatabaseWorld, "database"> },
  runs: number,
  metrics: number,
  steps: number,
): Promise<string[]> {
  const { sql } = world.database;
  const ids: string[] = [];
  const names = Array.from({ length: metrics }, (_, metric) => `m${metric}`);
  const stride = Math.floor(10_000 / metrics);
  for (let run = 0; run < runs; run++) {
    const settings = {
      projectId: "default",
      experiment: `bench-${runs}x${metrics}x${steps}`,
      arm: "external",
      seed: run,
      name: null,
      config: {},
      tags: {},
    };
    const { id, segment } = await createExternalRun(sql, { ...settings, key: String(run), session: "fill", parentRunId: null });
    ids.push(id);
    for (let from = 0; from < steps; from += stride) {
      const count = Math.min(stride, steps - from);
      const at = Array.from({ length: count }, (_, index) => from + index);
      const series = names.map((name, metric) => ({
        name,
        steps: at,
        values: at.map((step) => benchValue(run, metric, step)),
        times: at.map((step) => 1_800_000_000_000 + step * 100),
      }));
      await inRun(sql, id, null, (tx) => appendBatch(tx, { runId: id, key: String(from), segment, series }));
    }
  }
  return ids;
}

/** Seconds of CPU that a process and its children of today have used; 0 for one that is gone. */
export async function cpuSeconds(pid: number | undefined): Promise<number> {
  try {
    const text = await readFile(`/proc/${pid}/stat`, "utf8");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    // utime, stime and those of children that were waited for, in ticks of 10 ms.
    return [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at]), 0) / 100;
  } catch {
    // Tolerates a machine without /proc, and a process that is gone.
    return 0;
  }
}

/** CPU seconds of the database's processes, those that have ended since (the first one's children) included. */
export async function cpuOfPostgres({ world }: BenchWorld): Promise<number> {
  const backends = await world.database.sql<{ pid: number }[]>`select pid from pg_stat_activity`;
  const pids = [world.postgres.pid ?? undefined, ...backends.map(({ pid }) => pid)];
  return (await Promise.all(pids.map(cpuSeconds))).reduce((sum, seconds) => sum + seconds, 0);
}

/** CPU seconds of this process, of the API and of the database. */
export const cpuOf = async (bench: BenchWorld): Promise<Record<"client" | "api" | "postgres", number>> => ({
  client: await cpuSeconds(process.pid),
  api: await cpuSeconds(bench.api.child.pid),
  postgres: await cpuOfPostgres(bench),
});
