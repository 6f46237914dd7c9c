// Owns: bringing the database of DATABASE_URL to the newest migration, for stacks that `gradus up` does not start.
import { migrate } from "../prisma/src/migrate.ts";

const databaseUrl = process.env["DATABASE_URL"];
if (!databaseUrl) {
  console.error("DATABASE_URL is not set");
  process.exit(2);
}
const { applied } = await migrate({ databaseUrl, onProgress: (message) => console.log(message) });
if (applied.length === 0) console.log("database is up to date");
