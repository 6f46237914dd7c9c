// Owns: `npm run migration -- <name>`: writes the SQL for what schema.prisma has and the migrations lack, on a scratch database of its own.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPostgres } from "../apps/cli/src/up/embedded-postgres.ts";
import { newMigration } from "../prisma/src/new-migration.ts";

const [name] = process.argv.slice(2);
if (name === undefined) {
  console.error("usage: npm run migration -- <name>");
  process.exit(2);
}
const home = mkdtempSync(join(tmpdir(), "gradus-migration-"));
const server = await startPostgres({ home });
try {
  const path = await newMigration({ databaseUrl: server.databaseUrl, name });
  console.log(
    path === null ? "schema.prisma and the migrations agree: nothing to write" : `wrote ${path}: read it, and edit it where data must move`,
  );
} finally {
  await server.stop();
  rmSync(home, { recursive: true, force: true });
}
