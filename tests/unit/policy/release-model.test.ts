// Owns: whose weights an engine holds, and that a released model leaves no trace but its checkpoint. Must not know: stages.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { localBlobStore } from "@gradus/prisma/local-blob-store";
import { EngineHost } from "@gradus/worker/policy/engine-host";
import { afterAll, expect, test } from "vitest";
import { FREE_SAMPLING, openSmallEngine, promptRows } from "../../testkit/policy/small-engine.ts";

const folder = mkdtempSync(join(tmpdir(), "gradus-host-"));
const blobs = localBlobStore(folder);
const engines = await Promise.all([openSmallEngine(), openSmallEngine()]);
const host = new EngineHost(engines, blobs);
afterAll(async () => {
  await host.close();
  rmSync(folder, { recursive: true, force: true });
});

const holders = (modelId: string) => engines.filter((engine) => engine.hasModel(modelId)).length;
const sample = (modelId: string, hash: string) =>
  host.use(modelId, hash, ({ engine }) => engine.sample(modelId, promptRows(2, 1), FREE_SAMPLING));

test("a released model is gone from its engine, and comes back from its checkpoint", async () => {
  const hash = await host.use("run", null, async ({ engine, changing, settled }) => {
    changing();
    await engine.createModel("run", 1);
    const made = await blobs.put(await engine.saveState("run"));
    settled(made);
    return made;
  });
  const before = await sample("run", hash);
  expect(holders("run")).toBe(1);
  await host.release("run");
  expect(holders("run")).toBe(0);
  expect(await sample("run", hash)).toEqual(before);
  expect(holders("run")).toBe(1);
  // A hundred runs that came and went leave what one leaves.
  for (let at = 0; at < 100; at++) {
    await sample(`run-${at}`, hash);
    await host.release(`run-${at}`);
  }
  expect(engines.map((engine) => Array.from({ length: 100 }, (_, at) => engine.hasModel(`run-${at}`)).filter(Boolean))).toEqual([[], []]);
});

test("work that was asked for before a release is done, and work asked for after it finds its weights", async () => {
  const hash = await host.use("busy", null, async ({ engine, settled }) => {
    await engine.createModel("busy", 2);
    const made = await blobs.put(await engine.saveState("busy"));
    settled(made);
    return made;
  });
  const [before, , after] = await Promise.all([sample("busy", hash), host.release("busy"), sample("busy", hash)]);
  expect(after).toEqual(before);
  expect(holders("busy")).toBe(1);
  await expect(host.release("never heard of")).resolves.toBeUndefined();
});
