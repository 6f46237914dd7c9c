// Owns: what a node reads and writes through the API, held to what it would be with the database at hand: values, fence, refusals, repeats, size.
// Must not know: engines, sandboxes, Temporal.
import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { ConfigurationError, MissingRow, StaleLease, stepScope, stream } from "@gradus/domain";
import type { GeneratedRollout, RolloutSink, StepSummary } from "@gradus/domain";
import { isLoopback } from "@gradus/api/http/node-key";
import { attachProblemSet } from "@gradus/prisma/training/experiment-store";
import { readExecuting, readGeneration, readUpdating } from "@gradus/prisma/training/generation-store";
import { grantLease } from "@gradus/prisma/training/run-store";
import { readProblems, saveDraw } from "@gradus/prisma/training/step-store";
import { ApiConnection } from "@gradus/worker/remote/api-connection";
import { httpBlobStore } from "@gradus/worker/remote/http-blob-store";
import { httpSink } from "@gradus/worker/remote/http-sink";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestApi } from "../../testkit/api/test-api.ts";
import type { TestApi } from "../../testkit/api/test-api.ts";
import { plantExperiment } from "../../testkit/planted-experiment.ts";
import { startDatabaseWorld } from "../../testkit/world.ts";
import type { DatabaseWorld } from "../../testkit/world.ts";

const nodeKey = "a-shared-secret-of-this-test-alone";
const [GROUPS, SIZE] = [4, 8];
/** Tokens of a completion: with this many a batch of the step is many times what one request takes. */
const LONG = 12_000;

const summary: StepSummary = {
  rewardMean: 1,
  passRate: 1,
  passRateByBucket: {},
  drawnByBucket: {},
  groups: GROUPS,
  admitted: GROUPS,
  solvedNone: 0,
  solvedAll: 0,
  sandboxErrors: 0,
  sandboxErrorRate: 0,
  completionTokensMean: 1,
  truncatedRate: 0,
  uniqueProblems: GROUPS,
};

let world: DatabaseWorld;
let api: TestApi;
let connection: ApiConnection;
let sink: RolloutSink;
let runId: string;
let scope: ReturnType<typeof stepScope> & { readonly runId: string; readonly step: number };
let policy: { readonly version: number; readonly hash: string };
let epoch: number;
const experimentId = "nodes";

beforeAll(async () => {
  world = await startDatabaseWorld();
  api = await startTestApi(world.database, { nodeKey });
  connection = new ApiConnection({ url: api.url, key: nodeKey, patienceMs: 5_000 });
  sink = httpSink(connection);
  [runId = ""] = await plantExperiment(
    { ...world, blobsFolder: `${world.home}/blobs` },
    { id: experimentId, training: { groupSize: SIZE } },
  );
  const { sql } = world.database;
  const [set] = await sql<{ id: string }[]>`select id from "ProblemSet"`;
  await attachProblemSet(sql, experimentId, set?.id ?? "");
  scope = { ...stepScope(experimentId, runId, 1), runId, step: 1 };
  epoch = await grantLease(sql, runId, "node-1");
  policy = { version: 0, hash: await httpBlobStore(connection).put(Buffer.from("first weights")) };
  const problems = await readProblems(sql, set?.id ?? "", "TRAIN", GROUPS);
  const groups = problems.map(({ id, content }, ordinal) => ({ ordinal, problemId: id, bucket: null, prompt: content.message }));
  await saveDraw(sql, scope, 0, SIZE, groups);
});
afterAll(async () => {
  await api.close();
  await world.close();
});

const counted = async (table: "Rollout" | "Event" | "StageExecution" | "PolicyVersion"): Promise<number> => {
  const { sql } = world.database;
  const [row] =
    table === "Rollout"
      ? await sql<{ n: number }[]>`select count(*)::int as n from "Rollout"`
      : table === "Event"
        ? await sql<{ n: number }[]>`select count(*)::int as n from "Event" where "runId" = ${runId}`
        : table === "StageExecution"
          ? await sql<{ n: number }[]>`select count(*)::int as n from "StageExecution"`
          : await sql<{ n: number }[]>`select count(*)::int as n from "PolicyVersion"`;
  return row?.n ?? 0;
};

const rolloutsOf = (length: number): GeneratedRollout[] => {
  const random = stream(`nodes/${length}`);
  return Array.from({ length: GROUPS * SIZE }, (_, place) => ({
    ordinal: Math.floor(place / SIZE),
    index: place % SIZE,
    // Text that is hard on a wire: line ends of every kind, quotes, half of a pair, more than one byte a character.
    completion: `def f(x):\r\n\treturn "${place}\u2028é漢😀"\\`,
    promptTokens: [1, 2, 3],
    completionTokens: Array.from({ length }, () => Math.floor(random.next() * 60_000)),
    logProbs: Array.from({ length }, () => Math.log(random.next())),
    finishReason: "stop",
  }));
};

describe("a node without the database", () => {
  test("reads what the store reads, to the last digit, and long rollouts are split and durable once however often they are sent", async () => {
    const { sql } = world.database;
    expect(await sink.readGeneration(scope)).toEqual(await readGeneration(sql, scope));
    const batch = { scope, epoch, policy, attempt: 1, rollouts: rolloutsOf(LONG) };
    expect(JSON.stringify(batch).length).toBeGreaterThan(8 << 20);
    await sink.saveRollouts(batch);
    await sink.saveRollouts({ ...batch, attempt: 2 });
    expect(await counted("Rollout")).toBe(GROUPS * SIZE);
    expect([...(await sql`select distinct attempt from "Rollout"`)]).toEqual([{ attempt: 1 }]);

    const executing = await sink.readExecuting(scope);
    expect(executing.rollouts).toHaveLength(GROUPS * SIZE);
    expect(executing).toEqual(JSON.parse(JSON.stringify(await readExecuting(sql, scope))));
    const executed = executing.rollouts.map(({ id, problem }, at) => ({
      id,
      sandboxErrors: at % 2,
      execution: {
        verdict: "EXECUTED" as const,
        tests: problem.tests.map(() => ({ verdict: "OK" as const })),
        cpuMs: 1.5,
        wallMs: 2,
        stdout: "\0",
        stderr: "",
      },
    }));
    await sink.saveExecutions(executed);
    await sink.saveExecutions(executed.map((one) => ({ ...one, sandboxErrors: 9 })));
    expect((await sink.readExecuting(scope)).rollouts).toEqual([]);
    expect([...(await sql`select max("sandboxErrors") as most from "Rollout"`)]).toEqual([{ most: 1 }]);

    await sql`update "Rollout" set reward = 1, advantage = 0.1 + 0.2`;
    await sql`update "Group" set admitted = true`;
    const updating = await sink.readUpdating({ experimentId, runId, step: 1 });
    expect(updating.rollouts).toHaveLength(GROUPS * SIZE);
    expect(updating.rollouts.map(({ logProbs }) => logProbs)).toEqual(batch.rollouts.map(({ logProbs }) => logProbs));
    expect(updating).toEqual(JSON.parse(JSON.stringify(await readUpdating(sql, experimentId, runId, 1))));
  });

  test("may tell every write twice: one attempt, one event, one version", async () => {
    const attempt = { id: `${scope.id}/GENERATE/1/x`, scope, stage: "GENERATE" as const, attempt: 1, nodeId: "node-1" };
    const [attempts, events] = [await counted("StageExecution"), await counted("Event")];
    for (let time = 0; time < 2; time++) await sink.stageStarted(attempt);
    for (let time = 0; time < 2; time++) await sink.stageEnded(attempt, null);
    expect(await counted("StageExecution")).toBe(attempts + 1);
    expect(await counted("Event")).toBe(events + 1);
    const made = { runId, epoch, step: 0, version: 0, hash: policy.hash, bytes: 13, engine: "none", report: null };
    for (let time = 0; time < 2; time++) await sink.commitPolicy(made);
    expect(await counted("PolicyVersion")).toBe(1);
    const { sql } = world.database;
    await sql`update "Step" set summary = ${sql.json(summary)} where "runId" = ${runId}`;
    for (let time = 0; time < 2; time++) await sink.refuseUpdate({ experimentId, runId, step: 1 }, epoch, "not finite");
    const told =
      await sql`select type, count(*)::int as times from "Event" where type in ('UPDATE_REFUSED', 'STEP_COMPLETED') group by type order by type`;
    expect([...told]).toEqual([
      { type: "STEP_COMPLETED", times: 1 },
      { type: "UPDATE_REFUSED", times: 1 },
    ]);
  });

  test("is known as a node of its roles, seen and stopped", async () => {
    await sink.registerNode({ id: "node-1", roles: ["POLICY"], taskQueue: "policy/node-1", labels: {}, capabilities: { cpus: 2 } });
    await sink.nodeSeen("node-1", { sandbox: null, machine: null });
    await sink.nodeStopped("node-1");
    const rows = await world.database
      .sql`select roles::text[], "taskQueue", "stoppedAt" is not null as stopped from "Node" where id = 'node-1'`;
    expect([...rows]).toEqual([{ roles: ["POLICY"], taskQueue: "policy/node-1", stopped: true }]);
    const control = sink.registerNode({ id: "node-1", roles: ["CONTROL"], taskQueue: null, labels: {}, capabilities: {} });
    await expect(control).rejects.toThrow(ConfigurationError);
  });

  test("that lost its lease is told so by every fenced write, and writes nothing", async () => {
    await sink.addProvenance(runId, { engine: "none" });
    const newer = await grantLease(world.database.sql, runId, "node-2");
    const counts = await Promise.all([counted("Rollout"), counted("PolicyVersion"), counted("Event")]);
    const late: (() => Promise<unknown>)[] = [
      () => sink.saveRollouts({ scope, epoch, policy, attempt: 3, rollouts: rolloutsOf(3) }),
      () => sink.commitPolicy({ runId, epoch, step: 1, version: 1, hash: policy.hash, bytes: 13, engine: "none", report: null }),
      () => sink.refuseUpdate({ experimentId, runId, step: 1 }, epoch, "not finite"),
    ];
    for (const write of late) {
      await expect(write()).rejects.toThrow(StaleLease);
      await expect(write()).rejects.toThrow(`lease epoch ${epoch} is not the current one (${newer})`);
    }
    expect(await Promise.all([counted("Rollout"), counted("PolicyVersion"), counted("Event")])).toEqual(counts);
    epoch = newer;
  });

  test("is told what is missing and what cannot be, as refusals that no retry mends", async () => {
    await expect(sink.readInitialPolicy("no-such-run")).rejects.toThrow(MissingRow);
    await expect(sink.readGeneration(stepScope(experimentId, runId, 9))).rejects.toThrow(MissingRow);
    // A scope under another run's name would pass that run's fence.
    const forged = { ...stepScope(experimentId, "mine", 1), id: scope.id };
    const rollouts = rolloutsOf(3);
    await expect(sink.saveRollouts({ scope: forged, epoch: 1, policy, attempt: 1, rollouts })).rejects.toThrow(
      /not the one that the other members make/,
    );
    await expect(sink.saveRollouts({ scope, policy, attempt: 1, rollouts }), "no epoch, no fence").rejects.toThrow(ConfigurationError);
    const wide = rollouts.map((rollout) => ({ ...rollout, promptTokens: [2 ** 31] }));
    await expect(sink.saveRollouts({ scope, epoch, policy, attempt: 1, rollouts: wide })).rejects.toThrow(/promptTokens/);
    await expect(
      connection.ask(
        "/dropTables",
        () => ({ method: "POST" }),
        async () => null,
      ),
    ).rejects.toThrow(ConfigurationError);
    for (const path of ["/node/v2/readGeneration", "/node/readGeneration"])
      expect((await fetch(`${api.url}${path}`, { method: "POST" })).status).toBe(404);
  });

  test("is told plainly of the API's own failure, which a retry may mend", async () => {
    const broken = await startTestApi(
      { ...world.database, sql: Object.assign(() => Promise.reject(new Error("the database is away")), world.database.sql) } as never,
      {
        nodeKey,
      },
    );
    const failure = await httpSink(new ApiConnection({ url: broken.url, key: nodeKey }))
      .readInitialPolicy(runId)
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Error);
    for (const refusal of [ConfigurationError, MissingRow, StaleLease]) expect(failure).not.toBeInstanceOf(refusal);
    expect(String(failure)).toMatch(/answered 500/);
    expect(String(failure)).not.toMatch(/database is away/);
    await broken.close();
  });

  test("waits for an API that is away, and asks again where an answer was cut short", async () => {
    let asked = 0;
    const server = createServer((request, response) => {
      request.resume();
      // First nothing, then half an answer, then a whole one.
      if (++asked === 1) return void response.destroy();
      const head = `${JSON.stringify({ result: { settings: {} }, listed: 1 })}\n`;
      response.writeHead(200, { "content-type": "application/x-ndjson" });
      if (asked === 2) return void response.end(head);
      if (asked === 3) return void response.write(head, () => response.destroy());
      response.end(`${head}{"id":"a"}\n`);
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect(await httpSink(new ApiConnection({ url })).readExecuting(scope)).toEqual({ settings: {}, rollouts: [{ id: "a" }] });
    expect(asked).toBe(4);
    server.close();
    server.closeAllConnections();
    const away = httpSink(new ApiConnection({ url, patienceMs: 100 })).readExecuting(scope);
    await expect(away).rejects.toThrow(/gives no whole answer at http:\/\/127\.0\.0\.1:\d+\/node\/v1\/readExecuting/);
  });
});

describe("the node key", () => {
  test("is needed before anything is read, and appears in no answer, error or line of log", async () => {
    for (const key of [undefined, "another-shared-secret-of-nobody", `${nodeKey}x`, nodeKey.slice(1)]) {
      const refused = await httpSink(new ApiConnection({ url: api.url, ...(key === undefined ? {} : { key }) }))
        .nodeStopped("node-1")
        .catch((error: unknown) => error);
      expect(String(refused)).toMatch(/GRADUS_NODE_KEY must be the same on both/);
      // A node with a wrong key is a broken machine, not a run that cannot be.
      expect(refused).not.toBeInstanceOf(ConfigurationError);
      expect(String(refused)).not.toContain(nodeKey);
    }
    const endless = await fetch(`${api.url}/node/v1/saveRollouts`, {
      method: "POST",
      headers: { "content-type": "application/json", "content-length": String(1 << 30) },
    }).catch(() => null);
    expect(endless?.status ?? 401).toBe(401);
    expect(api.logged.join("\n")).not.toContain(nodeKey);
  });

  test("bounds what is unpacked, not what is sent", async () => {
    const { gzipSync } = await import("node:zlib");
    const response = await fetch(`${api.url}/node/v1/saveExecutions`, {
      method: "POST",
      headers: { "content-type": "application/json", "content-encoding": "gzip", authorization: `Bearer ${nodeKey}` },
      body: gzipSync(Buffer.alloc(80 << 20, " ")),
    });
    expect(response.status).toBe(413);
  });

  test("must be there where the API is reached from elsewhere, and need not be on loopback", async () => {
    await expect(startTestApi(world.database, { host: "0.0.0.0" })).rejects.toThrow(/GRADUS_NODE_KEY is not set/);
    for (const host of ["127.0.0.1", "127.8.9.10", "::1", "localhost"]) expect(isLoopback(host), host).toBe(true);
    for (const host of ["0.0.0.0", "::", "10.0.0.5", "fe80::1", "gradus.example", ""]) expect(isLoopback(host), host).toBe(false);
    const loopback = await startTestApi(world.database);
    await httpSink(new ApiConnection({ url: loopback.url })).nodeSeen("node-1", { sandbox: null, machine: null });
    await loopback.close();
  });
});
