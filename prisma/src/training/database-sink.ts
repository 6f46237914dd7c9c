// Owns: the RolloutSink of a process that has the database at hand, be it a worker or the API on behalf of a remote node. Must not know: who asks.
import type { BlobStore, RolloutSink } from "@gradus/domain";
import type { Sql } from "../database.ts";
import { readExecuting, readGeneration, readInitialPolicy, readUpdating } from "./generation-store.ts";
import { nodeSeen, nodeStopped, registerNode, setNodeDraining } from "./node-store.ts";
import { commitPolicy, refuseUpdate } from "./policy-store.ts";
import { saveExecutions, saveRollouts } from "./rollout-store.ts";
import { addProvenance } from "./run-store.ts";
import { stageEnded, stageStarted } from "./stage-store.ts";

/** `blobs` is where the bytes of every policy lie that is committed. */
export function databaseSink({ sql }: { readonly sql: Sql }, blobs: Pick<BlobStore, "has">): RolloutSink {
  return {
    stageStarted: (attempt) => stageStarted(sql, attempt),
    stageEnded: (attempt, failure) => stageEnded(sql, attempt, failure),
    readGeneration: (scope) => readGeneration(sql, scope),
    saveRollouts: (batch) => saveRollouts(sql, batch),
    readExecuting: (scope) => readExecuting(sql, scope),
    saveExecutions: (executed) => saveExecutions(sql, executed),
    readInitialPolicy: (runId) => readInitialPolicy(sql, runId),
    readUpdating: ({ experimentId, runId, step }) => readUpdating(sql, experimentId, runId, step),
    commitPolicy: (made) => commitPolicy(sql, made, (hash) => blobs.has(hash)),
    refuseUpdate: ({ runId, step }, epoch, cause) => refuseUpdate(sql, runId, epoch, step, cause),
    addProvenance: (runId, facts) => addProvenance(sql, runId, facts),
    registerNode: (node) => registerNode(sql, node),
    nodeSeen: (nodeId, report) => nodeSeen(sql, nodeId, report),
    nodeDraining: async (nodeId) => void (await setNodeDraining(sql, nodeId, true)),
    nodeStopped: (nodeId) => nodeStopped(sql, nodeId),
  };
}
