// Owns: what the policy and sandbox roles offer, wired to this node's parts. Must not know: the database (the control role has its own file).
import type { BlobStore, RolloutSink } from "@gradus/domain";
import type { PolicyActivities, PretrainActivities, SandboxActivities } from "@gradus/workflows";
import { policyNodeQueue } from "@gradus/workflows";
import { asActivity } from "./activities/activity.ts";
import { executeRollouts } from "./activities/execute-rollouts.ts";
import { generateRollouts } from "./activities/generate-rollouts.ts";
import { initializePolicy } from "./activities/initialize-policy.ts";
import { pretrainPolicy } from "./activities/pretrain-policy.ts";
import { updatePolicy } from "./activities/update-policy.ts";
import type { EngineHost } from "./policy/engine-host.ts";
import type { Sandbox } from "./sandbox/sandbox.ts";

/** What a node is made of. Sandbox and engines are made when first asked for: a control node starts neither. */
export interface NodeParts {
  readonly sink: RolloutSink;
  readonly blobs: BlobStore;
  readonly sandbox: () => Promise<Sandbox>;
  readonly host: () => Promise<EngineHost>;
  /** Rollouts made durable at a time. */
  readonly rolloutsAtOnce: number;
}

export const sandboxActivities = ({ sink, sandbox }: NodeParts, nodeId: string) =>
  ({
    executeRollouts: async (input) => executeRollouts({ sink, sandbox: await sandbox(), nodeId })(input),
  }) satisfies SandboxActivities;

export const policyActivities = ({ sink, blobs, host, rolloutsAtOnce }: NodeParts, nodeId: string) =>
  ({
    pretrainPolicy: pretrainPolicy({ blobs }),
    offerNode: async () => ({ nodeId, taskQueue: policyNodeQueue(nodeId) }),
    initializePolicy: async (input) => initializePolicy({ sink, blobs, host: await host() })(input),
    generateRollouts: async (input) => generateRollouts({ sink, host: await host(), nodeId, rolloutsAtOnce })(input),
    releasePolicy: ({ modelId }) => asActivity(async () => (await host()).release(modelId)),
    updatePolicy: async (input) => updatePolicy({ sink, blobs, host: await host(), nodeId })(input),
  }) satisfies PolicyActivities & PretrainActivities;
