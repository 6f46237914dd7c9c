// Owns: seconds a step, split into its stages and the orchestration between them, at 1 and at 4 concurrent runs. Must not know: how stages work.
import { readdirSync, readFileSync } from "node:fs";
import type { Database } from "@gradus/prisma";
import { connectTemporal, plantExperiment, startExperiment } from "../testkit/planted-experiment.ts";
import { startWorld } from "../testkit/world.ts";
import { benchLine } from "./bench-line.ts";
import type { Bench } from "./bench-line.ts";

const STEPS = 12;
/** What is not a stage should cost this much a step at most. */
const ORCHESTRATION_GOAL_S = 0.15;

const step: Bench = async (report) => {
  const world = await startWorld();
  try {
    const worker = await world.startWorker();
    const client = await connectTemporal(world.temporal.address);
    const servers = { Temporal: world.temporal.pid ?? 0, Postgres: world.postgres.pid ?? 0, worker: worker.pid };
    for (const runs of [1, 4]) {
      const id = `bench-${runs}`;
      const seeds = Array.from({ length: runs }, (_, at) => at + 1);
      await plantExperiment(world, { id, seeds, concurrency: runs, training: { steps: STEPS, groupsPerStep: 8, groupSize: 8 } });
      const before = coresOf(servers);
      await (
        await startExperiment(client, id)
      )();
      const after = coresOf(servers);
      const figure = (metric: string, values: readonly number[], goal?: { readonly atMost: number }) =>
        report(benchLine({ bench: "step", metric: `${metric}, ${runs} at once`, unit: "s", values, ...(goal && { goal }) }));
      const parts = await partsOf(world.database, id);
      for (const metric of ["step", "generate", "execute", "reward", "update"] as const)
        figure(
          metric,
          parts.map((part) => part[metric]),
        );
      figure(
        "orchestration",
        parts.map((part) => part.orchestration),
        { atMost: ORCHESTRATION_GOAL_S },
      );
      // What the whole run cost the servers, a step: processor time, and time that their threads were ready and had no core.
      for (const name of Object.keys(servers) as (keyof typeof servers)[]) {
        figure(`processor time of ${name} a step`, [(after[name].ran - before[name].ran) / (runs * STEPS)]);
        figure(`wait of ${name} for a core a step`, [(after[name].waited - before[name].waited) / (runs * STEPS)]);
      }
    }
    await client.connection.close();
  } finally {
    await world.close();
  }
};

export default step;

interface Parts {
  readonly step: number;
  readonly generate: number;
  readonly execute: number;
  readonly reward: number;
  readonly update: number;
  readonly orchestration: number;
}

/**
 * From one step's draw to the next one's, in seconds; the first step, which warms up, and the last, which has no next, are left out. Orchestration is
 * the time in which no stage of the run is under way, whatever it waits for, a core included: overlapping stages count once.
 */
async function partsOf({ sql }: Database, experimentId: string): Promise<Parts[]> {
  return sql<Parts[]>`
    with wall as (
      select "runId", step, "startedAt" as begun, lead("startedAt") over (partition by "runId" order by step) as ended from "Step"
      where "runId" like ${`${experimentId}.%`}),
    stage as (
      select "runId", stage, "startedAt", "endedAt" from "StageExecution"
      where "experimentId" = ${experimentId} and "scopeKind" = 'STEP' and "endedAt" is not null),
    parts as (
      select w.*, (select range_agg(tsrange(greatest(s."startedAt", w.begun), least(s."endedAt", w.ended))) from stage s
          where s."runId" = w."runId" and s."startedAt" < w.ended and s."endedAt" > w.begun) as busy,
        (select jsonb_object_agg(stage, s) from (select stage, extract(epoch from sum("endedAt" - "startedAt")) as s from stage s
          where s."runId" = w."runId" and s."startedAt" >= w.begun and s."startedAt" < w.ended group by stage) each) as each
      from wall w where w.ended is not null and w.step > 1)
    select extract(epoch from ended - begun)::float8 as step,
      coalesce((each ->> 'GENERATE')::float8, 0) as generate, coalesce((each ->> 'EXECUTE')::float8, 0) as execute,
      coalesce((each ->> 'REWARD')::float8, 0) as reward, coalesce((each ->> 'UPDATE')::float8, 0) as update,
      extract(epoch from (ended - begun) - (select sum(upper(one) - lower(one)) from unnest(busy) as one))::float8 as orchestration
    from parts`;
}

interface Cores {
  /** Seconds on a core. */
  readonly ran: number;
  /** Seconds ready, without a core. */
  readonly waited: number;
}

/** What the kernel has counted for every thread of these processes and of their children that belong to them (Postgres has one a connection). */
function coresOf<Name extends string>(servers: Readonly<Record<Name, number>>): Record<Name, Cores> {
  const parents = new Map(readdirSync("/proc").flatMap((pid) => (/^\d+$/.test(pid) ? [[Number(pid), parentOf(pid)] as const] : [])));
  const of = (name: Name): Cores => {
    const pid = servers[name];
    const backends = name === "Postgres" ? [...parents].flatMap(([child, parent]) => (parent === pid ? [child] : [])) : [];
    const counted = [pid, ...backends].flatMap(threadsOf);
    return { ran: counted.reduce((all, one) => all + one.ran, 0), waited: counted.reduce((all, one) => all + one.waited, 0) };
  };
  return Object.fromEntries((Object.keys(servers) as Name[]).map((name) => [name, of(name)])) as Record<Name, Cores>;
}

function parentOf(pid: string): number {
  return Number(read(`/proc/${pid}/stat`).split(") ").at(-1)?.split(" ")[1] ?? 0);
}

function threadsOf(pid: number): Cores[] {
  return listed(`/proc/${pid}/task`).map((thread) => {
    const [ran = 0, waited = 0] = read(`/proc/${pid}/task/${thread}/schedstat`).split(" ").map(Number);
    return { ran: ran / 1e9, waited: waited / 1e9 };
  });
}

/** Tolerates a process or thread that has just ended. */
const read = (file: string): string => attempt(() => readFileSync(file, "latin1"), "");
const listed = (folder: string): string[] => attempt(() => readdirSync(folder), []);

function attempt<Value>(look: () => Value, otherwise: Value): Value {
  try {
    return look();
  } catch {
    // Tolerates what is gone, and a system without /proc: then there is nothing to count.
    return otherwise;
  }
}
