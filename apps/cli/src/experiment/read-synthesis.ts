// Owns: a synthesis file on its way to the API: files that it names are uploaded and replaced by what they became. Must not know: what a file may say;
// the API does.
import { dirname, resolve } from "node:path";
import { parseDocument } from "yaml";
import { putBlob, readWhole } from "../client/upload.ts";
import { importSet, textAt } from "./import-set.ts";

interface ReadInput {
  readonly file: string;
  readonly apiUrl: string;
  readonly onProgress: (message: string) => void;
}

/**
 * The text of the file (YAML or JSON) as the API takes it: `student.warmStart` has become a hash, `seeds.from.file` and every `{ file }` of
 * `filters.against` the set that it holds.
 * @throws RefusedError when it, or a file it names, cannot be read
 */
export async function readSynthesis({ file, apiUrl, onProgress }: ReadInput): Promise<string> {
  const text = (await readWhole(file)).toString("utf8");
  const document = parseDocument(text);
  // What is no YAML goes as it is: the API says what is wrong with it.
  if (document.errors.length > 0) return text;
  const folder = dirname(file);
  const project = textAt(document, ["project"]) ?? "default";
  const setOf = (path: string): Promise<string> => importSet({ file: path, folder, project, apiUrl, onProgress });

  const solutions = textAt(document, ["seeds", "from", "file"]);
  if (solutions !== null) {
    document.deleteIn(["seeds", "from", "file"]);
    document.setIn(["seeds", "from", "set"], await setOf(solutions));
  }
  for (let at = 0; document.hasIn(["filters", "against", at]); at++) {
    const held = textAt(document, ["filters", "against", at, "file"]);
    if (held !== null) document.setIn(["filters", "against", at], await setOf(held));
  }
  const weights = textAt(document, ["student", "warmStart"]);
  if (weights !== null && !weights.startsWith("sha256:")) {
    const hash = await putBlob(apiUrl, await readWhole(resolve(folder, weights)));
    onProgress(`the weights of ${weights} are sha256:${hash.slice(0, 12)}`);
    document.setIn(["student", "warmStart"], `sha256:${hash}`);
  }
  return document.toString();
}
