// Owns: a supervised warm start as a durable course: one activity on some node with an engine, tried again where the node is lost.
import { proxyActivities } from "@temporalio/workflow";
import { PERMANENT_FAILURES, POLICY_QUEUE } from "../training-run/activities.ts";
import type { PretrainActivities } from "./activities.ts";
import type { PretrainInput, PretrainResult } from "./messages.ts";

const { pretrainPolicy } = proxyActivities<PretrainActivities>({
  taskQueue: POLICY_QUEUE,
  startToCloseTimeout: "24h",
  heartbeatTimeout: "10s",
  retry: { initialInterval: "500ms", maximumInterval: "10s", maximumAttempts: 20, nonRetryableErrorTypes: [...PERMANENT_FAILURES] },
});

export const pretrain = (input: PretrainInput): Promise<PretrainResult> => pretrainPolicy(input);
