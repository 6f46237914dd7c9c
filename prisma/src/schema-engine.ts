// Owns: opening Prisma's schema engine (WebAssembly, no download) on a database, and reading schema and migrations from disk for it.
// Must not know: what is in the schema.
import { readFile, readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { bindMigrationAwareSqlAdapterFactory } from "@prisma/driver-adapter-utils";
import { CatalogAdapter } from "./catalog-adapter.ts";
import type { DiffTarget, MigrationList, SchemaEngine, SchemaFilter } from "@prisma/schema-engine-wasm";

/** What we use of the global, which the types of Node leave to the DOM library. */
declare const WebAssembly: {
  instantiate(binary: Uint8Array, imports: Record<string, object>): Promise<{ instance: { exports: Record<string, unknown> } }>;
};

const prismaFolder = dirname(dirname(fileURLToPath(import.meta.url)));

/** Where the migrations of this checkout lie. */
export const migrationsFolder = join(prismaFolder, "migrations");

/** Nothing is filtered: tables outside Prisma live in Postgres schemas of their own, which Prisma does not look at. */
export const noFilter: SchemaFilter = { externalTables: [], externalEnums: [] };

/** schema.prisma of this checkout as a target of a diff. */
export async function datamodel(): Promise<DiffTarget & { tag: "schemaDatamodel" }> {
  const path = join(prismaFolder, "schema.prisma");
  return { tag: "schemaDatamodel", files: [{ path, content: await readFile(path, "utf8") }] };
}

/** The migrations folder as the engine wants it, oldest first. */
export async function readMigrations(folder: string = migrationsFolder): Promise<MigrationList> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const migrationDirectories = await Promise.all(
    names.sort().map(async (name) => ({
      path: name,
      migrationFile: {
        path: "migration.sql",
        content: { tag: "ok" as const, value: await readFile(join(folder, name, "migration.sql"), "utf8") },
      },
    })),
  );
  return {
    baseDir: folder,
    lockfile: { path: "migration_lock.toml", content: 'provider = "postgresql"\n' },
    shadowDbInitScript: "",
    migrationDirectories,
  };
}

/** Opens the schema engine on a database, hands it to `use`, and frees it. */
export async function withSchemaEngine<T>(databaseUrl: string, use: (engine: SchemaEngine) => Promise<T>): Promise<T> {
  const { files } = await datamodel();
  const adapter = new CatalogAdapter({ connectionString: databaseUrl });
  const bindings = await (loaded ??= loadEngine());
  const engine = await bindings.SchemaEngine.new(
    { datamodels: files.map(({ path, content }) => [path, content]) },
    () => undefined,
    bindMigrationAwareSqlAdapterFactory(adapter),
  );
  try {
    return await use(engine);
  } finally {
    engine.free();
    await adapter.close();
  }
}

let loaded: ReturnType<typeof loadEngine> | undefined;

/** Instantiates the WebAssembly by hand: importing it as a module works too, but Node calls that experimental on every start. */
async function loadEngine() {
  const bindings = await import("@prisma/schema-engine-wasm/schema_engine_bg");
  const binary = await readFile(new URL("schema_engine_bg.wasm", import.meta.resolve("@prisma/schema-engine-wasm/schema_engine_bg")));
  const { instance } = await WebAssembly.instantiate(binary, { "./schema_engine_bg.js": bindings });
  bindings.__wbg_set_wasm(instance.exports);
  (instance.exports["__wbindgen_start"] as () => void)();
  return bindings;
}
