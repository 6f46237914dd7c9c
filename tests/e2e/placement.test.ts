// Owns: where runs go: to a node whose labels are what their experiment asks for, away from one that is drained, and nowhere while there is none,
// which is said in words. Must not know: how a node is chosen.
import { setNodeDraining } from "@gradus/prisma/training/node-store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { stepCompleted } from "../testkit/chaos.ts";
import { connectTemporal, plantExperiment, startExperiment } from "../testkit/planted-experiment.ts";
import { startWorld } from "../testkit/world.ts";
import type { World } from "../testkit/world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(async () => world.close());

const training = { steps: 24, groupsPerStep: 2, groupSize: 4 };
const LABELS = "gpu=h100,mem=80";
const NEEDS = "no policy node takes the run, which needs engine embedded, gpu=h100, mem of at least 80: ";
const START = "start one with: gradus worker --role policy --engine embedded --labels gpu=h100,mem=80";

test("a run goes where its labels are, leaves a node that is drained without losing an attempt, and says what it waits for", async () => {
  const client = await connectTemporal(world.temporal.address);
  const { sql } = world.database;
  const policyNode = (node: string, labels: string, env = {}) => world.startWorker({ role: "policy", node, labels, env });
  const causeOf = async (id: string): Promise<string | null> => {
    const rows = await sql<{ cause: string | null }[]>`
      select cause from "Run" where id = ${id} union all select cause from "Experiment" where id = ${id}`;
    return rows[0]?.cause ?? null;
  };
  await Promise.all([world.startWorker({ role: "control,sandbox", node: "control-1" }), policyNode("small", "gpu=a100,mem=40")]);
  const placement = { gpu: "h100", mem: { atLeast: 80 } };
  const [runId = ""] = await plantExperiment(world, { id: "placed", seeds: [7], training, placement });
  const ended = await startExperiment(client, "placed");
  const nobody = `${NEEDS}small has gpu=a100 and has mem=40; ${START}`;
  await expect.poll(() => causeOf("placed"), { timeout: 60_000 }).toBe(nobody);

  await policyNode("big-1", LABELS);
  await stepCompleted(world, runId, 2);
  expect(await causeOf("placed"), "it waits no more").toBeNull();
  await setNodeDraining(sql, "big-1", true);
  await expect
    .poll(() => causeOf(runId), { timeout: 60_000 })
    .toBe(`${NEEDS}big-1 is being drained; small has gpu=a100 and has mem=40; ${START}`);

  // Drained by its own end: a third node is there, the second is told to stop and has time.
  const second = await policyNode("big-2", LABELS, { GRADUS_DRAIN_SECONDS: "300" });
  const [{ stepsDone = 0 } = {}] = await sql<{ stepsDone: number }[]>`select "stepsDone" from "Run" where id = ${runId}`;
  await stepCompleted(world, runId, stepsDone + 2);
  expect(await causeOf(runId)).toBeNull();
  await policyNode("big-3", LABELS);
  process.kill(second.pid, "SIGTERM");
  expect(await second.exited).toMatchObject({ code: 0 });
  expect(await ended()).toMatchObject({ status: "COMPLETED", runs: { completed: 1, failed: 0 } });

  const leases = await sql<{ nodeId: string }[]>`
    select data ->> 'nodeId' as "nodeId" from "Event" where "runId" = ${runId} and type = 'LEASE_GRANTED' order by position`;
  expect(leases.map(({ nodeId }) => nodeId)).toEqual(["big-1", "big-2", "big-3"]);
  const attempts = await sql<{ nodeId: string; outcome: string }[]>`
    select distinct "nodeId", outcome from "StageExecution" where "experimentId" = 'placed' and stage in ('GENERATE', 'UPDATE') order by 1`;
  expect([...attempts], "nothing was begun twice, and nothing elsewhere").toEqual(
    ["big-1", "big-2", "big-3"].map((nodeId) => ({ nodeId, outcome: "COMPLETED" })),
  );
  await client.connection.close();
});
