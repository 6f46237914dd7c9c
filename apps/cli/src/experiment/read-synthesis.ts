// Owns: a synthesis file on its way to the API: weights that it names are uploaded and replaced by their hash. Must not know: what a file may say;
// the API does.
import { dirname, resolve } from "node:path";
import { parseDocument } from "yaml";
import { putBlob, readWhole } from "../client/upload.ts";

interface ReadInput {
  readonly file: string;
  readonly apiUrl: string;
  readonly onProgress: (message: string) => void;
}

/** The text of the file (YAML or JSON) as the API takes it. @throws RefusedError when it, or the weights it names, cannot be read */
export async function readSynthesis({ file, apiUrl, onProgress }: ReadInput): Promise<string> {
  const text = (await readWhole(file)).toString("utf8");
  const document = parseDocument(text);
  // What is no YAML goes as it is: the API says what is wrong with it.
  if (document.errors.length > 0) return text;
  const place = ["student", "warmStart"];
  const weights = document.getIn(place);
  if (typeof weights !== "string" || weights.startsWith("sha256:")) return text;
  const hash = await putBlob(apiUrl, await readWhole(resolve(dirname(file), weights)));
  onProgress(`the weights of ${weights} are sha256:${hash.slice(0, 12)}`);
  document.setIn(place, `sha256:${hash}`);
  return document.toString();
}
