// Owns: a file of problems that another file names, stored as a set under its name. Must not know: what either file may say.
import { basename, resolve } from "node:path";
import type { Document } from "yaml";
import { RefusedError } from "../client/refused.ts";
import { importProblems, readLines } from "../client/upload.ts";

interface SetToImport {
  /** As written, relative to `folder`. */
  readonly file: string;
  readonly folder: string;
  readonly project: string;
  readonly apiUrl: string;
  readonly onProgress: (message: string) => void;
}

/** Returns the set's id; the same file is the same set. @throws RefusedError where a line holds no problem */
export async function importSet({ file, folder, project, apiUrl, onProgress }: SetToImport): Promise<string> {
  const lines = await readLines(resolve(folder, file));
  const { problemSetId, imported, rejected } = await importProblems(apiUrl, { name: setNameOf(file), project, lines });
  if (rejected.length > 0) {
    const fields = rejected.slice(0, 20).map(({ line, reason }) => ({ path: `${file}:${line}`, expected: reason }));
    throw new RefusedError(`${rejected.length} lines of ${file} hold no problem`, fields);
  }
  onProgress(`${imported} problems of ${file} are set ${problemSetId}`);
  return problemSetId;
}

/** A text there, or null; anything else is the API's to refuse. */
export function textAt(document: Document, path: readonly (string | number)[]): string | null {
  const value = document.getIn(path);
  return typeof value === "string" ? value : null;
}

/** A set is named after its file, in the letters that a set's name may have. */
export function setNameOf(file: string): string {
  const name = basename(file)
    .replace(/\.jsonl(\.gz)?$/, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9.-]+/g, "-")
    .replace(/^[^a-z0-9]+/, "")
    .slice(0, 64);
  return name || "problems";
}
