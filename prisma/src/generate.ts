// Owns: making the Prisma client from schema.prisma without any engine download. Must not know: databases.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const prismaFolder = dirname(dirname(fileURLToPath(import.meta.url)));
const manifest = createRequire(import.meta.url).resolve("prisma/package.json");

const { status, error } = spawnSync(
  process.execPath,
  [join(dirname(manifest), "build/index.js"), "generate", "--schema", "schema.prisma", "--no-hints"],
  {
    cwd: prismaFolder,
    stdio: "inherit",
    env: {
      ...process.env,
      // Prisma insists on a schema engine here but never runs it to generate: any existing file keeps it from downloading one.
      PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
      CHECKPOINT_DISABLE: "1",
      PRISMA_HIDE_UPDATE_MESSAGE: "1",
    },
  },
);
if (error !== undefined) throw error;
process.exitCode = status ?? 1;
