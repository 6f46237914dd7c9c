// Owns: a tokenizer's folder on its way to the blob store, where nodes fetch it by its hash. Must not know: experiment files, what a tokenizer does.
import { ConfigurationError } from "@gradus/domain";
import { packTokenizer } from "@gradus/domain/tokenizer-files";
import { readTokenizerFolder } from "@gradus/worker/policy/tinker/read-tokenizer";
import { RefusedError } from "../client/refused.ts";
import { putBlob } from "../client/upload.ts";

/** Returns the lower-case hex SHA-256 by which nodes and experiments know it. `at`: what named the folder. @throws RefusedError naming the file that cannot be read */
export async function storeTokenizer(apiUrl: string, folder: string, at: string): Promise<string> {
  const files = await readTokenizerFolder(folder).catch((error: unknown) => {
    if (!(error instanceof ConfigurationError)) throw error;
    const expected = "a folder with a model's tokenizer.json and tokenizer_config.json";
    throw new RefusedError(error.message, [{ path: at, value: folder, expected }]);
  });
  return putBlob(apiUrl, packTokenizer(files));
}
