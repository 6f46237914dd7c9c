// Owns: exactly-once effect under SIGKILL at seeded instants: each stage three times, Temporal, Postgres and the API three times, in one run.
import { setTimeout as pause } from "node:timers/promises";
import { Stage, stream } from "@gradus/domain";
import { afterAll, beforeAll, expect, test } from "vitest";
import { killInside, killPostgres, killTemporal, look, Mortal, stepCompleted } from "../../testkit/chaos.ts";
import { connectTemporal, plantExperiment, startExperiment, traceOf } from "../../testkit/planted-experiment.ts";
import { startWorld } from "../../testkit/world.ts";
import type { World } from "../../testkit/world.ts";

const SEED = 20;
const TIMES_EACH = 3;
const training = { steps: 44, groupsPerStep: 4, groupSize: 4 };
const evaluation = { every: 11 };

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

/** How long each stage of an undisturbed run takes, milliseconds at the median. */
async function usualMs(runId: string): Promise<Record<Stage, number>> {
  const rows = await world.database.sql<{ stage: Stage; ms: number }[]>`
    select stage, percentile_cont(0.5) within group (order by extract(epoch from "endedAt" - "startedAt") * 1000)::float8 as ms
    from "StageExecution" where "runId" = ${runId} and "scopeKind" = 'STEP' group by stage`;
  return Object.fromEntries(rows.map(({ stage, ms }) => [stage, ms])) as Record<Stage, number>;
}

const stepOf = async (runId: string): Promise<number> => {
  const [run] = await look(() => world.database.sql<{ stepsDone: number }[]>`select "stepsDone" from "Run" where id = ${runId}`);
  return run?.stepsDone ?? 0;
};

test("a run that meets at least 21 kills at seeded instants, three and more inside each stage, ends as an undisturbed one of the same seed", async () => {
  const worker = await Mortal.start(() => world.startWorker());
  const api = await Mortal.start(() => world.startApi());
  const client = await connectTemporal(world.temporal.address);

  const [calm = ""] = await plantExperiment(world, { id: "calm", seeds: [SEED], training, evaluation });
  await (
    await startExperiment(client, "calm")
  )();
  const expected = await traceOf(world.database, calm);
  const usual = await usualMs(calm);
  const stepMs = Object.values(usual).reduce((sum, ms) => sum + ms, 0);

  const victims = [...Stage.options, "TEMPORAL", "POSTGRES", "API"] as const;
  const random = stream(`kills/${SEED}`);
  const plan = random.shuffle(Array.from({ length: TIMES_EACH }, () => victims).flat()).map((victim) => ({ victim, at: random.next() }));
  const [killed = ""] = await plantExperiment(world, { id: "killed", seeds: [SEED], training, evaluation });
  const ended = await startExperiment(client, "killed");
  const kill = {
    TEMPORAL: () => killTemporal(world),
    POSTGRES: () => killPostgres(world),
    API: async () => {
      await api.kill();
      await api.rise();
    },
  };
  for (const { victim, at } of plan) {
    // Each meets the run in another step, so that no kill hides behind the one before it.
    const done = await stepOf(killed);
    if (victim === "API" || victim === "TEMPORAL" || victim === "POSTGRES") {
      await stepCompleted(world, killed, done + 1);
      await pause(at * stepMs);
      await kill[victim]();
    } else {
      // An instant near a stage's usual end may come too late, and is then a kill between two stages, on top of those planned.
      const met = await killInside(world, worker, killed, victim, { fromStep: done + 2, afterMs: 0.8 * at * usual[victim] });
      expect(met, `killed inside ${victim} after step ${done}`).not.toBeNull();
    }
  }
  expect(await ended()).toMatchObject({ status: "COMPLETED", runs: { completed: 1, failed: 0 } });

  expect(await traceOf(world.database, killed)).toEqual(expected);
  const lost = await world.database.sql<{ stage: Stage; times: number; retried: number }[]>`
    select stage, count(*)::int as times,
      count(*) filter (where exists (select from "StageExecution" next where next.scope = one.scope and next.stage = one.stage and next.outcome = 'COMPLETED' and next.attempt > one.attempt))::int as retried
    from "StageExecution" one where "runId" = ${killed} and outcome = 'LOST' and "scopeKind" = 'STEP' group by stage order by stage`;
  console.log(
    `kills: worker ${worker.kills}, API ${api.kills}, Temporal and Postgres ${2 * TIMES_EACH}; attempts lost: ${JSON.stringify(lost)}`,
  );
  expect(lost.map(({ stage }) => stage)).toEqual(Stage.options);
  for (const { times, retried, stage } of lost) {
    expect(times, stage).toBeGreaterThanOrEqual(TIMES_EACH);
    expect(retried, stage).toBe(times);
  }
  await client.connection.close();
});
