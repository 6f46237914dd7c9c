// Owns: `gradus watch` over an API that is killed and comes back, with a real database behind it.
import { join } from "node:path";
import { setExperimentStatus } from "@gradus/prisma/training/experiment-store";
import { setRunStatus } from "@gradus/prisma/training/run-store";
import { inRun } from "@gradus/prisma/training/run-transaction";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startApiProcess } from "../../testkit/api/api-process.ts";
import type { ApiProcess } from "../../testkit/api/api-process.ts";
import { createSample } from "../../testkit/api/sample-experiment.ts";
import { startGradus } from "../../testkit/cli/gradus.ts";
import type { RunningGradus } from "../../testkit/cli/gradus.ts";
import { startDatabaseWorld } from "../../testkit/world.ts";
import type { DatabaseWorld } from "../../testkit/world.ts";

let world: DatabaseWorld;
let api: ApiProcess;
const environment = () => ({ DATABASE_URL: world.databaseUrl, GRADUS_BLOBS: join(world.home, "blobs") });

beforeAll(async () => {
  world = await startDatabaseWorld();
  api = await startApiProcess(environment());
});
afterAll(async () => {
  await api.kill();
  await world.close();
});

const watch = (id: string, ...args: readonly string[]): RunningGradus => startGradus(["watch", id, ...args], { GRADUS_API_URL: api.url });

async function restart(): Promise<void> {
  const { port } = new URL(api.url);
  await api.kill();
  api = await startApiProcess({ ...environment(), GRADUS_PORT: port });
}

/** Each run's number of steps in all goes up to `to`, one event each. */
async function tell(runIds: readonly string[], from: number, to: number): Promise<void> {
  for (let totalSteps = from; totalSteps <= to; totalSteps++)
    for (const runId of runIds)
      await inRun(world.database.sql, runId, null, async (_tx, emit) => emit({ type: "STEPS_CHANGED", totalSteps }));
}

/** Its runs end one after the other, then the experiment itself. */
async function end(id: string, runIds: readonly string[], failed: number): Promise<void> {
  for (const [at, runId] of runIds.entries())
    await setRunStatus(world.database.sql, runId, at < failed ? "FAILED" : "COMPLETED", at < failed ? "no luck" : undefined);
  await setExperimentStatus(world.database.sql, id, "COMPLETED", undefined, true);
}

interface Line {
  readonly runId: string;
  readonly position: number;
  readonly event: { readonly __typename: string; readonly status?: string };
}

test("--json writes every event of every run once and in order, through a kill -9 of the API, and ends with the experiment", async () => {
  const { id, runIds } = await createSample(world.database, "watch as json");
  await tell(runIds, 1, 10);
  const watching = watch(id, "--json");
  await watching.line(/"totalSteps":10/);
  const restarted = restart();
  await tell(runIds, 11, 30);
  await restarted;
  await tell(runIds, 31, 40);
  await end(id, runIds, 0);

  const { code, stdout } = await watching.ended;
  expect(code).toBe(0);
  const lines = stdout.split("\n").map((line) => JSON.parse(line) as Line);
  expect(lines.at(-1)?.event.__typename).toBe("ExperimentStatusChanged");
  for (const runId of runIds) {
    const ofRun = lines.filter((line) => line.runId === runId);
    expect(ofRun.map(({ position }) => position)).toEqual(Array.from({ length: 41 }, (_, at) => at + 1));
    expect(ofRun.at(-1)?.event).toMatchObject({ __typename: "StatusChanged", status: "COMPLETED" });
  }
});

test("off a terminal it writes plain lines, says that the API went and came back, and ends with 1 when a run failed", async () => {
  const { id, runIds } = await createSample(world.database, "watch plainly");
  const watching = watch(id);
  await watching.line(/QUEUED, 0 of 4 runs done/);
  await tell(runIds, 20, 20);
  await watching.line(/uniform seed 1: 20 steps in all/);
  await restart();
  await watching.line(/the API is back/);
  await end(id, runIds, 1);
  const { code, stdout } = await watching.ended;
  expect(code).toBe(1);
  expect(stdout).toContain("the API is away, waiting for it");
  expect(stdout).toContain("uniform seed 1: FAILED, no luck");
  expect(stdout).toMatch(/COMPLETED, 4 of 4 runs done$/);
});

test("an experiment that has ended is shown and its watcher ends at once", async () => {
  const { id, runIds } = await createSample(world.database, "watch the end");
  await end(id, runIds, 0);
  expect(await watch(id).ended).toMatchObject({ code: 0, stdout: expect.stringContaining("COMPLETED, 4 of 4 runs done") });
  const { stdout } = await watch(id, "--json").ended;
  const told = stdout.split("\n").map((line) => (JSON.parse(line) as Line).event.__typename);
  expect(told).toEqual([...runIds.map(() => "StatusChanged"), "ExperimentStatusChanged"]);
});

test("Ctrl-C ends the watcher alone, with 130", async () => {
  const { id } = await createSample(world.database, "watch a while");
  const watching = watch(id);
  await watching.line(/QUEUED/);
  watching.kill("SIGINT");
  expect((await watching.ended).code).toBe(130);
});
