// Owns: asking prisma/ to bring the database to the newest migration. Must not know: tables.
import { migrate, NewerDatabaseError } from "@gradus/prisma/migrate";
import { UnusableError } from "./unusable.ts";

/** @throws UnusableError when the database was made by a newer Gradus; the migration's own error otherwise */
export async function migrateDatabase(databaseUrl: string, onProgress: (message: string) => void): Promise<void> {
  try {
    const { applied } = await migrate({ databaseUrl });
    onProgress(applied.length === 0 ? "database is up to date" : `database migrated: ${applied.join(", ")}`);
  } catch (error) {
    if (!(error instanceof NewerDatabaseError)) throw error;
    throw new UnusableError({
      what: "The database is of a newer Gradus",
      why: error.message,
      whatToDo: "Update Gradus, or set GRADUS_HOME (or DATABASE_URL) to another place",
      cause: error,
    });
  }
}
