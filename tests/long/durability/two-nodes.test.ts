// Owns: a run's move between two live policy nodes: when its node dies, and when its node was only silent and comes back.
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isUnderway, Mortal, stepCompleted, underway } from "../../testkit/chaos.ts";
import type { Underway } from "../../testkit/chaos.ts";
import { connectTemporal, plantExperiment, startExperiment, traceOf } from "../../testkit/planted-experiment.ts";
import { startWorld } from "../../testkit/world.ts";
import type { World } from "../../testkit/world.ts";

const training = { steps: 12, groupsPerStep: 4, groupSize: 4 };
const NODES = ["gpu-1", "gpu-2"] as const;

let world: World;
let nodes: ReadonlyMap<string, Mortal>;
let client: Awaited<ReturnType<typeof connectTemporal>>;
let undisturbed: unknown;

beforeAll(async () => {
  world = await startWorld();
  await world.startWorker({ role: "control,sandbox", node: "control-1" });
  const start = (node: string) => Mortal.start(() => world.startWorker({ role: "policy", node, env: { GRADUS_POLICY_SLOTS: "1" } }));
  nodes = new Map(await Promise.all(NODES.map(async (node) => [node, await start(node)] as const)));
  client = await connectTemporal(world.temporal.address);
  const calm = await begin("calm");
  await calm.ended();
  undisturbed = await traceOf(world.database, calm.runId);
});
afterAll(async () => {
  // A process that is stopped would not hear that it should end.
  for (const node of nodes.values()) process.kill(node.app.pid, "SIGCONT");
  await client.connection.close();
  await world.close();
});

async function begin(id: string): Promise<{ readonly runId: string; readonly ended: () => Promise<unknown> }> {
  const [runId = ""] = await plantExperiment(world, { id, seeds: [5], training });
  return { runId, ended: await startExperiment(client, id) };
}

const otherThan = (node: string): string => NODES.find((other) => other !== node) ?? "";
const nodeOf = (id: string): Mortal => nodes.get(id) ?? expect.unreachable(`there is no node ${id}`);

async function leasesOf(runId: string): Promise<unknown[]> {
  const rows = await world.database.sql<{ data: unknown }[]>`
    select data from "Event" where "runId" = ${runId} and type = 'LEASE_GRANTED' order by position`;
  return rows.map(({ data }) => data);
}

/** Nodes that completed generate or update stages of the run, with their first and last step. */
const workOf = async (runId: string): Promise<unknown[]> => [
  ...(await world.database.sql`
    select "nodeId", min(step) as first, max(step) as last from "StageExecution"
    where "runId" = ${runId} and stage in ('GENERATE', 'UPDATE') and "scopeKind" = 'STEP' and outcome = 'COMPLETED' group by "nodeId" order by first`),
];

test("a node that is killed loses its run to the other, which goes on from the last committed checkpoint under a new lease epoch", async () => {
  const { runId, ended } = await begin("moved");
  const met = (await underway(world, runId, "UPDATE", 4)) ?? expect.unreachable("the run ended first");
  const holder = nodeOf(met.nodeId);
  await holder.kill();
  expect(await ended()).toMatchObject({ status: "COMPLETED" });

  const heir = otherThan(met.nodeId);
  expect(await leasesOf(runId)).toEqual([
    { epoch: 1, nodeId: met.nodeId },
    { epoch: 2, nodeId: heir },
  ]);
  expect(await workOf(runId)).toMatchObject([{ nodeId: met.nodeId }, { nodeId: heir, last: training.steps }]);
  expect(await traceOf(world.database, runId)).toEqual(undisturbed);
  await holder.rise();
});

/** Stops the node of the run inside an update, as a network that is cut or a machine that sleeps would. */
async function freezeInUpdate(runId: string): Promise<Underway> {
  for (let fromStep = 4; ;) {
    const met = (await underway(world, runId, "UPDATE", fromStep)) ?? expect.unreachable("the run ended first");
    const { pid } = nodeOf(met.nodeId).app;
    process.kill(pid, "SIGSTOP");
    // What it had sent before it was stopped arrives now or never.
    await pause(200);
    if (await isUnderway(world, met)) return met;
    process.kill(pid, "SIGCONT");
    fromStep = met.step + 1;
  }
}

test("a node that was silent finds its run moved when it comes back: what it writes late is refused, and nothing of it is seen", async () => {
  const { runId, ended } = await begin("silent");
  const met = await freezeInUpdate(runId);
  await stepCompleted(world, runId, met.step + 1);
  process.kill(nodeOf(met.nodeId).app.pid, "SIGCONT");
  expect(await ended()).toMatchObject({ status: "COMPLETED" });

  const { sql } = world.database;
  const late = async () =>
    sql<{ outcome: string; failure: string | null }[]>`select outcome, failure from "StageExecution" where id = ${met.id}`;
  let [found] = await late();
  // The attempt of the other node has declared it lost; then its own node wakes and says how it ended.
  for (; found?.outcome === "LOST" || found?.outcome === "STARTED"; [found] = await late()) await pause(100);
  expect(found).toEqual({ outcome: "FAILED", failure: `run ${runId}: lease epoch 1 is not the current one (2)` });
  expect(await leasesOf(runId)).toEqual([
    { epoch: 1, nodeId: met.nodeId },
    { epoch: 2, nodeId: otherThan(met.nodeId) },
  ]);
  expect(await traceOf(world.database, runId)).toEqual(undisturbed);
});
