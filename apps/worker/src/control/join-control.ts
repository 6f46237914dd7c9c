// Owns: what the control role brings to a node: the database, the sink that writes to it, the workflow bundle.
import { existsSync } from "node:fs";
import { readFile, rename, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { bundleWorkflowCode } from "@temporalio/worker";
import type { WorkflowBundle } from "@temporalio/worker";
import { openDatabase } from "@gradus/prisma";
import type { Database } from "@gradus/prisma";
import { openBlobStore } from "@gradus/prisma/open-blob-store";
import { databaseSink } from "@gradus/prisma/training/database-sink";

export { controlActivities } from "./control-activities.ts";
export { databaseSink, openBlobStore, openDatabase };
export type { Database };

const workflowsPath = fileURLToPath(import.meta.resolve("@gradus/workflows/workflows"));

/** The bundle of all workflows; `cached` names a file to keep it in, made anew when absent. */
export async function workflowBundle(cached?: string): Promise<WorkflowBundle> {
  if (cached !== undefined && existsSync(cached)) return { code: await readFile(cached, "utf8") };
  const bundle = await bundleWorkflowCode({
    workflowsPath,
    logger: {
      log: () => undefined,
      trace: () => undefined,
      debug: () => undefined,
      info: () => undefined,
      warn: () => undefined,
      error: (message) => console.error(message),
    },
  });
  if (cached !== undefined) {
    await writeFile(`${cached}.${process.pid}`, bundle.code);
    await rename(`${cached}.${process.pid}`, cached);
  }
  return bundle;
}
