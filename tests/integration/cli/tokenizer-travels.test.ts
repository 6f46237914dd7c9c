// Proves: that a tokenizer's folder on a client's machine is, by one hash, what an experiment asks for and what a node without the database reads out of the
// blob store, and that it stays there as long as either names it.
import { cpSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readExperiment } from "@gradus/cli/experiment/read-experiment";
import { collectBlobs } from "@gradus/prisma/collect-blobs";
import { localBlobShelf } from "@gradus/prisma/local-blob-shelf";
import { localBlobStore } from "@gradus/prisma/local-blob-store";
import { registerNode } from "@gradus/prisma/training/node-store";
import { readFolderTokenizer, tokenizerOf } from "@gradus/worker/policy/tinker/folder-tokenizer";
import { readTokenizer } from "@gradus/worker/policy/tinker/read-tokenizer";
import { joinApi } from "@gradus/worker/remote/join-api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestApi } from "../../testkit/api/test-api.ts";
import type { TestApi } from "../../testkit/api/test-api.ts";
import { gradus } from "../../testkit/cli/gradus.ts";
import { startDatabaseWorld } from "../../testkit/world.ts";
import type { DatabaseWorld } from "../../testkit/world.ts";

const nodeKey = "a-shared-secret-of-this-test-alone";
const folder = mkdtempSync(join(tmpdir(), "gradus-tokenizer-"));
const blobs = join(folder, "blobs");
const bpe = join(folder, "bpe");
let world: DatabaseWorld;
let api: TestApi;
beforeAll(async () => {
  cpSync(fileURLToPath(new URL("../../testkit/tokenizer/bpe", import.meta.url)), bpe, { recursive: true });
  world = await startDatabaseWorld();
  api = await startTestApi(world.database, { blobs: localBlobStore(blobs), nodeKey });
});
afterAll(async () => {
  await api?.close();
  await world?.close();
  rmSync(folder, { recursive: true, force: true });
});

const file = join(folder, "experiment.yaml");
const sent = (tokenizer: string): Promise<string> => {
  writeFileSync(file, `name: x\npolicy: { engine: tinker, tokenizer: "${tokenizer}" }\n`);
  return readExperiment({ file, apiUrl: api.url, onProgress: () => undefined });
};
const onNode = () => joinApi(api.url, nodeKey).blobs;

test("a folder beside the experiment is stored, and a node reads the same tokenizer by its hash alone", async () => {
  writeFileSync(join(bpe, "config.json"), JSON.stringify({ vocab_size: 2_048, torch_dtype: "bfloat16" }));
  const here = await readFolderTokenizer(bpe);
  const name = `sha256:${here.hash}`;
  expect(await sent("./bpe")).toContain(name);
  expect(await sent(name), "a hash stays as it is").toContain(name);
  const there = tokenizerOf(await readTokenizer(name, onNode()), name);
  expect([there.hash, there.vocabulary, there.eosToken]).toEqual([here.hash, 2_048, here.eosToken]);
  const text = "def f(x):\n  return 'näïve' # 日本\n";
  expect(there.encodePrompt(text)).toEqual(here.encodePrompt(text));
  expect(there.decode(there.encode(text))).toBe(text);
});

test("another template or vocabulary is another tokenizer; what else the model's config says is not its affair", async () => {
  const hashed = async (): Promise<string> => (await readFolderTokenizer(bpe)).hash;
  const before = await hashed();
  writeFileSync(join(bpe, "config.json"), JSON.stringify({ vocab_size: 2_048, torch_dtype: "float32" }));
  expect(await hashed()).toBe(before);
  writeFileSync(join(bpe, "config.json"), JSON.stringify({ vocab_size: 2_304 }));
  const padded = await hashed();
  writeFileSync(join(bpe, "chat_template.jinja"), "{{ messages[0].content }}");
  expect(new Set([before, padded, await hashed()]).size).toBe(3);
});

test("`gradus engine tokenizer` prints the name that nodes and experiments take; a folder without one is refused by the file that is missing", async () => {
  const stored = await gradus(["engine", "tokenizer", bpe, "--api", api.url]);
  expect(stored.code, stored.stderr).toBe(0);
  expect(stored.stdout).toBe(`sha256:${(await readFolderTokenizer(bpe)).hash}`);
  expect((await readTokenizer(stored.stdout, onNode())).template).toBe("{{ messages[0].content }}");
  const refused = await gradus(["engine", "tokenizer", folder, "--api", api.url]);
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringMatching(/<folder>: .*tokenizer\.json/) });
  await expect(sent("./nowhere")).rejects.toMatchObject({
    fields: [{ path: "policy.tokenizer", expected: expect.stringContaining("tokenizer") }],
  });
});

test("a node is told what to do about a name that is not stored, or that names something else", async () => {
  await expect(readTokenizer(`sha256:${"0".repeat(64)}`, onNode())).rejects.toThrow(
    /GRADUS_TINKER_TOKENIZER: sha256:0+ is not in the blob store; 'gradus engine tokenizer FOLDER' stores/,
  );
  const weights = await onNode().put(new Uint8Array([1, 2, 3, 255]));
  await expect(readTokenizer(`sha256:${weights}`, onNode())).rejects.toThrow(/GRADUS_TINKER_TOKENIZER: sha256:.*are no tokenizer's files/);
});

test("it stays in the store while a node has it, and goes when nobody names it", async () => {
  const kept = (await readFolderTokenizer(bpe)).hash;
  rmSync(join(bpe, "chat_template.jinja"));
  const { stdout } = await gradus(["engine", "tokenizer", bpe, "--api", api.url]);
  const forgotten = stdout.replace("sha256:", "");
  await registerNode(world.database.sql, {
    id: "far",
    roles: ["POLICY"],
    taskQueue: "policy/far",
    labels: {},
    capabilities: { policyEngine: "tinker", tokenizer: kept },
  });
  const long = new Date(0);
  for (const hash of [kept, forgotten]) utimesSync(join(blobs, hash.slice(0, 2), hash), long, long);
  await collectBlobs(world.database.sql, localBlobShelf(blobs), { olderThanMs: 3_600_000 });
  expect(await Promise.all([kept, forgotten].map((hash) => localBlobStore(blobs).has(hash)))).toEqual([true, false]);
});
