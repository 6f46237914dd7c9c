// Owns: seconds a step, split into its stages and the orchestration between them, at 1 and at 4 concurrent runs. Must not know: how stages work.
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
    await world.startWorker();
    const client = await connectTemporal(world.temporal.address);
    for (const runs of [1, 4]) {
      const id = `bench-${runs}`;
      const seeds = Array.from({ length: runs }, (_, at) => at + 1);
      await plantExperiment(world, { id, seeds, concurrency: runs, training: { steps: STEPS, groupsPerStep: 8, groupSize: 8 } });
      await (
        await startExperiment(client, id)
      )();
      const parts = await partsOf(world.database, id);
      for (const metric of ["step", "generate", "execute", "reward", "update"] as const)
        report(benchLine({ bench: "step", metric: `${metric}, ${runs} at once`, unit: "s", values: parts.map((part) => part[metric]) }));
      const values = parts.map((part) => part.orchestration);
      report(
        benchLine({ bench: "step", metric: `orchestration, ${runs} at once`, unit: "s", values, goal: { atMost: ORCHESTRATION_GOAL_S } }),
      );
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

/** From one step's draw to the next one's, in seconds; the first step, which warms up, and the last, which has no next, are left out. */
async function partsOf({ sql }: Database, experimentId: string): Promise<Parts[]> {
  const rows = await sql<Omit<Parts, "orchestration">[]>`
    with stage as (
      select "runId", step, stage, extract(epoch from sum("endedAt" - "startedAt"))::float8 as s from "StageExecution"
      where "experimentId" = ${experimentId} and "scopeKind" = 'STEP' and outcome = 'COMPLETED' group by 1, 2, 3),
    wall as (
      select "runId", step, extract(epoch from lead("startedAt") over (partition by "runId" order by step) - "startedAt")::float8 as s from "Step" where "runId" like ${`${experimentId}.%`})
    select wall.s as step, max(stage.s) filter (where stage = 'GENERATE') as generate, max(stage.s) filter (where stage = 'EXECUTE') as execute,
      max(stage.s) filter (where stage = 'REWARD') as reward, coalesce(max(stage.s) filter (where stage = 'UPDATE'), 0) as update
    from wall join stage using ("runId", step) where wall.s is not null and step > 1 group by "runId", step, wall.s`;
  return rows.map((row) => ({ ...row, orchestration: row.step - row.generate - row.execute - row.reward - row.update }));
}
