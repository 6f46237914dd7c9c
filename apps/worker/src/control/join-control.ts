// Owns: what the control role brings to a node: the database, the sink that writes to it, the workflow bundle.
import type { BlobStore, RolloutSink } from "@gradus/domain";
import { openDatabase } from "@gradus/prisma";
import type { Database } from "@gradus/prisma";
import { openBlobStore } from "@gradus/prisma/open-blob-store";
import { databaseSink } from "@gradus/prisma/training/database-sink";

export { controlActivities } from "./control-activities.ts";
export { workflowBundle } from "./workflow-bundle.ts";
export { collectRegularly } from "./collect-regularly.ts";
export type { Database };

/** `traced`: statements of what is traced are spans. */
export async function openControlDatabase(url: string, traced: boolean): Promise<Database> {
  return openDatabase(url, traced ? { trace: (await import("@gradus/prisma/statement-spans")).statementSpans() } : {});
}

/** Rows and bytes of a node that has the database: a policy is committed only while its bytes lie in these blobs. */
export function joinDatabase(database: Database, where: string, env: NodeJS.ProcessEnv): { sink: RolloutSink; blobs: BlobStore } {
  const blobs = openBlobStore(where, env);
  return { sink: databaseSink(database, blobs), blobs };
}
