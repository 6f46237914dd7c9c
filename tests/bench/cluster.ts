// Owns: seconds a step and staleness that `gradus simulate cluster` forecasts, from the stage times of a run alone, beside what was measured: on nodes with
// paced stages, and of two real runs that share a node. Must not know: how the model works.
import { forecastOf, measureCluster, stageTimesOf } from "../testkit/cluster/measure-cluster.ts";
import type { MeasuredCluster, Pace } from "../testkit/cluster/measure-cluster.ts";
import { ALONE, PACES } from "../testkit/cluster/paces.ts";
import { connectTemporal, plantExperiment, startExperiment } from "../testkit/planted-experiment.ts";
import { startEngineServer } from "../testkit/policy/engine-server-process.ts";
import { startWorld } from "../testkit/world.ts";
import type { World } from "../testkit/world.ts";
import { benchLine } from "./bench-line.ts";
import type { Bench, BenchLine, Goal } from "./bench-line.ts";

const STEPS = 12;
const GROUPS = 8;
const SIZE = 8;
const SLOTS = 2;

const cluster: Bench = async (report) => {
  const world = await startWorld();
  try {
    const engine = await startEngineServer(world);
    const alone = await measureCluster(world, engine, "alone", ALONE);
    report(benchLine({ bench: "cluster", metric: "step measured, alone, paced", unit: "s", values: [alone.secondsPerStep] }));
    for (const [id, pace] of Object.entries(PACES)) {
      const measured = await measureCluster(world, engine, id, pace);
      tell(report, `${id}, paced`, measured, forecastOf(pace, alone.stages));
    }
    await engine.server.app.stop();
    await realRuns(world, report);
  } finally {
    await world.close();
  }
};

export default cluster;

type Told = Pick<MeasuredCluster, "secondsPerStep" | "staleness">;

function tell(report: (line: BenchLine) => void, what: string, measured: Told, forecast: Told): void {
  const line = (metric: string, unit: string, value: number, goal?: Goal): void =>
    report(benchLine({ bench: "cluster", metric: `${metric}, ${what}`, unit, values: [value], ...(goal && { goal }) }));
  line("step measured", "s", measured.secondsPerStep);
  line("step forecast", "s", forecast.secondsPerStep);
  line("measured over forecast", "1", measured.secondsPerStep / forecast.secondsPerStep, { atLeast: 0.8, atMost: 1.2 });
  if (measured.staleness === 0 && forecast.staleness === 0) return;
  line("staleness measured", "versions", measured.staleness);
  line("staleness forecast", "versions", forecast.staleness);
}

/** Two real runs of the quickstart's policy that share a node, nothing paced, forecast from the stage times of one alone there. */
async function realRuns(world: World, report: (line: BenchLine) => void): Promise<void> {
  const worker = await world.startWorker({ env: { GRADUS_POLICY_SLOTS: "1", GRADUS_SANDBOX_SLOTS: String(SLOTS) } });
  const client = await connectTemporal(world.temporal.address);
  const measure = async (id: string, runs: number) => {
    const seeds = Array.from({ length: runs }, (_, at) => at + 1);
    const curricula = [{ name: "every-group", curriculum: { sampler: { kind: "uniform" }, gates: [] } as never }];
    await plantExperiment(world, {
      id,
      seeds,
      curricula,
      concurrency: runs,
      training: { steps: STEPS, groupsPerStep: GROUPS, groupSize: SIZE },
    });
    await (
      await startExperiment(client, id)
    )();
    return stageTimesOf(world, id, { rolloutsPerStep: GROUPS * SIZE, sandboxSlots: SLOTS });
  };
  const { stages } = await measure("real-one", 1);
  const two = await measure("real-two", 2);
  const pace: Pace = { ...ALONE, runsPerNode: 2, sandboxSlots: SLOTS, rolloutsPerStep: GROUPS * SIZE };
  tell(report, "two real runs on one node", two, forecastOf(pace, stages));
  await client.connection.close();
  await worker.stop();
}
