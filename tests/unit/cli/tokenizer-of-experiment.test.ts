// Proves: that the tokenizer that an experiment file names by its folder is, by hash, the one that a node reads out of the same files, wherever they lie.
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readExperiment } from "@gradus/cli/experiment/read-experiment";
import { readFolderTokenizer } from "@gradus/worker/policy/tinker/folder-tokenizer";
import { afterAll, expect, test } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "gradus-tokenizer-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, "experiment.yaml");
const read = async (tokenizer: string): Promise<string> => {
  writeFileSync(file, `name: x\npolicy: { engine: tinker, tokenizer: "${tokenizer}" }\n`);
  return readExperiment({ file, apiUrl: "http://127.0.0.1:1", onProgress: () => undefined });
};

test("a folder beside the file becomes the hash of its files; another template, or any other change, is another tokenizer", async () => {
  cpSync(fileURLToPath(new URL("../../testkit/tokenizer/bpe", import.meta.url)), join(folder, "bpe"), { recursive: true });
  const { hash } = await readFolderTokenizer(join(folder, "bpe"));
  expect(await read("./bpe")).toContain(`sha256:${hash}`);
  expect(await read(`sha256:${hash}`), "a hash stays as it is").toContain(`sha256:${hash}`);
  writeFileSync(join(folder, "bpe", "chat_template.jinja"), "{{ messages[0].content }}");
  const changed = await readFolderTokenizer(join(folder, "bpe"));
  expect(changed.hash).not.toBe(hash);
  expect(await read("bpe")).toContain(`sha256:${changed.hash}`);
});

test("a folder without a tokenizer is refused by the file that is missing", async () => {
  await expect(read("./nowhere")).rejects.toThrow(/tokenizer(_config)?\.json/);
});
