// Owns: making a migrated, empty database as files in the data folder that its argument names: `node make-database.ts <home>`.
// Must not know: who copies it.
import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { startPostgres } from "@gradus/cli/up/embedded-postgres";
import { migrate } from "@gradus/prisma/migrate";

const home = process.argv[2];
if (home === undefined) throw new Error("name the data folder: node make-database.ts <home>");
const postgres = await startPostgres({ home });
try {
  await migrate({ databaseUrl: postgres.databaseUrl });
} finally {
  await postgres.stop();
}
// Tests kill processes and pull no plug: what the operating system holds is not lost with them, so no commit needs to wait for the disk.
await appendFile(join(home, "postgres", "data", "postgresql.conf"), "fsync = off\n");
