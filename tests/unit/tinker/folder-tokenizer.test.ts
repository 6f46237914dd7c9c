// Tokens of a model's own files as Hugging Face's Python libraries make them. GRADUS_TOKENIZER_FOLDER adds a folder that has texts.jsonl.gz of
// tests/testkit/tokenizer/token_texts.py beside its tokenizer.json.
import { readFileSync } from "node:fs";
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { readFolderTokenizer } from "@gradus/worker/policy/tinker/folder-tokenizer";
import { describe, expect, test } from "vitest";

interface Line {
  readonly text: string;
  readonly ids: number[];
  readonly decoded: string;
  readonly chat: number[] | null;
}

const bpe = fileURLToPath(new URL("../../testkit/tokenizer/bpe", import.meta.url));
const another = process.env["GRADUS_TOKENIZER_FOLDER"];

describe.each([bpe, ...(another === undefined ? [] : [another])])("the tokenizer in %s", (folder) => {
  const lines = gunzipSync(readFileSync(join(folder, "texts.jsonl.gz")))
    .toString()
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);

  test("makes the Python library's tokens of 1,200 texts, of the same texts as messages, and the same texts of tokens", async () => {
    const tokenizer = await readFolderTokenizer(folder);
    expect(lines.length).toBe(1_200);
    const differ = lines.flatMap(({ text, ids, decoded, chat }) => {
      const same =
        JSON.stringify(tokenizer.encode(text)) === JSON.stringify(ids) &&
        tokenizer.decode(ids) === decoded &&
        (chat === null || JSON.stringify(tokenizer.encodePrompt(text)) === JSON.stringify(chat));
      return same ? [] : [text];
    });
    expect(differ).toEqual([]);
  });
});

test("knows its size, its end of sequence and padding, and a hash of both files", async () => {
  const tokenizer = await readFolderTokenizer(bpe);
  expect(tokenizer.size).toBe(2_000);
  expect(tokenizer.decode([tokenizer.eosToken])).toBe("");
  expect(tokenizer.encode("<|im_end|>")).toEqual([tokenizer.eosToken]);
  expect(tokenizer.encode("<|endoftext|>")).toEqual([tokenizer.padToken]);
  expect(tokenizer.hash).toMatch(/^[0-9a-f]{64}$/);
});

test("takes what a padded embedding can sample beyond the tokenizer for saying nothing", async () => {
  const folder = await mkdtemp(join(tmpdir(), "gradus-tokenizer-"));
  try {
    for (const name of ["tokenizer.json", "tokenizer_config.json"]) await copyFile(join(bpe, name), join(folder, name));
    await writeFile(join(folder, "config.json"), JSON.stringify({ vocab_size: 2_048 }));
    const tokenizer = await readFolderTokenizer(folder);
    expect([tokenizer.size, tokenizer.vocabulary]).toEqual([2_000, 2_048]);
    const [a = 0, b = 0] = [...tokenizer.encode("a"), ...tokenizer.encode("b")];
    expect(tokenizer.decode([a, 2_047, b])).toBe("ab");
    expect((await readFolderTokenizer(bpe)).vocabulary).toBe(2_000);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test("says which file is absent or wrong", async () => {
  const folder = await mkdtemp(join(tmpdir(), "gradus-tokenizer-"));
  try {
    await expect(readFolderTokenizer(folder)).rejects.toThrow(/no tokenizer in .*tokenizer\.json/s);
    await writeFile(join(folder, "tokenizer.json"), "{}");
    await writeFile(join(folder, "tokenizer_config.json"), "{}");
    await expect(readFolderTokenizer(folder)).rejects.toThrow(/tokenizer\.json/);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
