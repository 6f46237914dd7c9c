// Proves: every sampler, and every preset with a hook, trains a real policy for twenty steps and leaves a state behind that goes on.
import { CURRICULUM_PRESETS, CurriculumSpec, roundsOf, SAMPLERS } from "@gradus/domain";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connectTemporal, plantExperiment, startExperiment } from "../../testkit/planted-experiment.ts";
import { startWorld } from "../../testkit/world.ts";
import type { World } from "../../testkit/world.ts";

const STEPS = 20;
const samplers = SAMPLERS.map(({ kind }) => ({
  name: kind,
  curriculum:
    kind === "schedule"
      ? (CURRICULUM_PRESETS["classic"] ?? expect.unreachable("classic is a preset"))
      : CurriculumSpec.parse({ sampler: { kind } }),
}));
const hooked = Object.entries(CURRICULUM_PRESETS)
  .filter(([, spec]) => roundsOf(spec) > 1 || spec.retire !== undefined || spec.allocation !== undefined)
  .map(([name, curriculum]) => ({ name: `with-hooks-${name}`, curriculum }));

let world: World;
let client: Awaited<ReturnType<typeof connectTemporal>>;
beforeAll(async () => {
  world = await startWorld();
  [client] = await Promise.all([connectTemporal(world.temporal.address), world.startWorker()]);
});
afterAll(async () => {
  await client.connection.close();
  await world.close();
});

test("every strategy trains for twenty steps", async () => {
  const curricula = [...samplers, ...hooked];
  const training = { steps: STEPS, groupsPerStep: 2, groupSize: 4 };
  await plantExperiment(world, { id: "all", training, evaluation: { problems: 1, samples: 1 }, curricula, concurrency: 4 });
  await (
    await startExperiment(client, "all")
  )();
  const runs = await world.database.sql<{ id: string; status: string; stepsDone: number; observed: number }[]>`
    select r.id, r.status, r."stepsDone", (select (c.state->>'observed')::int from "CurriculumState" c where c."runId" = r.id order by step desc limit 1) as observed
    from "Run" r where "experimentId" = 'all' order by r.id`;
  expect(runs).toHaveLength(curricula.length);
  for (const { id, status, stepsDone, observed } of runs) {
    expect([id, status, stepsDone]).toEqual([id, "COMPLETED", STEPS]);
    // The refused groups too. Of self-play, where one group of the two writes, the one that solves.
    expect(observed).toBeGreaterThanOrEqual(id.includes("with-hooks-azr") ? STEPS : 2 * STEPS);
  }
});
