// Owns: `gradus import export`: what it says of a folder that `gradus export --with` wrote. Must not know: how files travel.
import { RefusedError } from "../client/refused.ts";
import { importFolder } from "../experiment/export-folder.ts";
import { exitCodes, printJson, runVerb } from "./verb.ts";
import type { ApiOptions } from "./verb.ts";

export const importExported = (folder: string, options: ApiOptions & { readonly dryRun?: boolean }): Promise<void> =>
  runVerb(options, async ({ apiUrl, signal, json }) => {
    if (options.dryRun === true) throw new RefusedError("--dry-run: an export is stored or refused as a whole", []);
    const imported = await importFolder({ apiUrl, signal }, folder, console.error);
    if (json) printJson(imported);
    else {
      const parts = Object.entries(imported).flatMap(([what, count]) => (count === null ? [] : [`${count} ${what}`]));
      process.stdout.write(`${parts.join(", ")} stored\n`);
    }
    return exitCodes.ok;
  });
