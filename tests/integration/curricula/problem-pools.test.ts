// Owns: that runs read a measured set once a process, and one that is not measured each time, since its pass rates may come yet.
import { contentHash } from "@gradus/domain";
import type { MeasuredPassRate } from "@gradus/domain";
import { openDatabase } from "@gradus/prisma";
import type { Database } from "@gradus/prisma";
import { saveMeasurement } from "@gradus/prisma/training/evaluation-store";
import { freezeProblemSet } from "@gradus/prisma/training/problem-set-store";
import { problemPools } from "@gradus/worker/control/problem-pools";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startCountingProxy } from "../../testkit/api/counting-proxy.ts";
import type { CountingProxy } from "../../testkit/api/counting-proxy.ts";
import { startDatabaseWorld } from "../../testkit/world.ts";
import type { DatabaseWorld } from "../../testkit/world.ts";

let world: DatabaseWorld;
let proxy: CountingProxy;
let counted: Database;
beforeAll(async () => {
  world = await startDatabaseWorld();
  proxy = await startCountingProxy(world.databaseUrl);
  counted = openDatabase(proxy.url);
});
afterAll(async () => {
  await counted.close();
  await proxy.close();
  await world.close();
});

function freeze(name: string, passRate: MeasuredPassRate | null): Promise<string> {
  const content = {
    environment: "INDUCTION" as const,
    message: name,
    entryPoint: "f",
    reference: "def f(x): return x",
    tests: [{ kind: "call" as const, args: "1", expected: "1" }],
    visibleTests: 1,
  };
  const problem = { ...content, contentHash: contentHash(content), astHash: name, origin: { teacher: "test" }, operations: [] };
  return freezeProblemSet(world.database.sql, "default", name, [{ ...problem, split: "TRAIN", passRate, bucket: null }]);
}

test("a set that an experiment measures after another drew from it is seen measured", async () => {
  const pools = problemPools(counted);
  const set = await freeze("later", null);
  const [before] = await pools(set);
  expect(before).toMatchObject({ passRate: null, bucket: null });
  const score = {
    problemId: before?.id ?? "",
    bucket: "MEDIUM" as const,
    environment: "INDUCTION",
    difficulty: null,
    passes: 16,
    samples: 32,
  };
  await saveMeasurement(world.database.sql, set, [score]);
  expect(await pools(set)).toMatchObject([{ passRate: { passes: 16, attempts: 32 }, bucket: "MEDIUM" }]);
});

test("a measured set is read once, until four others have been drawn from", async () => {
  const pools = problemPools(counted);
  const sets = await Promise.all([1, 2, 3, 4, 5].map((at) => freeze(`measured ${at}`, { passes: at, attempts: 32 })));
  const [first = "", ...others] = sets;
  const reads = async (set: string): Promise<number> => {
    proxy.take();
    await pools(set);
    return proxy.take();
  };
  expect(await reads(first)).toBeGreaterThan(0);
  expect(await reads(first)).toBe(0);
  for (const set of others) expect(await reads(set)).toBeGreaterThan(0);
  expect(await reads(first)).toBeGreaterThan(0);
});
