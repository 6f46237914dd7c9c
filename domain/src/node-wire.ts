// Owns: what a node without the database may ask of the API: the members of RolloutSink, with their arguments as they must arrive, and the
// refusals that no retry mends. Must not know: HTTP, SQL.
import { z } from "zod";
import { ConfigurationError, MissingRow, StaleLease } from "./failure.ts";
import { NodeReport } from "./node.ts";
import type { NodeRegistration, StageAttempt } from "./node.ts";
import type { NewPolicy, PolicyRef } from "./policy.ts";
import type { ExecutedRollout, GeneratedRollout, RolloutBatch } from "./rollout.ts";
import type { RolloutSink, StepAddress } from "./rollout-sink.ts";
import { evaluationScope, measurementScope, stepScope, synthesisScope } from "./scope.ts";
import type { Scope } from "./scope.ts";
import { NodeRole, Stage, UpdateReport } from "./stage.ts";
import { ExecutionResult } from "./verdict.ts";

/** Part of every path: a node and an API of different versions do not guess. */
export const NODE_WIRE_VERSION = "v1";

export type NodeOperation = keyof RolloutSink;

const name = z.string().min(1).max(500);
/** What a Postgres integer holds. */
const count = z.int().min(0).max(2_147_483_647);
const hash = z.string().regex(/^[0-9a-f]{64}$/);
const tokens = z.array(count);

const scope: z.ZodType<Scope> = z
  .strictObject({
    id: name,
    kind: z.enum(["STEP", "EVALUATION", "MEASUREMENT", "SYNTHESIS"]),
    runId: name.exactOptional(),
    experimentId: name,
    step: count.exactOptional(),
    suite: name.exactOptional(),
  })
  .refine((read) => read.id === idOf(read), "the id is not the one that the other members make");

/** A scope's id follows from the rest; one that does not could reach another run's rows past its fence. */
function idOf({ kind, experimentId, runId, step, suite }: Omit<Scope, "id">): string | null {
  if (suite !== undefined && kind !== "EVALUATION") return null;
  if (kind === "MEASUREMENT") return runId === undefined && step === undefined ? measurementScope(experimentId).id : null;
  if (step === undefined) return null;
  if (kind === "SYNTHESIS") return runId === undefined ? synthesisScope(experimentId, step).id : null;
  if (kind === "EVALUATION") return evaluationScope(experimentId, step, runId, suite).id;
  return runId === undefined ? null : stepScope(experimentId, runId, step).id;
}

const stageAttempt: z.ZodType<StageAttempt> = z.strictObject({ id: name, scope, stage: Stage, attempt: count, nodeId: name });
const policy: z.ZodType<PolicyRef> = z.strictObject({ version: count, hash });
const stepAddress: z.ZodType<StepAddress> = z.object({ experimentId: name, runId: name, step: count });

const generatedRollout: z.ZodType<GeneratedRollout> = z.strictObject({
  ordinal: count,
  index: count,
  completion: z.string(),
  promptTokens: tokens,
  completionTokens: tokens,
  logProbs: z.array(z.number()),
  finishReason: z.enum(["stop", "length"]),
});
const rolloutBatch: z.ZodType<RolloutBatch> = z
  .strictObject({ scope, epoch: count.exactOptional(), policy, attempt: count, rollouts: z.array(generatedRollout) })
  .refine(({ scope: { runId }, epoch }) => (runId === undefined) === (epoch === undefined), "a run's rollouts come with its lease epoch");

const executedRollout: z.ZodType<ExecutedRollout> = z.strictObject({ id: name, execution: ExecutionResult, sandboxErrors: count });

const newPolicy: z.ZodType<NewPolicy> = z.strictObject({
  runId: name,
  epoch: count,
  step: count,
  version: count,
  hash,
  bytes: z.int().min(0),
  engine: z.string(),
  report: UpdateReport.nullable(),
});

const registration: z.ZodType<NodeRegistration> = z.strictObject({
  id: name,
  // A remote node plays no control: that role has the database.
  roles: z.array(NodeRole.exclude(["CONTROL"])).min(1),
  taskQueue: name.nullable(),
  labels: z.record(z.string(), z.string()),
  capabilities: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
});

/** The arguments of every operation, as one JSON array. */
export const NODE_ARGUMENTS = {
  stageStarted: z.tuple([stageAttempt]),
  stageEnded: z.tuple([stageAttempt, z.string().nullable()]),
  readGeneration: z.tuple([scope]),
  saveRollouts: z.tuple([rolloutBatch]),
  readExecuting: z.tuple([scope]),
  saveExecutions: z.tuple([z.array(executedRollout)]),
  readInitialPolicy: z.tuple([name]),
  readUpdating: z.tuple([stepAddress]),
  commitPolicy: z.tuple([newPolicy]),
  refuseUpdate: z.tuple([stepAddress, count, z.string()]),
  addProvenance: z.tuple([name, z.record(z.string(), z.union([z.string(), z.number()]))]),
  registerNode: z.tuple([registration]),
  nodeSeen: z.tuple([name, NodeReport]),
  nodeDraining: z.tuple([name]),
  nodeStopped: z.tuple([name]),
} satisfies { readonly [Operation in NodeOperation]: z.ZodType<Parameters<RolloutSink[Operation]>> };

export const isNodeOperation = (text: string): text is NodeOperation => Object.hasOwn(NODE_ARGUMENTS, text);

/** The member of an answer that may be long: it is sent a line each, never as one text. */
export const LISTED_MEMBER: { readonly [Operation in NodeOperation]?: string } = {
  readGeneration: "groups",
  readExecuting: "rollouts",
  readUpdating: "rollouts",
};

/** The first line of an answer: the result without its listed member, and how many lines of that follow. */
export interface AnswerHead {
  readonly result: Readonly<Record<string, unknown>> | null;
  readonly listed: number;
}

const REFUSALS = { STALE_LEASE: StaleLease, MISSING_ROW: MissingRow, CONFIGURATION: ConfigurationError } as const;
export type RefusalCode = keyof typeof REFUSALS;

/** The code under which a failure crosses the wire as what it is; null for one that a retry may mend. */
export function refusalCodeOf(error: unknown): RefusalCode | null {
  if (error instanceof StaleLease) return "STALE_LEASE";
  if (error instanceof MissingRow) return "MISSING_ROW";
  return error instanceof ConfigurationError || error instanceof RangeError ? "CONFIGURATION" : null;
}

/** The failure that a code stands for; null for a code that is none. */
export function refusalOf(code: unknown, message: string): Error | null {
  return typeof code === "string" && Object.hasOwn(REFUSALS, code) ? new REFUSALS[code as RefusalCode](message) : null;
}
