// Owns: by what a tokenizer out of files is known, on whatever machine they lie. Must not know: folders, what a tokenizer does.
import { sha256Hex } from "./content-hash.ts";

/** The files that make a tokenizer, as texts; `template`: chat_template.jinja, where there is one. SHA-256, hexadecimal. */
export const tokenizerHash = ({
  tokenizer,
  config,
  template,
}: {
  /** tokenizer.json. */
  readonly tokenizer: string;
  /** tokenizer_config.json. */
  readonly config: string;
  readonly template: string | null;
}): string => sha256Hex(`${tokenizer}\n${config}\n${template ?? ""}`);
