// Owns: the files that make a tokenizer, as one piece of bytes by whose hash it is known and stored, on whatever machine. Must not know: folders, stores,
// what a tokenizer does.
import { z } from "zod";
import { sha256Hex } from "./content-hash.ts";
import { ConfigurationError } from "./failure.ts";

const FORMAT = "gradus-tokenizer/1";

const TokenizerFiles = z.strictObject({
  /** Text of tokenizer.json. */
  tokenizer: z.string(),
  /** Text of tokenizer_config.json. */
  config: z.string(),
  /** Text of chat_template.jinja, where there is one. */
  template: z.string().nullable(),
  /** Tokens that the model can sample: config.json's vocab_size. Nothing else of that file, which differs by who wrote it. Null: not told. */
  vocabulary: z.number().int().min(1).nullable(),
});
export type TokenizerFiles = z.infer<typeof TokenizerFiles>;

const Packed = TokenizerFiles.extend({ format: z.literal(FORMAT) });
const ModelConfig = z.looseObject({ vocab_size: z.number().int().min(1).optional() });

/** vocab_size of the text of a config.json; null where it has none. @throws ConfigurationError for what is no such file */
export function vocabularyOf(modelConfig: string): number | null {
  try {
    return ModelConfig.parse(JSON.parse(modelConfig)).vocab_size ?? null;
  } catch (error) {
    // JSON's words or the schema's; the reader of the file adds which one it is.
    throw new ConfigurationError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/** The bytes that are stored: the same for the same files. */
export const packTokenizer = ({ tokenizer, config, template, vocabulary }: TokenizerFiles): Uint8Array =>
  new TextEncoder().encode(JSON.stringify({ format: FORMAT, tokenizer, config, template, vocabulary }));

/** Lower-case hex SHA-256 of the packed files: the name of their blob. */
export const tokenizerHash = (files: TokenizerFiles): string => sha256Hex(packTokenizer(files));

/** @throws ConfigurationError for bytes that are no packed tokenizer, such as a model's weights */
export function unpackTokenizer(bytes: Uint8Array): TokenizerFiles {
  try {
    const { format: _format, ...files } = Packed.parse(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)));
    return files;
  } catch (error) {
    // Bytes of something else may fail at any of these, and mean the same.
    throw new ConfigurationError("these bytes are no tokenizer's files", { cause: error });
  }
}
