// Owns: that collection takes every blob nobody needs and no other, beside saves in progress. Must not know: engines, Temporal.
import { readdir, utimes } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { localBlobStore } from "@gradus/prisma/local-blob-store";
import { localBlobShelf } from "@gradus/prisma/local-blob-shelf";
import { collectBlobs } from "@gradus/prisma/collect-blobs";
import { databaseSink } from "@gradus/prisma/training/database-sink";
import { grantLease } from "@gradus/prisma/training/run-store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { stream } from "@gradus/domain/random";
import { plantExperiment } from "../../testkit/planted-experiment.ts";
import { startDatabaseWorld } from "../../testkit/world.ts";
import type { DatabaseWorld } from "../../testkit/world.ts";

const HOUR_MS = 3_600_000;
let world: DatabaseWorld & { readonly blobsFolder: string };
let runId: string;
let epoch: number;
beforeAll(async () => {
  const base = await startDatabaseWorld();
  world = { ...base, blobsFolder: join(base.home, "blobs") };
  [runId = ""] = await plantExperiment(world, { id: "collected" });
  epoch = await grantLease(world.database.sql, runId, "test-node");
});
afterAll(() => world.close());

const store = () => localBlobStore(world.blobsFolder);
const shelf = () => localBlobShelf(world.blobsFolder);
const commit = (hash: string, version: number) =>
  databaseSink(world.database, store()).commitPolicy({ runId, epoch, step: 0, version, hash, bytes: 1, engine: "none", report: null });
async function hashes(): Promise<string[]> {
  const found: string[] = [];
  for await (const { hash } of shelf().list()) found.push(hash);
  return found.toSorted();
}
const age = async (hash: string): Promise<void> => {
  const then = new Date(Date.now() - 2 * HOUR_MS);
  await utimes(join(world.blobsFolder, hash.slice(0, 2), hash), then, then);
};

test("what a policy version or an experiment's warm start points at stays, and so does what is young", async () => {
  const [warmStart = ""] = await hashes();
  const [pointedAt, forgotten, young, savedAgain] = (await Promise.all(
    ["version 0", "forgotten", "young", "saved again"].map((text) => store().put(Buffer.from(text))),
  )) as [string, string, string, string];
  await commit(pointedAt, 0);
  for (const hash of [warmStart, pointedAt, forgotten, savedAgain]) await age(hash);
  await store().put(Buffer.from("saved again"));
  expect(await collectBlobs(world.database.sql, shelf(), { olderThanMs: HOUR_MS })).toEqual({
    removed: 1,
    bytes: "forgotten".length,
    kept: 4,
  });
  expect(await hashes()).toEqual([warmStart, pointedAt, young, savedAgain].toSorted());
  expect(await store().has(forgotten)).toBe(false);
});

test("a policy whose bytes are gone is not committed", async () => {
  await expect(commit("f".repeat(64), 1)).rejects.toThrow("save it again");
});

test("collectors that spare no age take nothing from under saves in progress", async () => {
  const SAVES = 40;
  const saving = new AbortController();
  let [removed, refused] = [0, 0];
  const collector = async (): Promise<void> => {
    while (!saving.signal.aborted) removed += (await collectBlobs(world.database.sql, shelf(), { olderThanMs: -HOUR_MS })).removed;
  };
  const saver = async (first: number): Promise<void> => {
    const random = stream(`collect/${first}`);
    for (let version = first; version < first + SAVES; version += 1) {
      const bytes = Buffer.from(`version ${version}`);
      for (let isCommitted = false; !isCommitted;) {
        const hash = await store().put(bytes);
        await pause(random.int(8));
        isCommitted = await commit(hash, version).then(
          () => true,
          (error: Error) => {
            expect(error.message).toContain("save it again");
            refused += 1;
            return false;
          },
        );
      }
    }
  };
  const collectors = Promise.all([collector(), collector()]);
  await Promise.all([saver(100), saver(200), saver(300)]);
  saving.abort();
  await collectors;
  const rows = await world.database.sql<{ hash: string }[]>`select "checkpointHash" as hash from "PolicyVersion" where version >= 100`;
  expect(rows).toHaveLength(3 * SAVES);
  const lying = new Set(await hashes());
  expect(rows.filter(({ hash }) => !lying.has(hash))).toEqual([]);
  // Otherwise the two never met, and nothing was shown.
  expect(removed).toBeGreaterThan(0);
  expect(refused).toBeGreaterThan(0);
  expect((await readdir(world.blobsFolder, { recursive: true })).filter((name) => name.endsWith(".partial"))).toEqual([]);
});
