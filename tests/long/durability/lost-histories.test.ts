// Owns: that Postgres is the truth: a run whose workflow server forgets everything is started again and goes on where it stopped.
import { afterAll, beforeAll, expect, test } from "vitest";
import { killTemporal, stepCompleted } from "../../testkit/chaos.ts";
import { connectTemporal, plantExperiment, startExperiment, traceOf } from "../../testkit/planted-experiment.ts";
import { startWorld } from "../../testkit/world.ts";
import type { World } from "../../testkit/world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

const training = { steps: 6, groupsPerStep: 4, groupSize: 4 };

test("a run whose Temporal is killed and loses its database ends, once started again, as an undisturbed one of the same seed", async () => {
  await world.startWorker();
  const client = await connectTemporal(world.temporal.address);
  const [calm = ""] = await plantExperiment(world, { id: "calm", seeds: [7], training });
  await (
    await startExperiment(client, "calm")
  )();

  const [forgotten = ""] = await plantExperiment(world, { id: "forgotten", seeds: [7], training });
  await startExperiment(client, "forgotten");
  await stepCompleted(world, forgotten, 3);
  await killTemporal(world, { memory: "lost" });
  // What `npm start` and the page's start do with an experiment that is unfinished.
  const ended = await startExperiment(client, "forgotten");
  expect(await ended()).toMatchObject({ status: "COMPLETED", runs: { completed: 1, failed: 0 } });

  expect(await traceOf(world.database, forgotten)).toEqual(await traceOf(world.database, calm));
  await client.connection.close();
});
