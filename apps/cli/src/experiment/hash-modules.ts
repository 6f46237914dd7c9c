// Owns: the user's own modules of an experiment file on its way to the API: where each lies and what it holds. Must not know: what they do.
import { resolve } from "node:path";
import { sha256Hex } from "@gradus/domain/content-hash";
import { isScalar, visit } from "yaml";
import type { Document, YAMLMap } from "yaml";
import { RefusedError } from "../client/refused.ts";
import { readWhole } from "../client/upload.ts";

/**
 * Writes the absolute path and the SHA-256 of every `module` into the document; the file itself stays where it is, for the workers to load.
 * A `hash` that its author wrote is held to. @throws RefusedError when a file cannot be read or is another one
 */
export async function hashModules(document: Document, folder: string, onProgress: (message: string) => void): Promise<void> {
  const maps: YAMLMap[] = [];
  visit(document, { Map: (_, map) => void (isScalar(map.get("module", true)) && maps.push(map)) });
  for (const map of maps) {
    const written = map.get("module");
    // Anything else is the API's to refuse.
    if (typeof written !== "string") continue;
    const file = resolve(folder, written);
    const hash = sha256Hex(await readWhole(file));
    const wanted = map.get("hash");
    if (wanted !== undefined && wanted !== hash)
      throw new RefusedError(`${written} is another file than the experiment says`, [
        {
          path: written,
          value: `sha256:${hash}`,
          expected: `sha256:${String(wanted)}, as its hash says; leave hash out to take the file as it is`,
        },
      ]);
    map.set("module", file);
    map.set("hash", hash);
    onProgress(`the module ${written} is sha256:${hash.slice(0, 12)}`);
  }
}
