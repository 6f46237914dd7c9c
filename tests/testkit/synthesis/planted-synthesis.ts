// Owns: a synthesis put into a world through its stores, and waiting for its end. Must not know: what a test does with it.
import { setTimeout as pause } from "node:timers/promises";
import type { Client } from "@temporalio/client";
import { resolveSynthesis } from "@gradus/api/commands/resolve-synthesis";
import { localBlobStore } from "@gradus/prisma/local-blob-store";
import { createSynthesis } from "@gradus/prisma/synthesis/synthesis-store";
import { CONTROL_QUEUE, SYNTHESIS_WORKFLOW, synthesisWorkflowId } from "@gradus/workflows";
import type { SynthesisResult } from "@gradus/workflows";
import { readWarmStart } from "../planted-experiment.ts";
import type { World } from "../world.ts";

const provenance = { gradusVersion: "test", commit: null, lockFileHash: "test", dirty: false } as never;

/** The quickstart's weights as student. */
export async function policyStudent({ blobsFolder }: Pick<World, "blobsFolder">): Promise<object> {
  return { kind: "policy", warmStart: `sha256:${await localBlobStore(blobsFolder).put(await readWarmStart())}` };
}

export async function plantSynthesis(world: Pick<World, "database">, id: string, file: object): Promise<void> {
  await createSynthesis(world.database.sql, { id, specification: resolveSynthesis(JSON.stringify({ name: id, ...file })), provenance });
}

export async function runSynthesis(client: Client, synthesisId: string): Promise<SynthesisResult> {
  return client.workflow.execute(SYNTHESIS_WORKFLOW, {
    workflowId: synthesisWorkflowId(synthesisId),
    taskQueue: CONTROL_QUEUE,
    args: [{ synthesisId }],
  }) as Promise<SynthesisResult>;
}

/** Asks until it is so. */
export async function until<Value>(look: () => Promise<Value>, isSo: (value: Value) => boolean): Promise<Value> {
  for (;;) {
    const value = await look();
    if (isSo(value)) return value;
    await pause(20);
  }
}
