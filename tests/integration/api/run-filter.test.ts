import { openDatabase } from "@gradus/prisma/database";
import type { Database } from "@gradus/prisma/database";
import { createExternalRun, finishExternalRun, logPoints } from "@gradus/prisma/metrics/external-run-store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startCountingProxy } from "../../testkit/api/counting-proxy.ts";
import type { CountingProxy } from "../../testkit/api/counting-proxy.ts";
import { createSample } from "../../testkit/api/sample-experiment.ts";
import { ask, get, startTestApi } from "../../testkit/api/test-api.ts";
import type { TestApi } from "../../testkit/api/test-api.ts";
import { startDatabaseWorld } from "../../testkit/world.ts";
import type { DatabaseWorld } from "../../testkit/world.ts";

let world: DatabaseWorld;
let proxy: CountingProxy;
let counted: Database;
let api: TestApi;

const CONFIGS = [
  { lr: 0.1, deep: { layers: 2 }, "dotted.key": "x", opt: "adam", amp: true },
  { lr: "0.01", deep: { layers: 12 }, opt: "Adam W" },
  { lr: 3, opt: "sgd" },
  {},
];
const LAST = [0.5, 1.5, Number.NaN, null];

const point = (name: string, step: number, one: number) => ({ name, steps: [step], values: [one], times: [0] });

beforeAll(async () => {
  world = await startDatabaseWorld();
  proxy = await startCountingProxy(world.databaseUrl);
  counted = openDatabase(proxy.url);
  api = await startTestApi(counted);
  await createSample(world.database, "ours");
  const { sql } = world.database;
  for (const [at, config] of CONFIGS.entries()) {
    const common = {
      projectId: "default",
      experiment: "filtered",
      arm: "external",
      seed: at,
      key: String(at),
      session: "s",
      parentRunId: null,
    };
    const { id, segment } = await createExternalRun(sql, {
      ...common,
      name: `run ${at}`,
      config,
      tags: at % 2 === 0 ? { team: "even" } : { team: "odd", "a.b": "c" },
    });
    const value = LAST[at] ?? null;
    if (value !== null) await logPoints(sql, id, "1", segment, [point("loss", 1, 99), point("other", 5, 7)]);
    if (value !== null) await logPoints(sql, id, "2", segment, [point("loss", 2, value)]);
    if (at === 2) await finishExternalRun(sql, id, "FAILED", "why");
  }
});
afterAll(async () => {
  await api.close();
  await counted.close();
  await proxy.close();
  await world.close();
});

const RUNS =
  "query ($filter: RunFilter, $first: Int, $after: Cursor) { runs(filter: $filter, first: $first, after: $after) { totalCount nodes { seed } edges { cursor } pageInfo { endCursor hasNextPage } } }";
const seeds = async (filter: object): Promise<number[]> => {
  const { runs } = await get(api.url, RUNS, { filter: { isExternal: true, ...filter }, first: 50 });
  expect(runs.totalCount).toBe(runs.nodes.length);
  return runs.nodes.map(({ seed }: { seed: number }) => seed).toSorted();
};
const where = (property: string, name: string, comparison: string, value?: unknown) =>
  seeds({ where: [{ property, name, comparison, value }] });

const refused = async (filter: object): Promise<string> => {
  const { errors } = await ask(api.url, RUNS, { filter });
  expect(errors?.[0]?.extensions?.["code"]).toBe("BAD_USER_INPUT");
  return errors?.[0]?.message ?? "";
};

const statements = async (filter: object): Promise<number> => {
  await get(api.url, RUNS, { filter });
  proxy.take();
  await get(api.url, RUNS, { filter });
  return proxy.take();
};

test("runs are found by parameters, nested ones and ones with dots in their names, as numbers and as texts", async () => {
  expect(await where("CONFIG", "lr", "AT_MOST", 0.1)).toEqual([0, 1]);
  expect(await where("CONFIG", "lr", "ABOVE", 0.1)).toEqual([2]);
  expect(await where("CONFIG", "lr", "EQUALS", 0.01)).toEqual([1]);
  expect(await where("CONFIG", "deep.layers", "AT_LEAST", 12)).toEqual([1]);
  expect(await where("CONFIG", "dotted.key", "EQUALS", "x")).toEqual([0]);
  expect(await where("CONFIG", "amp", "EQUALS", true)).toEqual([0]);
  expect(await where("CONFIG", "opt", "LIKE", "Adam%")).toEqual([1]);
  expect(await where("CONFIG", "opt", "LIKE_ANY_CASE", "adam%")).toEqual([0, 1]);
  expect(await where("CONFIG", "opt", "DIFFERS", "sgd")).toEqual([0, 1]);
  expect(await where("CONFIG", "opt", "EXISTS")).toEqual([0, 1, 2]);
  expect(await where("CONFIG", "lr", "IN", [3, 0.1])).toEqual([0, 2]);
  expect(await where("CONFIG", 'opt\'; drop table "Run"; --', "EXISTS")).toEqual([]);
});

test("runs are found by tags, status, name and the last value of a metric, in which NaN is neither above nor below", async () => {
  expect(await where("TAG", "team", "EQUALS", "even")).toEqual([0, 2]);
  expect(await where("TAG", "a.b", "NOT_IN", ["d"])).toEqual([1, 3]);
  expect(await where("METRIC", "loss", "BELOW", 50)).toEqual([0, 1]);
  expect(await where("METRIC", "loss", "ABOVE", -50)).toEqual([0, 1]);
  expect(await where("METRIC", "loss", "EXISTS")).toEqual([0, 1, 2]);
  expect(await seeds({ statuses: ["FAILED"] })).toEqual([2]);
  expect(await seeds({ contains: "RUN 3" })).toEqual([3]);
  expect((await get(api.url, RUNS, { filter: { isExternal: false } })).runs.totalCount).toBe(4);
  const { runs } = await get(api.url, RUNS, {
    filter: { where: [{ property: "CONFIG", name: "training.steps", comparison: "EQUALS", value: 12 }] },
  });
  expect(runs.totalCount).toBe(4);
});

test("runs are found by what every run has, numbers and times as numbers", async () => {
  expect(await where("ATTRIBUTE", "status", "EQUALS", "FAILED")).toEqual([2]);
  expect(await where("ATTRIBUTE", "seed", "AT_LEAST", 2)).toEqual([2, 3]);
  expect(await where("ATTRIBUTE", "created_at", "BELOW", 1)).toEqual([]);
  expect(await where("ATTRIBUTE", "created_at", "ABOVE", 1)).toEqual([0, 1, 2, 3]);
  expect(await where("ATTRIBUTE", "experiment", "LIKE", "%")).toEqual([0, 1, 2, 3]);
  expect(await seeds({ text: "status = 'FAILED'" })).toEqual([2]);
  expect(await seeds({ text: "attributes.status != 'FAILED' and seed < 2" })).toEqual([0, 1]);
  expect(await refused({ where: [{ property: "ATTRIBUTE", name: "colour", comparison: "EXISTS" }] })).toMatch(
    /where\[0\].name: one of status, name/,
  );
});

test("the text form says the same", async () => {
  expect(await seeds({ text: "metrics.loss < 1 and config.deep.layers = 2" })).toEqual([0]);
  expect(await seeds({ text: "tags.team IN ('odd', 'x') AND params.lr <= 1" })).toEqual([1]);
  expect(
    await seeds({
      text: `config.opt LIKE "%d%" and tags.team != 'odd'`,
      where: [{ property: "METRIC", name: "loss", comparison: "EXISTS" }],
    }),
  ).toEqual([0, 2]);
});

test("a filter that cannot be read is refused by name", async () => {
  expect(await refused({ text: "metrics.loss <" })).toMatch(/^filter.text: loss/);
  expect(await refused({ text: "loss < 1" })).toMatch(/begin with metrics/);
  expect(await refused({ text: "config.opt < 'a'" })).toMatch(/compares with a number/);
  expect(await refused({ where: [{ property: "TAG", name: "a", comparison: "IN", value: "x" }] })).toMatch(/where\[0\].value/);
  expect(await refused({ where: [{ property: "METRIC", name: "a", comparison: "ABOVE", value: "x" }] })).toMatch(/where\[0\].value/);
});

test("pages follow each other without a gap under a filter, at the same number of statements whatever it says", async () => {
  const seen: number[] = [];
  for (let after: string | null = null, more = true; more;) {
    const { runs }: { runs: { nodes: { seed: number }[]; pageInfo: { endCursor: string; hasNextPage: boolean } } } = await get(
      api.url,
      RUNS,
      {
        filter: { text: "config.opt LIKE '%'" },
        first: 1,
        after,
      },
    );
    seen.push(...runs.nodes.map(({ seed }) => seed));
    ({ endCursor: after, hasNextPage: more } = runs.pageInfo);
  }
  expect(seen).toEqual([2, 1, 0]);
  const plain = await statements({});
  expect(await statements({ text: "metrics.loss < 2 and config.lr > 0 and tags.team = 'even'", contains: "run" })).toBe(plain);
  expect(plain).toBeLessThanOrEqual(3);
});
