// Owns: exactly-once effect under SIGKILL, in the time of `npm test`: each stage once, Temporal, Postgres, the API.
import { afterAll, beforeAll, expect, test } from "vitest";
import { Stage } from "@gradus/domain";
import { killInside, killPostgres, killTemporal, Mortal, stepCompleted } from "../testkit/chaos.ts";
import { connectTemporal, plantExperiment, startExperiment, traceOf } from "../testkit/planted-experiment.ts";
import { startWorld } from "../testkit/world.ts";
import type { World } from "../testkit/world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(async () => world.close());

const training = { steps: 7, groupsPerStep: 4, groupSize: 4 };

test("a run that is killed in each stage, and loses Temporal, Postgres and the API, ends as an undisturbed one of the same seed", async () => {
  const worker = await Mortal.start(() => world.startWorker());
  const api = await world.startApi();
  const client = await connectTemporal(world.temporal.address);

  const [calm = ""] = await plantExperiment(world, { id: "calm", seeds: [7], training });
  await (
    await startExperiment(client, "calm")
  )();
  const expected = await traceOf(world.database, calm);

  const [killed = ""] = await plantExperiment(world, { id: "killed", seeds: [7], training });
  const ended = await startExperiment(client, "killed");
  for (const [at, stage] of Stage.options.entries())
    expect(await killInside(world, worker, killed, stage, { fromStep: at + 1 }), `killed inside ${stage}`).not.toBeNull();
  process.kill(api.pid, "SIGKILL");
  await stepCompleted(world, killed, 5);
  await killTemporal(world);
  await stepCompleted(world, killed, 6);
  await killPostgres(world);
  expect(await ended()).toMatchObject({ status: "COMPLETED", runs: { completed: 1, failed: 0 } });

  const found = await traceOf(world.database, killed);
  expect(found).toEqual(expected);
  const lost = await world.database.sql<
    { stage: string }[]
  >`select distinct stage::text from "StageExecution" where "runId" = ${killed} and outcome = 'LOST' order by 1`;
  expect(lost.map((row) => row.stage)).toEqual([...Stage.options].sort());
  await client.connection.close();
});
