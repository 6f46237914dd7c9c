// Owns: the record of a stage's attempts: numbered by the database, ended once, told on the run's stream in its order. Must not know: stages.
import { inRun } from "@gradus/prisma/training/run-transaction";
import { stageEnded, stageStarted } from "@gradus/prisma/training/stage-store";
import type { Stage, StageAttempt } from "@gradus/domain";
import { stepScope } from "@gradus/domain";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createSample } from "../../testkit/api/sample-experiment.ts";
import { startDatabaseWorld } from "../../testkit/world.ts";
import type { DatabaseWorld } from "../../testkit/world.ts";

let world: DatabaseWorld;
let experimentId: string;
let runId: string;
let made = 0;

beforeAll(async () => {
  world = await startDatabaseWorld();
});
beforeEach(async () => {
  const sample = await createSample(world.database, `attempts ${++made}`);
  experimentId = sample.id;
  runId = sample.runIds[0] ?? "";
});
afterAll(() => world.close());

const attempt = (step: number, stage: Stage, number: number, id = `${runId}/${step}/${stage}/${crypto.randomUUID()}`): StageAttempt => ({
  id,
  scope: stepScope(experimentId, runId, step),
  stage,
  attempt: number,
  nodeId: "node",
});
const stored = async () => [
  ...(await world.database.sql`
    select attempt, outcome, failure from "StageExecution" where "runId" = ${runId} order by step, stage, attempt`),
];
const events = async () => [
  ...(await world.database.sql`select position::int, type, data from "Event" where "runId" = ${runId} order by position`),
];

test("attempts that Temporal numbers anew are numbered on, and the one before is LOST", async () => {
  const { sql } = world.database;
  await stageStarted(sql, attempt(1, "REWARD", 1));
  const second = attempt(1, "REWARD", 1);
  await stageStarted(sql, second);
  await stageStarted(sql, second);
  await stageEnded(sql, second, null);
  const sixth = attempt(1, "REWARD", 6);
  await stageStarted(sql, sixth);
  await stageEnded(sql, sixth, "the disk is full");
  expect(await stored()).toEqual([
    { attempt: 1, outcome: "LOST", failure: null },
    { attempt: 2, outcome: "COMPLETED", failure: null },
    { attempt: 6, outcome: "FAILED", failure: "the disk is full" },
  ]);
  const told = { step: 1, stage: "REWARD", nodeId: "node" };
  expect(await events()).toEqual([
    { position: 1, type: "STAGE_ENDED", data: { ...told, attempt: 2, outcome: "COMPLETED" } },
    { position: 2, type: "STAGE_ENDED", data: { ...told, attempt: 6, outcome: "FAILED" } },
  ]);
});

test("an end that is told twice is one event, and the end of a scope without a run is none", async () => {
  const { sql } = world.database;
  const once = attempt(1, "UPDATE", 1);
  await stageStarted(sql, once);
  await stageEnded(sql, once, null);
  await stageEnded(sql, once, null);
  expect(await events()).toHaveLength(1);
  const scope = { id: `${experimentId}/measurement`, kind: "MEASUREMENT", experimentId } as const;
  const shared: StageAttempt = { id: `${experimentId}/shared`, scope, stage: "EXECUTE", attempt: 1, nodeId: "node" };
  await stageStarted(sql, shared);
  await stageEnded(sql, shared, null);
  const [row] = await sql`select outcome from "StageExecution" where id = ${shared.id}`;
  expect(row).toEqual({ outcome: "COMPLETED" });
  expect(await events()).toHaveLength(1);
});

test("ends of stages and other writers of a run share one gapless stream", async () => {
  const { sql } = world.database;
  const stages = ["GENERATE", "EXECUTE", "REWARD", "UPDATE"] as const;
  const begun = stages.flatMap((stage) => Array.from({ length: 10 }, (_, at) => attempt(at + 1, stage, 1)));
  for (const one of begun) await stageStarted(sql, one);
  await Promise.all([
    ...begun.map((one) => stageEnded(sql, one, null)),
    ...begun.map((_, at) => inRun(sql, runId, null, async (_tx, emit) => emit({ type: "STEPS_CHANGED", totalSteps: at }))),
  ]);
  const rows = await events();
  expect(rows.map(({ position }) => position)).toEqual(Array.from({ length: 80 }, (_, at) => at + 1));
  const [run] = await sql`select "streamPosition"::int as position from "Run" where id = ${runId}`;
  expect(run).toEqual({ position: 80 });
});
