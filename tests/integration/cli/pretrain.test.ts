// Owns: `gradus pretrain` as a process: weights, their hash, the cache. The recipe itself is the engine's affair.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sha256Hex } from "@gradus/domain/content-hash";
import { decodeSafetensors } from "@gradus/worker/policy/embedded/safetensors";
import { afterAll, beforeAll, expect, test } from "vitest";
import { gradus } from "../../testkit/cli/gradus.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gradus-pretrain-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const pretrain = (name: string, ...args: readonly string[]) =>
  gradus(["pretrain", "--out", join(folder, name), ...args], { GRADUS_CACHE: join(folder, "cache") });

test("weights are trained once for a recipe, and named by their hash", async () => {
  const trained = await pretrain("first.safetensors", "--steps", "3", "--json");
  expect(trained.code, trained.stderr).toBe(0);
  expect(trained.stderr).toContain("update 3/3  loss ");
  const first = JSON.parse(trained.stdout) as { hash: string; cached: boolean };
  const bytes = await readFile(join(folder, "first.safetensors"));
  expect(first).toMatchObject({ hash: sha256Hex(bytes), bytes: bytes.byteLength, cached: false });
  expect(decodeSafetensors(bytes).tensors.length).toBeGreaterThan(10);

  const again = await pretrain("again.safetensors", "--steps", "3", "--json");
  expect(JSON.parse(again.stdout)).toMatchObject({ hash: first.hash, cached: true });
  expect(await readFile(join(folder, "again.safetensors"))).toEqual(bytes);
});

test("a wrong number of updates, or a folder that is not there, ends with 2 before anything is trained", async () => {
  expect((await pretrain("never.safetensors", "--steps", "0")).code).toBe(2);
  expect(await pretrain("no/such/folder.safetensors")).toMatchObject({ code: 2, stderr: expect.stringContaining("--out") });
});
