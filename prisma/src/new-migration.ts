// Owns: writing the SQL that brings a migrated database to schema.prisma. Must not know: who runs the database.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { migrate } from "./migrate.ts";
import { datamodel, migrationsFolder, noFilter, withSchemaEngine } from "./schema-engine.ts";

/**
 * The SQL that brings the database to schema.prisma; empty when they agree. The database must be migrated already.
 * @returns SQL without the engine's "empty migration" remark.
 */
export async function diffAgainstSchema(databaseUrl: string): Promise<string> {
  return withSchemaEngine(databaseUrl, async (engine) => {
    const to = await datamodel();
    const from = { tag: "schemaDatasource" as const, files: to.files, configDir: "" };
    const { stdout } = await engine.diff({ from, to, script: true, exitCode: null, filters: noFilter });
    return (stdout ?? "").replace("-- This is an empty migration.", "").trim();
  });
}

/**
 * Migrates a scratch database, then writes `migrations/<time>_<name>/migration.sql` with what schema.prisma has and the database lacks.
 * @returns the path of the SQL file, or null when there is nothing to write.
 */
export async function newMigration({ databaseUrl, name }: { databaseUrl: string; name: string }): Promise<string | null> {
  await migrate({ databaseUrl });
  const sql = await diffAgainstSchema(databaseUrl);
  if (sql === "") return null;
  const time = new Date().toISOString().replaceAll(/\D/g, "").slice(0, 14);
  const folder = join(migrationsFolder, `${time}_${name.replaceAll(/[^a-z0-9]+/gi, "_").toLowerCase()}`);
  await mkdir(folder);
  const path = join(folder, "migration.sql");
  await writeFile(path, `${sql}\n`);
  return path;
}
