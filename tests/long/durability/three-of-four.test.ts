// Owns: that a generate stage which died half-way generates only what is missing. A trigger in the database writes down every rollout that is
// offered to it, since one that was generated twice would leave no other trace: the first commit of an id wins.
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Mortal } from "../../testkit/chaos.ts";
import { connectTemporal, plantExperiment, startExperiment, traceOf } from "../../testkit/planted-experiment.ts";
import { startWorld } from "../../testkit/world.ts";
import type { World } from "../../testkit/world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
  const { sql } = world.database;
  await sql`create table offered (id text, attempt int)`;
  await sql`create function note_offer() returns trigger language plpgsql as 'begin insert into offered values (new.id, new.attempt); return new; end'`;
  await sql`create trigger note_offer before insert on "Rollout" for each row execute function note_offer()`;
});
afterAll(() => world.close());

const training = { steps: 8, groupsPerStep: 1, groupSize: 4 };

/** Rollouts of each step's one group, as far as they are durable. */
const durable = (runId: string) => world.database.sql<{ step: number; ids: string[] }[]>`
  select g.step, array_agg(r.id order by r.index) as ids from "Group" g join "Rollout" r on r."groupId" = g.id
  where g."runId" = ${runId} and g."scopeKind" = 'STEP' group by g.step order by g.step`;

/** Kills the worker when three rollouts of a group are durable and the fourth is not. Returns the step. */
async function killAtThree(worker: Mortal, runId: string): Promise<number> {
  for (;;) {
    const at = (await durable(runId)).at(-1);
    if (at?.ids.length !== 3) {
      if ((at?.step ?? 0) >= training.steps) throw new Error("no group was met with three durable rollouts");
      await pause(2);
      continue;
    }
    await worker.kill();
    const met = (await durable(runId)).at(-1);
    if (met?.ids.length === 3) return met.step;
    // The fourth was committed before the kill reached it: another step's turn.
    await worker.rise();
  }
}

test("3 of 4 rollouts of a group durable, then a crash: exactly one new generation", async () => {
  const { sql } = world.database;
  const client = await connectTemporal(world.temporal.address);
  const run = async (id: string): Promise<{ readonly runId: string; readonly ended: () => Promise<unknown> }> => {
    const [runId = ""] = await plantExperiment(world, { id, seeds: [3], training });
    return { runId, ended: await startExperiment(client, id) };
  };
  const undisturbed = await world.startWorker();
  const calm = await run("calm");
  await calm.ended();
  await undisturbed.stop();

  const worker = await Mortal.start(() => world.startWorker({ env: { GRADUS_ROLLOUTS_AT_ONCE: "3" } }));
  const killed = await run("killed");
  const step = await killAtThree(worker, killed.runId);
  await worker.rise();
  expect(await killed.ended()).toMatchObject({ status: "COMPLETED" });

  const group = `${killed.runId}/step/${step}/0`;
  const attempts = await sql`select index, attempt from "Rollout" where "groupId" = ${group} order by index`;
  expect([...attempts]).toEqual([
    { index: 0, attempt: 1 },
    { index: 1, attempt: 1 },
    { index: 2, attempt: 1 },
    { index: 3, attempt: 2 },
  ]);
  const offered = await sql`select id, attempt from offered where id like ${`${group}/%`} order by attempt, id`;
  expect([...offered]).toEqual([0, 1, 2, 3].map((index) => ({ id: `${group}/${index}`, attempt: index === 3 ? 2 : 1 })));
  const stages = await sql`
    select attempt, outcome from "StageExecution" where scope = ${`${killed.runId}/step/${step}`} and stage = 'GENERATE' order by attempt`;
  expect([...stages]).toEqual([
    { attempt: 1, outcome: "LOST" },
    { attempt: 2, outcome: "COMPLETED" },
  ]);
  expect(await traceOf(world.database, killed.runId)).toEqual(await traceOf(world.database, calm.runId));
  await client.connection.close();
});
