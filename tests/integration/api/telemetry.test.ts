// Owns: what nodes say of their machines, sent over the node wire, stored, live, folded by time, of a run by its leases, and dropped when old.
// Must not know: how a machine is read.
import { grantLease, setRunStatus } from "@gradus/prisma/training/run-store";
import type { MachineReport, RolloutSink } from "@gradus/domain";
import { bucketWidth } from "@gradus/prisma/reading/telemetry-reader";
import { ApiConnection } from "@gradus/worker/remote/api-connection";
import { httpSink } from "@gradus/worker/remote/http-sink";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fillProblems } from "../../testkit/api/fill-experiment.ts";
import { createSample } from "../../testkit/api/sample-experiment.ts";
import { ask, collect, connect, get, startTestApi } from "../../testkit/api/test-api.ts";
import type { AnyData, TestApi } from "../../testkit/api/test-api.ts";
import { startDatabaseWorld } from "../../testkit/world.ts";
import type { DatabaseWorld } from "../../testkit/world.ts";

const nodeKey = "a-shared-secret-of-this-test-alone";
let world: DatabaseWorld;
let api: TestApi;
let sink: RolloutSink;

beforeAll(async () => {
  world = await startDatabaseWorld();
  api = await startTestApi(world.database, { nodeKey });
  sink = httpSink(new ApiConnection({ url: api.url, key: nodeKey }));
  await fillProblems(world.database);
});
afterAll(async () => {
  await api.close();
  await world.close();
});

const machine = (coresUsed: number, more: Partial<MachineReport> = {}): MachineReport => ({
  cores: 8,
  coresUsed,
  workerCoresUsed: coresUsed / 2,
  rssBytes: 2 ** 40 + 1,
  childrenRssBytes: 1_000,
  memoryUsedBytes: 5,
  memoryTotalBytes: 10,
  gpus: [],
  absent: { gpu: "nvidia-smi is not on PATH" },
  ...more,
});

const register = (id: string): Promise<void> => sink.registerNode({ id, roles: ["POLICY"], taskQueue: null, labels: {}, capabilities: {} });

/** A heartbeat over the wire, moved to a time that has passed. */
async function beat(id: string, atMs: number, report: MachineReport | null): Promise<void> {
  await sink.nodeSeen(id, { sandbox: null, machine: report });
  await world.database.sql`update "NodeTelemetry" set at = to_timestamp(${atMs}::float8 / 1000)
    where "nodeId" = ${id} and at = (select max(at) from "NodeTelemetry" where "nodeId" = ${id})`;
}

const SERIES = "bucketMs from to node { id } series { name unit at min max mean count } absent { reading reason firstAt lastAt }";
const NODES = `query ($from: DateTime, $to: DateTime, $maxPoints: Int) { workerNodes { id telemetry(from: $from, to: $to, maxPoints: $maxPoints) { ${SERIES} } } }`;
const telemetryOf = async (id: string, variables: object = {}): Promise<AnyData> =>
  (await get(api.url, NODES, variables)).workerNodes.find((node: AnyData) => node["id"] === id).telemetry;
const named = (telemetry: AnyData, name: string): AnyData => telemetry["series"].find((series: AnyData) => series["name"] === name);
const iso = (ms: number): string => new Date(ms).toISOString();
/** An aligned time a while ago. */
const START = Math.floor((Date.now() - 3_600_000) / 80_000) * 80_000;

const GPU = {
  index: 0,
  name: "NVIDIA H100 80GB HBM3",
  utilisation: 0.9,
  memoryUsedBytes: 7,
  memoryTotalBytes: 8,
  powerWatts: null,
  temperatureCelsius: 61,
};

test("a heartbeat over the wire is the node's machine as of now, told live, with a reason for what is null", async () => {
  await register("live");
  const client = connect(api.url);
  const told = collect<AnyData>(
    client,
    `subscription { nodeHealth { nodes { id machine { cores coresUsed rssBytes childrenRssBytes gpus { index name utilisation powerWatts } absent { reading reason } } } } }`,
    {},
    (items) => items.some(({ nodes }) => nodes.some((node: AnyData) => node["id"] === "live" && node["machine"] !== null)),
  );
  const report = machine(1.5, { gpus: [GPU], childrenRssBytes: null, absent: { childrenRssBytes: "why", "gpu.0.powerWatts": "[N/A]" } });
  await sink.nodeSeen("live", { sandbox: null, machine: report });
  const nodes = (await told).flatMap(({ nodes: some }) => some);
  await client.dispose();
  expect(nodes.findLast(({ id }: AnyData) => id === "live").machine).toEqual({
    cores: 8,
    coresUsed: 1.5,
    rssBytes: 2 ** 40 + 1,
    childrenRssBytes: null,
    gpus: [{ index: 0, name: GPU.name, utilisation: 0.9, powerWatts: null }],
    absent: [
      { reading: "childrenRssBytes", reason: "why" },
      { reading: "gpu.0.powerWatts", reason: "[N/A]" },
    ],
  });
});

test("a node of before, or one that tells nothing of its machine, has none and no history", async () => {
  await register("silent");
  await sink.nodeSeen("silent", { sandbox: null, machine: null });
  await world.database.sql`update "Node" set report = '{"sandbox":null}' where id = 'silent'`;
  const { workerNodes } = await get(api.url, "{ workerNodes { id machine { cores } telemetry { series { name } absent { reading } } } }");
  expect(workerNodes).toContainEqual({ id: "silent", machine: null, telemetry: { series: [], absent: [] } });
});

test("a history is folded into aligned buckets with least, greatest, mean and count, null where nothing was known", async () => {
  await register("past");
  const values = [1, 4, 2, 7, 3, 5, 6, 0];
  for (const [place, value] of values.entries()) {
    const known = place >= 4;
    const absent = known ? {} : { "gpu.0.utilisation": "nvidia-smi says [N/A]" };
    const gpus = [{ ...GPU, powerWatts: 300 + value, utilisation: known ? value / 10 : null }];
    await beat("past", START + place * 10_000, machine(value, { gpus, absent }));
  }
  const whole = await telemetryOf("past");
  expect(named(whole, "coresUsed")).toEqual({
    name: "coresUsed",
    unit: "cores",
    at: values.map((_, place) => START + place * 10_000),
    min: values,
    max: values,
    mean: values,
    count: values.map(() => 1),
  });
  expect(whole).toMatchObject({ bucketMs: 10_000, node: { id: "past" } });

  const folded = await telemetryOf("past", { maxPoints: 2 });
  expect(folded["bucketMs"]).toBe(40_000);
  expect(named(folded, "coresUsed")).toMatchObject({
    at: [START, START + 40_000],
    min: [1, 0],
    max: [7, 6],
    mean: [3.5, 3.5],
    count: [4, 4],
  });
  expect(named(folded, "gpu.0.powerWatts")).toMatchObject({ unit: "watts", mean: [303.5, 303.5] });
  expect(named(folded, "gpu.0.utilisation")).toMatchObject({ unit: "1", min: [null, 0], max: [null, 0.6], count: [0, 4] });
  expect(named(folded, "rssBytes")).toMatchObject({ unit: "bytes", max: [2 ** 40 + 1, 2 ** 40 + 1] });
  expect(folded["absent"]).toEqual([
    { reading: "gpu.0.utilisation", reason: "nvidia-smi says [N/A]", firstAt: iso(START), lastAt: iso(START + 30_000) },
    { reading: "queueWaitMs", reason: "the node has no sandbox", firstAt: iso(START), lastAt: iso(START + 70_000) },
  ]);

  const part = await telemetryOf("past", { from: iso(START + 20_000), to: iso(START + 40_000) });
  expect(named(part, "coresUsed")).toMatchObject({ at: [START + 20_000, START + 30_000], mean: [2, 7] });
  expect(part).toMatchObject({ from: iso(START + 20_000), to: iso(START + 40_000) });
});

test("however few buckets are asked for, no more come, and a finer width would have been too many", () => {
  for (const maxPoints of [1, 2, 3, 7, 500]) {
    for (const [low, high] of [
      [START, START],
      [START + 9_999, START + 10_000],
      [START, START + 7 * 86_400_000],
    ] as const) {
      const width = bucketWidth(low, high, maxPoints);
      const buckets = (wide: number): number => Math.floor(high / wide) - Math.floor(low / wide) + 1;
      expect(buckets(width)).toBeLessThanOrEqual(maxPoints);
      if (width > 10_000) expect(buckets(width / 2)).toBeGreaterThan(maxPoints);
    }
  }
});

test("a run's telemetry is of the nodes that had its lease, while they had it, on one axis", async () => {
  const { sql } = world.database;
  const { runIds } = await createSample(world.database, "leases");
  const [runId = "", other = ""] = runIds;
  for (const id of ["first", "second"]) await register(id);
  const moved = async (ms: number): Promise<void> =>
    void (await sql`update "Event" set "createdAt" = to_timestamp(${ms}::float8 / 1000) where "runId" = ${runId}
      and position = (select max(position) from "Event" where "runId" = ${runId})`);
  const RUN = `query ($id: ID!, $from: DateTime, $maxPoints: Int) { run(id: $id) { telemetry(from: $from, maxPoints: $maxPoints) { ${SERIES} } } }`;
  const of = async (variables: object): Promise<AnyData[]> => (await get(api.url, RUN, { id: runId, ...variables })).run.telemetry;
  expect(await of({})).toEqual([]);

  // The first node has it for 20 s, then the second until the run ends, and after a resume the first one again.
  await grantLease(sql, runId, "first");
  await moved(START);
  await grantLease(sql, runId, "second");
  await moved(START + 20_000);
  await setRunStatus(sql, runId, "FAILED", "told so");
  await moved(START + 50_000);
  await grantLease(sql, runId, "first");
  await moved(START + 70_000);
  await grantLease(sql, other, "first");
  for (let place = -1; place < 8; place++) {
    await beat("first", START + place * 10_000 + 5_000, machine(100 + place));
    await beat("second", START + place * 10_000 + 5_000, machine(200 + place));
  }
  const leases = await of({});
  expect(leases.map(({ node, from }) => [node.id, from])).toEqual([
    ["first", iso(START)],
    ["second", iso(START + 20_000)],
    ["first", iso(START + 70_000)],
  ]);
  expect(leases.slice(0, 2).map(({ to }) => to)).toEqual([iso(START + 20_000), iso(START + 50_000)]);
  expect(leases.map((lease) => named(lease, "coresUsed")["mean"])).toEqual([[100, 101], [202, 203, 204], [107]]);
  expect(leases.map((lease) => named(lease, "coresUsed")["at"])).toEqual([
    [START, START + 10_000],
    [START + 20_000, START + 30_000, START + 40_000],
    [START + 70_000],
  ]);

  const coarse = await of({ maxPoints: 2 });
  expect(coarse.map(({ bucketMs }) => bucketMs)).toEqual([40_000, 40_000, 40_000]);
  expect(coarse.map((lease) => named(lease, "coresUsed")["at"])).toEqual([[START], [START, START + 40_000], [START + 40_000]]);
  const late = await of({ from: iso(START + 40_000) });
  expect(late.map((lease) => named(lease, "coresUsed")["mean"])).toEqual([[204], [107]]);
});

test("a range that cannot be is refused, and a node that nobody registered leaves no reading", async () => {
  for (const [variables, message] of [
    [{ maxPoints: 0 }, /maxPoints/],
    [{ maxPoints: 10_001 }, /maxPoints/],
    [{ from: iso(START), to: iso(START) }, /before/],
  ] as const) {
    const { errors } = await ask(api.url, NODES, variables);
    expect(errors?.[0]).toMatchObject({ message: expect.stringMatching(message), extensions: { code: "BAD_USER_INPUT" } });
  }
  await sink.nodeSeen("nobody", { sandbox: null, machine: machine(1) });
  expect([...(await world.database.sql`select 1 from "NodeTelemetry" where "nodeId" = 'nobody'`)]).toEqual([]);
});

test("readings older than a week go while the API runs, younger ones stay", async () => {
  const day = 86_400_000;
  await register("old");
  for (const [days, cores] of [
    [9, 1],
    [7.01, 2],
    [6.9, 3],
  ] as const)
    await beat("old", Date.now() - days * day, machine(cores));
  const sweeping = await startTestApi(world.database, { deletion: { keepMs: 1e9, everyMs: 20 } });
  const kept = async (): Promise<number[]> =>
    (await world.database.sql<{ cores: number }[]>`select readings[1]::int as cores from "NodeTelemetry" where "nodeId" = 'old'`).map(
      ({ cores }) => cores,
    );
  await expect.poll(kept, { timeout: 20_000 }).toEqual([3]);
  await sweeping.close();
  expect((await telemetryOf("old"))["series"], "a day, where nobody says from when").toEqual([]);
  expect(named(await telemetryOf("old", { from: iso(Date.now() - 8 * day) }), "coresUsed")).toMatchObject({ mean: [3] });
});
