// Owns: bringing a database to the newest migration, offline. Must not know: who runs the database.
import postgres from "postgres";
import { noFilter, readMigrations, withSchemaEngine } from "./schema-engine.ts";

/** One number for all Gradus processes: whoever holds it migrates, the others wait. */
const migrationLock = 4_771_001;

export interface MigrateInput {
  /** A `postgresql://` URL whose user may create tables. */
  databaseUrl: string;
  /** Called with one sentence for each thing that happened. */
  onProgress?: (message: string) => void;
  /** Default: the migrations of this checkout. */
  migrationsFolder?: string;
}

export interface MigrateResult {
  /** Names of the migrations applied now, oldest first; empty when there was nothing to do. */
  applied: string[];
}

/**
 * Applies every migration the database lacks and records them in `_prisma_migrations` as `prisma migrate deploy` does. Safe to call from several
 * processes at once.
 * @throws Error when the database knows migrations this checkout lacks (it was made by a newer Gradus), or when a migration fails.
 */
export async function migrate({ databaseUrl, onProgress, migrationsFolder }: MigrateInput): Promise<MigrateResult> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => undefined });
  try {
    await sql`select pg_advisory_lock(${migrationLock})`;
    const migrationsList = await readMigrations(migrationsFolder);
    const known = new Set(migrationsList.migrationDirectories.map(({ path }) => path));
    const unknown = (await appliedMigrations(sql)).filter((name) => !known.has(name));
    if (unknown.length > 0) throw new NewerDatabaseError(unknown);
    const { appliedMigrationNames } = await withSchemaEngine(databaseUrl, (engine) =>
      engine.applyMigrations({ migrationsList, filters: noFilter }),
    );
    for (const name of appliedMigrationNames) onProgress?.(`applied migration ${name}`);
    return { applied: appliedMigrationNames };
  } finally {
    await sql.end();
  }
}

/** The database has migrations this version of Gradus does not know: going on could break its data. */
export class NewerDatabaseError extends Error {
  readonly migrations: readonly string[];
  constructor(migrations: readonly string[]) {
    super(`the database was made by a newer Gradus: it has ${migrations.join(", ")}, which this version does not know`);
    this.name = "NewerDatabaseError";
    this.migrations = migrations;
  }
}

async function appliedMigrations(sql: postgres.Sql): Promise<string[]> {
  const [table] = await sql<{ exists: boolean }[]>`select to_regclass('public._prisma_migrations') is not null as exists`;
  if (table?.exists !== true) return [];
  const rows = await sql<
    { name: string }[]
  >`select migration_name as name from public._prisma_migrations where rolled_back_at is null order by started_at`;
  return rows.map(({ name }) => name);
}
