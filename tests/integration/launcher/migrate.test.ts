// Owns: migrations on a real, empty Postgres. Must not know: what the tables mean.
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPostgres, type RunningPostgres } from "@gradus/cli/up/embedded-postgres";
import { migrate } from "@gradus/prisma/migrate";
import { diffAgainstSchema } from "@gradus/prisma/new-migration";
import { migrationsFolder } from "@gradus/prisma/schema-engine";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

describe("migrations", () => {
  let home: string;
  let server: RunningPostgres;
  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), "gradus-migrate-"));
    server = await startPostgres({ home });
  });
  afterAll(async () => {
    await server.stop();
    rmSync(home, { recursive: true, force: true });
  });

  it("are applied once when two processes migrate at the same time", async () => {
    const both = await Promise.all([migrate(server), migrate(server)]);
    expect(both.map(({ applied }) => applied.length > 0).sort()).toEqual([false, true]);
    expect(await migrate(server)).toEqual({ applied: [] });
  });

  it("leave no session and no lock behind in the database", async () => {
    const sql = postgres(server.databaseUrl, { max: 1 });
    const others = await sql`select pid from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`;
    const locks = await sql`select * from pg_locks where locktype = 'advisory'`;
    await sql.end();
    expect([[...others], [...locks]]).toEqual([[], []]);
  });

  it("make exactly what schema.prisma describes", async () => {
    expect(await diffAgainstSchema(server.databaseUrl)).toBe("");
  });

  it("are seen as incomplete when the database lacks what schema.prisma describes", async () => {
    const sql = postgres(server.databaseUrl, { max: 1 });
    const [table] = await sql<{ name: string; column: string }[]>`
      select table_name as name, column_name as column from information_schema.columns
      where table_schema = 'public' and table_name not like '\\_%' and is_nullable = 'YES' limit 1`;
    if (table === undefined) throw new Error("no column to drop");
    await sql.begin(async (tx) => {
      await tx`alter table ${tx(table.name)} rename column ${tx(table.column)} to was_here`;
    });
    expect(await diffAgainstSchema(server.databaseUrl)).toContain(`"${table.column}"`);
    await sql`alter table ${sql(table.name)} rename column was_here to ${sql(table.column)}`;
    await sql.end();
  });

  it("of a newer Gradus in the database stop an older one before it touches anything", async () => {
    const newer = join(home, "migrations");
    cpSync(migrationsFolder, newer, { recursive: true });
    mkdirSync(join(newer, "99990101000000_later"));
    writeFileSync(join(newer, "99990101000000_later", "migration.sql"), "create schema later;\n");
    expect(await migrate({ ...server, migrationsFolder: newer })).toEqual({ applied: ["99990101000000_later"] });
    await expect(migrate(server)).rejects.toThrow(/made by a newer Gradus: it has 99990101000000_later/);
  });
});
