// Owns: one migrated, empty database as files, made once a test run, of which every world gets a copy: making and migrating one takes seconds of a core.
// Must not know: the tests.
import { execFile } from "node:child_process";
import { rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { PREPARED_DATABASE, temporaryHome } from "./prepared-database.ts";

const program = fileURLToPath(new URL("make-database.ts", import.meta.url));

/** Vitest's global setup of every project with databases. */
export default async function prepareDatabase(): Promise<(() => Promise<void>) | undefined> {
  // Another project of the same run made it.
  if (process.env[PREPARED_DATABASE] !== undefined) return undefined;
  const home = await temporaryHome();
  // A process of its own: the migrations' engine is found as only Node itself finds it.
  await promisify(execFile)(process.execPath, [program, home]);
  process.env[PREPARED_DATABASE] = home;
  return () => rm(home, { recursive: true, force: true });
}
