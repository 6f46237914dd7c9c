// Owns: that rollouts of a sandbox node that is killed or drained are executed elsewhere, exactly once in effect, and what each node says of itself.
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { evaluationScope } from "@gradus/domain";
import type { Scope } from "@gradus/domain";
import { readProblems } from "@gradus/prisma/training/step-store";
import { saveGroups, saveRollouts } from "@gradus/prisma/training/rollout-store";
import type { RunningApp } from "@gradus/cli/up/start-app";
import { DefaultLogger, NativeConnection, Runtime, Worker } from "@temporalio/worker";
import { afterAll, beforeAll, expect, test } from "vitest";
import { get } from "../../testkit/api/test-api.ts";
import { connectTemporal, plantExperiment } from "../../testkit/planted-experiment.ts";

import { startWorld } from "../../testkit/world.ts";
import type { World } from "../../testkit/world.ts";

const EXPERIMENT = "sandbox-nodes";
const ROLLOUTS = 96;
/** Rollouts that a node makes durable at a time. */
const BATCH = 32;
/** Rollouts that a node of two slots has in hand at a time. */
const LANES = 4;
/** Says when it ran by what nobody could say again. */
const PROGRAM = "import os, time\nprint(os.urandom(8).hex())\ntime.sleep(0.2)\n\ndef f(*_):\n    return 0\n";

let world: World;
let worker: Worker;
let working: Promise<void>;
let connection: NativeConnection;
let client: Awaited<ReturnType<typeof connectTemporal>>;
let apiUrl: string;
const nodes = new Map<string, RunningApp>();
/** Executions that ended on a node of this life before the scope at hand. */
const earlier = new Map<string, number>();

const startNode = async (node: string): Promise<void> => {
  earlier.set(node, 0);
  nodes.set(node, await world.startWorker({ role: "sandbox", node, env: { GRADUS_SANDBOX_SLOTS: "2" } }));
};

beforeAll(async () => {
  world = await startWorld();
  await plantExperiment(world, { id: EXPERIMENT });
  apiUrl = (await world.startApi()).url;
  await Promise.all(["sandbox-1", "sandbox-2"].map(startNode));
  client = await connectTemporal(world.temporal.address);
  Runtime.install({ logger: new DefaultLogger("WARN") });
  connection = await NativeConnection.connect({ address: world.temporal.address });
  const workflowsPath = fileURLToPath(new URL("../../testkit/sandbox/execute-scope.ts", import.meta.url));
  worker = await Worker.create({ connection, taskQueue: "test", workflowsPath });
  working = worker.run();
});
afterAll(async () => {
  worker.shutdown();
  await working;
  await connection.close();
  await client.connection.close();
  await world.close();
});

/** A scope whose rollouts wait for their execution. */
async function plantScope(ordinal: number): Promise<Scope> {
  const { sql } = world.database;
  const scope = evaluationScope(EXPERIMENT, ordinal);
  const [row] = await sql<{ problemSetId: string }[]>`select id as "problemSetId" from "ProblemSet" limit 1`;
  const [problem] = await readProblems(sql, row?.problemSetId ?? "", "TRAIN");
  if (problem === undefined) throw new Error("no problem was planted");
  await saveGroups(sql, scope, ROLLOUTS, [{ ordinal: 0, problemId: problem.id, bucket: null, prompt: "" }]);
  const rollouts = Array.from({ length: ROLLOUTS }, (_, index) => ({
    ordinal: 0,
    index,
    completion: PROGRAM,
    promptTokens: [1],
    completionTokens: [1],
    logProbs: [0],
    finishReason: "stop" as const,
  }));
  await saveRollouts(sql, { scope, policy: { version: 0, hash: "0".repeat(64) }, attempt: 1, rollouts });
  return scope;
}

interface Executed {
  readonly id: string;
  readonly verdict: string;
  readonly printed: string;
  readonly sandboxErrors: number;
}

const executed = async (scope: Scope): Promise<Executed[]> => [
  ...(await world.database.sql<Executed[]>`select r.id, r.verdict, r.execution ->> 'stdout' as printed, r."sandboxErrors" from "Rollout" r
    join "Group" g on g.id = r."groupId" where g.scope = ${scope.id} and r.verdict is not null order by r.id`),
];

const attempts = async (scope: Scope): Promise<{ attempt: number; nodeId: string; outcome: string }[]> => [
  ...(await world.database.sql<{ attempt: number; nodeId: string; outcome: string }[]>`
    select attempt, "nodeId", outcome from "StageExecution" where scope = ${scope.id} and stage = 'EXECUTE' order by "startedAt"`),
];

/** Executes a scope, lets `meddle` deal with the node that has it once some of it is durable, and waits for the end. */
async function execute(scope: Scope, meddle: (node: RunningApp) => Promise<void>): Promise<{ node: string; before: Executed[] }> {
  const handle = await client.workflow.start("executeScope", { workflowId: scope.id, taskQueue: "test", args: [scope] });
  let before = await executed(scope);
  for (; before.length < BATCH; before = await executed(scope)) await pause(20);
  expect(before.length).toBeLessThan(ROLLOUTS);
  const [first] = await attempts(scope);
  const node = first?.nodeId ?? "";
  await meddle(nodes.get(node) ?? expect.unreachable(`${node} is no node of this test`));
  // What was durable when the node had gone, batches that it wrote last included.
  before = await executed(scope);
  expect(before.length).toBeLessThan(ROLLOUTS);
  await handle.result();
  return { node, before };
}

/** Every rollout has one verdict, and those that had one before kept it: none of them was executed to any effect again. */
async function expectOnce(scope: Scope, before: readonly Executed[]): Promise<void> {
  const after = await executed(scope);
  expect(after.length).toBe(ROLLOUTS);
  expect(after.filter(({ verdict, sandboxErrors }) => verdict !== "EXECUTED" || sandboxErrors !== 0)).toEqual([]);
  const kept = new Set(before.map(({ id }) => id));
  expect(after.filter(({ id }) => kept.has(id))).toEqual(before);
  // Each verdict is of an execution of its own.
  expect(new Set(after.map(({ printed }) => printed)).size).toBe(ROLLOUTS);
}

const QUERY = `{ workerNodes { id isAlive stoppedAt sandbox {
  backend slots running waiting finished utilisation queueWaitMs sandboxErrors errorRate replacedSlots leakedProcesses } } }`;
interface NodeSaid {
  readonly id: string;
  readonly isAlive: boolean;
  readonly stoppedAt: string | null;
  readonly sandbox: Record<string, unknown> | null;
}
async function said(node: string): Promise<NodeSaid> {
  const { workerNodes } = await get<{ workerNodes: NodeSaid[] }>(apiUrl, QUERY);
  return workerNodes.find(({ id }) => id === node) ?? expect.unreachable(`${node} is not listed`);
}
const other = (node: string): string => (node === "sandbox-1" ? "sandbox-2" : "sandbox-1");

test("what a killed node had not made durable is executed by the other, and what it had is left alone", async () => {
  const scope = await plantScope(0);
  const { node, before } = await execute(scope, async (app) => {
    process.kill(app.pid, "SIGKILL");
    await app.exited;
  });
  await expectOnce(scope, before);
  expect(await attempts(scope)).toEqual([
    { attempt: 1, nodeId: node, outcome: "LOST" },
    { attempt: 2, nodeId: other(node), outcome: "COMPLETED" },
  ]);
  // Silence is all that a killed node says; what it said last stays readable.
  expect(await said(node)).toMatchObject({ stoppedAt: null, sandbox: { backend: "bubblewrap", slots: 2 } });
  earlier.set(other(node), ROLLOUTS - before.length);
  await startNode(node);
});

test("a drained node makes durable what it has finished, says goodbye with its counts, and the other executes the rest", async () => {
  const scope = await plantScope(1);
  const { node, before } = await execute(scope, async (app) => {
    process.kill(app.pid, "SIGTERM");
    await app.exited;
  });
  await expectOnce(scope, before);
  expect(await attempts(scope)).toEqual([
    { attempt: 1, nodeId: node, outcome: "FAILED" },
    { attempt: 2, nodeId: other(node), outcome: "COMPLETED" },
  ]);
  const { isAlive, stoppedAt, sandbox } = await said(node);
  expect([isAlive, stoppedAt === null]).toEqual([false, false]);
  expect(sandbox).toMatchObject({ slots: 2, waiting: 0, sandboxErrors: 0, errorRate: 0, leakedProcesses: 0 });
  // Every verdict it came to is durable; only what ran or was about to run when its time was over ended without one.
  const ended = Number(sandbox?.["finished"]) - (earlier.get(node) ?? 0);
  expect(ended).toBeGreaterThanOrEqual(before.length);
  expect(ended).toBeLessThanOrEqual(before.length + LANES);
  expect(Number(sandbox?.["utilisation"])).toBeGreaterThan(0);
  expect(Number(sandbox?.["queueWaitMs"])).toBeGreaterThan(0);
});
