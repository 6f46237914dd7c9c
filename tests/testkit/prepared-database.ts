// Owns: giving a world's data folder a copy of the run's prepared database. Must not know: how that was made, what a world is for.
import { execFile } from "node:child_process";
import { chmod, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

/**
 * Names the data folder of the prepared database in the surroundings of the tests; outside of them there is none. Every program that a test starts
 * inherits it, and some are looked at for words that would lead them to a database.
 */
export const PREPARED_DATABASE = "GRADUS_TEST_DATABASE";

/** A data folder of its own. */
export async function temporaryHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), "gradus-test-"));
  // Postgres of a root launcher is another user and must be able to pass.
  await chmod(home, 0o711);
  return home;
}

/** Lays a migrated, empty database into a data folder that has none. False: none was prepared. */
export async function layDatabase(home: string): Promise<boolean> {
  const prepared = process.env[PREPARED_DATABASE];
  if (prepared === undefined) return false;
  // Node's own copy keeps no owner.
  await promisify(execFile)("cp", ["-a", join(prepared, "postgres"), home]);
  return true;
}
