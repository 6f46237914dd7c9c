// Owns: that `gradus simulate cluster` forecasts what a step takes on real nodes with paced stages, whichever kind of machine is short. Must not know: how
// the model works.
import { afterAll, beforeAll, expect, test } from "vitest";
import { forecastOf, measureCluster } from "../../testkit/cluster/measure-cluster.ts";
import type { MeasuredCluster } from "../../testkit/cluster/measure-cluster.ts";
import { ALONE, PACES } from "../../testkit/cluster/paces.ts";
import { startEngineServer } from "../../testkit/policy/engine-server-process.ts";
import type { EngineServerProcess } from "../../testkit/policy/engine-server-process.ts";
import { startWorld } from "../../testkit/world.ts";
import type { World } from "../../testkit/world.ts";

let world: World;
let engine: EngineServerProcess;
let alone: MeasuredCluster;
beforeAll(async () => {
  world = await startWorld();
  engine = await startEngineServer(world);
  alone = await measureCluster(world, engine, "alone", ALONE);
});
afterAll(async () => {
  await engine.server.app.stop();
  await world.close();
});

const SHARE = 0.2;

test("a run alone takes the sum of its paces and little more", () => {
  const { generate, execute, update } = ALONE;
  process.stderr.write(`alone: ${alone.secondsPerStep.toFixed(2)} s a step; ${JSON.stringify(alone.stages)}\n`);
  expect(alone.stages.generate).toBeGreaterThanOrEqual(generate);
  expect(alone.stages.update).toBeGreaterThanOrEqual(update);
  expect(alone.secondsPerStep).toBeGreaterThanOrEqual(generate + execute + update);
});

test.each(Object.entries(PACES))(
  "%s: the forecast from the stage times of a run alone is within 20 %% of what was measured",
  async (id, pace) => {
    const { secondsPerStep, staleness, executions, late } = await measureCluster(world, engine, id, pace);
    const forecast = forecastOf(pace, alone.stages);
    process.stderr.write(
      `${id}: ${secondsPerStep.toFixed(2)} s a step, forecast ${forecast.secondsPerStep.toFixed(2)} s; ` +
        `staleness ${staleness}, forecast ${forecast.staleness.toFixed(2)}; late ${JSON.stringify(late)}\n`,
    );
    expect(executions, "every rollout was executed").toBeGreaterThanOrEqual(
      pace.policyNodes * pace.runsPerNode * pace.steps * pace.rolloutsPerStep * 0.9,
    );
    expect(secondsPerStep / forecast.secondsPerStep).toBeGreaterThan(1 - SHARE);
    expect(secondsPerStep / forecast.secondsPerStep).toBeLessThan(1 + SHARE);
    // The first step has nothing to be stale against, and is not among those measured.
    expect(Math.abs(staleness - forecast.staleness)).toBeLessThanOrEqual(SHARE);
  },
);
