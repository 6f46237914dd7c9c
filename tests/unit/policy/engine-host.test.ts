// Owns: that a node serves exactly the weights asked for, through crashes and broken files. Must not know: Temporal, the database.
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TrainingSpec } from "@gradus/domain";
import { localBlobStore } from "@gradus/prisma/local-blob-store";
import { textOf } from "@gradus/worker/activities/generate-rollouts";
import { lossOf } from "@gradus/worker/activities/update-policy";
import { EngineHost } from "@gradus/worker/policy/engine-host";
import type { EmbeddedEngine } from "@gradus/worker/policy/embedded/embedded-engine";
import { pythonTokenizer } from "@gradus/worker/policy/embedded/tokenizer";
import { FREE_SAMPLING, openSmallEngine, promptRows } from "../../testkit/policy/small-engine.ts";

let folder: string;
let engine: EmbeddedEngine;
let host: EngineHost;
let hash: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gradus-host-"));
  const blobs = localBlobStore(folder);
  engine = await openSmallEngine();
  host = new EngineHost([engine], blobs);
  await engine.createModel("source", 3);
  hash = await blobs.put(await engine.saveState("source"));
});
afterAll(async () => {
  await host.close();
  await rm(folder, { recursive: true });
});

const sampled = (count = 8) =>
  host.use("run", hash, ({ engine: with_, modelId }) => with_.sample(modelId, promptRows(count, 2), FREE_SAMPLING));

describe("an engine host", () => {
  test.each(["SIGSEGV", "SIGKILL"] as const)(
    "loses one attempt to an engine that ends by %s, and the next one gets the same tokens",
    async (signal) => {
      const whole = await sampled();
      const underWay = sampled(2_000);
      setTimeout(() => process.kill(engine.pid ?? 0, signal), 50);
      await expect(underWay).rejects.toThrow(/process ended/);
      expect(await sampled()).toEqual(whole);
    },
  );

  test("names the checkpoint that is altered, cut or something else, and loads no other in its place", async () => {
    const strange = await localBlobStore(folder).put(Buffer.from("not weights at all, though stored under their right name"));
    await expect(host.use("run", strange, async () => "loaded")).rejects.toThrow(
      `checkpoint sha256:${strange} cannot be loaded: checkpoint is not safetensors`,
    );
    expect(engine.hasModel("run")).toBe(false);
    const [prefix = ""] = (await readdir(folder)).filter((name) => hash.startsWith(name));
    const file = join(folder, prefix, hash);
    const bytes = await localBlobStore(folder).get(hash);
    for (const bent of [bytes.subarray(0, -40), Uint8Array.from(bytes, (byte, at) => (at === 5_000 ? byte ^ 1 : byte))]) {
      await writeFile(file, bent);
      await expect(host.use("run", hash, async () => "loaded")).rejects.toThrow(`${file} is damaged`);
      expect(engine.hasModel("run")).toBe(false);
    }
    await writeFile(file, bytes);
    expect(await sampled()).toHaveLength(8);
  });
});

describe("between an experiment's words and the engine's", () => {
  test("the clip is a distance there and a bound on the ratio here", () => {
    const training = TrainingSpec.parse({ loss: { name: "ppo", clipLow: 0.2, clipHigh: 0.28 } });
    expect(lossOf(training)).toMatchObject({ name: "ppo", clipLow: 0.8, clipHigh: 1.28 });
  });

  test("a completion ends before its stop string and without its end-of-sequence token", () => {
    const tokens = [...pythonTokenizer.encode("def f(x):\n return x\n\n\nprint(1)"), pythonTokenizer.eosToken];
    expect(textOf(pythonTokenizer, { tokens }, [])).toBe("def f(x):\n return x\n\n\nprint(1)");
    expect(textOf(pythonTokenizer, { tokens }, ["print", "\n\n"])).toBe("def f(x):\n return x");
    expect(textOf(pythonTokenizer, { tokens }, ["class"])).toContain("print(1)");
  });
});
