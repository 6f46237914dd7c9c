// Owns: where a tokenizer's files come from: a folder of this machine, or the blob store by their hash. Must not know: what a tokenizer does, servers.
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ConfigurationError, MissingRow } from "@gradus/domain";
import type { BlobStore } from "@gradus/domain";
import { unpackTokenizer, vocabularyOf } from "@gradus/domain/tokenizer-files";
import type { TokenizerFiles } from "@gradus/domain/tokenizer-files";

const STORED = /^sha256:([0-9a-f]{64})$/;

/** tokenizer.json and tokenizer_config.json, with what chat_template.jinja and config.json beside them say. @throws ConfigurationError naming the file */
export async function readTokenizerFolder(folder: string): Promise<TokenizerFiles> {
  const text = (name: string): Promise<string> => readFile(join(folder, name), "utf8");
  const needed = (name: string): Promise<string> =>
    text(name).catch((error: unknown) => {
      throw new ConfigurationError(`no tokenizer in ${folder}: ${error instanceof Error ? error.message : String(error)}`);
    });
  // One after the other: of a folder without either the same file is named each time.
  const tokenizer = await needed("tokenizer.json");
  const config = await needed("tokenizer_config.json");
  // Tolerates their absence: newer models keep the template in a file of its own, most have none; a tokenizer is often copied without its model's config.
  const [template, model] = await Promise.all([text("chat_template.jinja").catch(() => null), text("config.json").catch(() => "{}")]);
  try {
    return { tokenizer, config, template, vocabulary: vocabularyOf(model) };
  } catch (error) {
    // Whoever named the folder hears which file is no such file.
    throw new ConfigurationError(`${join(folder, "config.json")}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** `named`: a folder, or `sha256:<hash>` of stored files, as a node's GRADUS_TINKER_TOKENIZER says. @throws ConfigurationError where there is none */
export async function readTokenizer(named: string, blobs: Pick<BlobStore, "get">): Promise<TokenizerFiles> {
  const hash = STORED.exec(named)?.[1];
  if (hash === undefined) return readTokenizerFolder(named);
  try {
    return unpackTokenizer(await blobs.get(hash));
  } catch (error) {
    if (error instanceof MissingRow)
      throw new ConfigurationError(
        `GRADUS_TINKER_TOKENIZER: ${named} is not in the blob store; 'gradus engine tokenizer FOLDER' stores a folder's`,
      );
    // An API that is away stays what it is.
    throw error instanceof ConfigurationError ? new ConfigurationError(`GRADUS_TINKER_TOKENIZER: ${named}: ${error.message}`) : error;
  }
}

/** Whether the folder of a model, if it is one, has its tokenizer in it. */
export const hasTokenizer = (model: string): boolean => existsSync(join(model, "tokenizer.json"));
