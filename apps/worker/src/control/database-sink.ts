// Owns: the RolloutSink of a process that has the database at hand. Must not know: engines, sandboxes.
import type { Database } from "@gradus/prisma";
import { readExecuting, readGeneration, readInitialPolicy, readUpdating } from "@gradus/prisma/training/generation-store";
import { nodeSeen, nodeStopped, registerNode } from "@gradus/prisma/training/node-store";
import { commitPolicy, refuseUpdate } from "@gradus/prisma/training/policy-store";
import { saveExecutions, saveRollouts } from "@gradus/prisma/training/rollout-store";
import { addProvenance } from "@gradus/prisma/training/run-store";
import { stageEnded, stageStarted } from "@gradus/prisma/training/stage-store";
import type { RolloutSink } from "../rollout-sink.ts";

export function databaseSink({ sql }: Database): RolloutSink {
  return {
    stageStarted: (attempt) => stageStarted(sql, attempt),
    stageEnded: (id, attempt, failure) => stageEnded(sql, id, attempt, failure),
    readGeneration: (scope) => readGeneration(sql, scope),
    saveRollouts: (batch) => saveRollouts(sql, batch),
    readExecuting: (scope) => readExecuting(sql, scope),
    saveExecutions: (executed) => saveExecutions(sql, executed),
    readInitialPolicy: (runId) => readInitialPolicy(sql, runId),
    readUpdating: ({ experimentId, runId, step }) => readUpdating(sql, experimentId, runId, step),
    commitPolicy: (made) => commitPolicy(sql, made),
    refuseUpdate: ({ runId, step }, epoch, cause) => refuseUpdate(sql, runId, epoch, step, cause),
    addProvenance: (runId, facts) => addProvenance(sql, runId, facts),
    registerNode: (node) => registerNode(sql, node),
    nodeSeen: (nodeId, report) => nodeSeen(sql, nodeId, report),
    nodeStopped: (nodeId) => nodeStopped(sql, nodeId),
  };
}
