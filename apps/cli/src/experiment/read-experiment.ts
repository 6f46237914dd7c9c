// Owns: an experiment file on its way to the API: the files it names are uploaded and replaced by what they became. Must not know: what a file may
// say; the API does.
import { dirname, resolve } from "node:path";
import { parseDocument } from "yaml";
import { hashModules } from "./hash-modules.ts";
import { putBlob, readWhole } from "../client/upload.ts";
import { importSet, textAt } from "./import-set.ts";
import { storeTokenizer } from "./store-tokenizer.ts";

interface ReadInput {
  readonly file: string;
  readonly apiUrl: string;
  readonly onProgress: (message: string) => void;
}

/**
 * The text of the file (YAML or JSON) as the API takes it: `problems.file` has become `problems.set`, as has each suite's `file`, `policy.warmStart` a hash,
 * `policy.tokenizer` the hash of its folder's files, which are stored, and every `module` of the user's own has its hash beside it.
 * @throws RefusedError when it, or a file it names, cannot be read
 */
export async function readExperiment({ file, apiUrl, onProgress }: ReadInput): Promise<string> {
  const text = (await readWhole(file)).toString("utf8");
  const document = parseDocument(text);
  // What is no YAML goes as it is: the API says what is wrong with it.
  if (document.errors.length > 0) return text;
  const folder = dirname(file);
  const beside = (path: string) => resolve(folder, path);
  const project = textAt(document, ["project"]) ?? "default";
  const setOf = (path: string): Promise<string> => importSet({ file: path, folder, project, apiUrl, onProgress });

  const problems = textAt(document, ["problems", "file"]);
  if (problems !== null) {
    document.deleteIn(["problems", "file"]);
    document.setIn(["problems", "set"], await setOf(problems));
  }

  for (let at = 0; document.hasIn(["evaluation", "suites", at]); at++) {
    const asked = textAt(document, ["evaluation", "suites", at, "file"]);
    if (asked === null) continue;
    document.deleteIn(["evaluation", "suites", at, "file"]);
    document.setIn(["evaluation", "suites", at, "set"], await setOf(asked));
  }

  const weights = textAt(document, ["policy", "warmStart"]);
  if (weights !== null && !weights.startsWith("sha256:")) {
    const hash = await putBlob(apiUrl, await readWhole(beside(weights)));
    onProgress(`the weights of ${weights} are sha256:${hash.slice(0, 12)}`);
    document.setIn(["policy", "warmStart"], `sha256:${hash}`);
  }
  const tokenizer = textAt(document, ["policy", "tokenizer"]);
  if (tokenizer !== null && !tokenizer.startsWith("sha256:")) {
    const hash = await storeTokenizer(apiUrl, beside(tokenizer), "policy.tokenizer");
    onProgress(`the tokenizer in ${tokenizer} is sha256:${hash.slice(0, 12)}`);
    document.setIn(["policy", "tokenizer"], `sha256:${hash}`);
  }
  await hashModules(document, resolve(folder), onProgress);
  return document.toString();
}
