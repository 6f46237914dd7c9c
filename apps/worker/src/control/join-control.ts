// Owns: what the control role brings to a node: the database, the sink that writes to it, the workflow bundle.
import { openDatabase } from "@gradus/prisma";
import type { Database } from "@gradus/prisma";
import { openBlobStore } from "@gradus/prisma/open-blob-store";
import { databaseSink } from "@gradus/prisma/training/database-sink";

export { controlActivities } from "./control-activities.ts";
export { workflowBundle } from "./workflow-bundle.ts";
export { databaseSink, openBlobStore, openDatabase };
export type { Database };
