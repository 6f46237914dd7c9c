// Owns: the tokenizer and chat form of a real model, from the files beside its weights. Must not know: where they lie, servers, experiments.
import { join } from "node:path";
import { ConfigurationError } from "@gradus/domain";
import { tokenizerHash } from "@gradus/domain/tokenizer-files";
import type { TokenizerFiles } from "@gradus/domain/tokenizer-files";
import { Template } from "@huggingface/jinja";
import { Tokenizer as FileTokenizer } from "@huggingface/tokenizers";
import { z } from "zod";
import type { Tokenizer } from "../policy-engine.ts";
import { readTokenizerFolder } from "./read-tokenizer.ts";

const Named = z.union([z.string(), z.object({ content: z.string() }).transform(({ content }) => content)]);
const Config = z.looseObject({
  eos_token: Named,
  pad_token: Named.nullish(),
  bos_token: Named.nullish(),
  chat_template: z.union([z.string(), z.array(z.object({ name: z.string(), template: z.string() }))]).nullish(),
});
const TokenizerFile = z.looseObject({
  model: z.looseObject({ vocab: z.union([z.record(z.string(), z.number()), z.array(z.unknown())]) }),
  added_tokens: z.array(z.looseObject({ id: z.number() })).default([]),
});

export interface FolderTokenizer extends Tokenizer {
  /** One more than the largest token that means something. */
  readonly size: number;
  /** Tokens that the model can sample, more than mean something where its embedding is padded: config.json's vocab_size, else `size`. */
  readonly vocabulary: number;
  /** Domain tokenizerHash of its files. */
  readonly hash: string;
}

/** Of a folder. @throws ConfigurationError naming the file that is absent or wrong */
export const readFolderTokenizer = async (folder: string): Promise<FolderTokenizer> =>
  tokenizerOf(await readTokenizerFolder(folder), folder);

/** chat_template.jinja wins over the template in tokenizer_config.json. `from`: what errors call the place. @throws ConfigurationError naming the file that is wrong */
export function tokenizerOf(files: TokenizerFiles, from: string): FolderTokenizer {
  const fileJson = parsed(TokenizerFile, files.tokenizer, join(from, "tokenizer.json"));
  const configJson = parsed(Config, files.config, join(from, "tokenizer_config.json"));
  const tokenizer = new FileTokenizer(fileJson, configJson);
  const idOf = (text: string): number => {
    const [id, ...more] = tokenizer.encode(text, { add_special_tokens: false }).ids;
    if (id === undefined || more.length > 0) throw new ConfigurationError(`${join(from, "tokenizer_config.json")}: ${text} is no token`);
    return id;
  };
  const { vocab } = fileJson.model;
  const ids = [...(Array.isArray(vocab) ? [vocab.length - 1] : Object.values(vocab)), ...fileJson.added_tokens.map(({ id }) => id)];
  const encode = (text: string): number[] => tokenizer.encode(text, { add_special_tokens: false }).ids;
  const source = files.template ?? templateOf(configJson.chat_template);
  const template = source === null ? null : new Template(source);
  // A spread of hundreds of thousands of arguments would not fit the stack.
  const size = 1 + ids.reduce((largest, id) => Math.max(largest, id), 0);
  const eosToken = idOf(configJson.eos_token);
  return {
    eosToken,
    padToken: configJson.pad_token == null ? eosToken : idOf(configJson.pad_token),
    size,
    vocabulary: Math.max(size, files.vocabulary ?? size),
    hash: tokenizerHash(files),
    encode,
    encodePrompt(text) {
      if (template === null) return encode(text);
      const messages = [{ role: "user", content: text }];
      return encode(
        template.render({ messages, add_generation_prompt: true, eos_token: configJson.eos_token, bos_token: configJson.bos_token ?? "" }),
      );
    },
    decode(tokens) {
      // What the model can say beyond its tokenizer says nothing.
      const meant = tokens.filter((token) => token < size);
      return meant.length === 0 ? "" : tokenizer.decode(meant, { skip_special_tokens: true });
    },
  };
}

function templateOf(told: z.infer<typeof Config>["chat_template"]): string | null {
  if (told == null || typeof told === "string") return told ?? null;
  return told.find(({ name }) => name === "default")?.template ?? null;
}

function parsed<Schema extends z.ZodType>(schema: Schema, text: string, file: string): z.infer<Schema> {
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    // Whoever named the folder hears which file is no such file.
    throw new ConfigurationError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
