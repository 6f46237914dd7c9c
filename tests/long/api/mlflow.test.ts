// MLflow's own client, unchanged, against the API.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { readCurrent } from "@gradus/prisma/metrics/read-series";
import { afterAll, beforeAll, expect, test } from "vitest";
import { get, startTestApi } from "../../testkit/api/test-api.ts";
import type { TestApi } from "../../testkit/api/test-api.ts";
import { INSTALL, mlflowPython } from "../../testkit/mlflow/mlflow-client.ts";
import { startDatabaseWorld } from "../../testkit/world.ts";
import type { DatabaseWorld } from "../../testkit/world.ts";

const script = fileURLToPath(new URL("../../testkit/mlflow/script.py", import.meta.url));

let world: DatabaseWorld;
let api: TestApi;
let python: string | null;

beforeAll(async () => {
  // Tolerates a machine without Python or its package index: the test says so by name.
  python = await mlflowPython().catch(() => null);
  world = await startDatabaseWorld();
  api = await startTestApi(world.database);
}, 600_000);
afterAll(async () => {
  await api?.close();
  await world?.close();
});

test("a script that only changes its tracking URI logs, searches and resumes here, and what is not offered is named", async ({ skip }) => {
  if (python === null) return skip(`MLflow's client is absent: ${INSTALL}`);
  const { stdout } = await promisify(execFile)(python, [script, api.url], {
    env: { ...process.env, MLFLOW_HTTP_REQUEST_MAX_RETRIES: "1" },
  });
  const out = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Record<string, unknown>;
  expect(out).toEqual({
    param_changed: "INVALID_PARAMETER_VALUE",
    status: "FINISHED",
    params: { lr: "0.1", layers: "2", opt: "adam" },
    team: "a",
    metrics: { loss: "0.01", acc: "0.5", nan: "nan", inf: "inf" },
    history: Array.from({ length: 100 }, (_, step) => [step, 1 / (step + 1)]),
    child_parent: true,
    by_metric: ["n3", "n2"],
    by_param: ["parent"],
    by_tag: ["n1", "n3"],
    by_like: ["n4", "n3", "n2", "n1", "n0"],
    paged: [["0", "1"], ["2", "3", "4"], null],
    tag_deleted: true,
    resumed: 7,
    experiments: ["from python"],
    searched_experiments: [["b second"], ["from python"]],
    unknown_run: "RESOURCE_DOES_NOT_EXIST",
    bad_filter: "INVALID_PARAMETER_VALUE",
    huge_step: "INVALID_PARAMETER_VALUE",
    not_offered: "NOT_IMPLEMENTED",
    registry: "NOT_IMPLEMENTED",
    artifacts: "NOT_IMPLEMENTED",
    upload: "NOT_IMPLEMENTED",
    version: "NOT_IMPLEMENTED",
    models: "NOT_IMPLEMENTED",
    tagged_experiment: "NOT_IMPLEMENTED",
  });
  const { runs } = await get(
    api.url,
    `{ runs(first: 50) { nodes { id name isExternal status config tags experiment { name } parent { name } metricSeries(names: ["score"]) { buckets { last } } } } }`,
  );
  expect(runs.nodes.map(({ name }: { name: string }) => name).toSorted()).toEqual(["child", "n0", "n1", "n2", "n3", "n4", "parent"]);
  const child = runs.nodes.find(({ name }: { name: string }) => name === "child");
  expect(child).toMatchObject({ isExternal: true, status: "COMPLETED", experiment: { name: "from python" }, parent: { name: "parent" } });
  const four = runs.nodes.find(({ name }: { name: string }) => name === "n4");
  expect(four).toMatchObject({ status: "FAILED", config: { n: "4" }, tags: { n: "4", kind: "batch" } });
  const [score] = await readCurrent(world.database.sql, { runIds: [four.id], names: ["score"] });
  expect([...(score?.points.times ?? [])]).toEqual(Array.from({ length: 1_000 }, (_, step) => 1_800_000_000_000 + step));
});
