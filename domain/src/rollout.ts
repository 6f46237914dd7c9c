// Owns: groups and rollouts as they pass between the stages. Must not know: SQL, engines, sandboxes.
import type { z } from "zod";
import type { ExecutionSpec, SamplingSettings } from "./experiment.ts";
import type { PolicyRef } from "./policy.ts";
import type { Bucket, ProblemContent } from "./problem.ts";
import type { Scope } from "./scope.ts";
import type { ModuleRef } from "./user-module.ts";
import type { ExecutionResult } from "./verdict.ts";

export interface PosedGroup {
  readonly ordinal: number;
  readonly problemId: string;
  readonly bucket: Bucket | null;
  readonly prompt: string;
  /** Rollouts of it; absent: as many as the scope's other groups. */
  readonly size?: number;
  /** Beginning of the answer that every rollout is given, the last part of `prompt`; absent: none. */
  readonly prefix?: string;
}

export interface GroupToGenerate {
  readonly ordinal: number;
  readonly prompt: string;
  /** Indexes of the group that are not durable yet. */
  readonly missing: readonly number[];
}

export interface GeneratedRollout {
  readonly ordinal: number;
  readonly index: number;
  readonly completion: string;
  readonly promptTokens: readonly number[];
  readonly completionTokens: readonly number[];
  readonly logProbs: readonly number[];
  readonly finishReason: "stop" | "length";
}

export interface RolloutBatch {
  readonly scope: Scope;
  /** Absent where no run owns the scope. */
  readonly epoch?: number;
  readonly policy: PolicyRef;
  readonly attempt: number;
  readonly rollouts: readonly GeneratedRollout[];
}

export interface RolloutToExecute {
  readonly id: string;
  readonly completion: string;
  readonly problem: ProblemContent;
  readonly sandboxErrors: number;
}

export interface ExecutedRollout {
  readonly id: string;
  readonly execution: ExecutionResult;
  /** Tries so far that met a broken sandbox. */
  readonly sandboxErrors: number;
}

/** What the generate stage needs: what is missing, how to sample, and the seed of the random streams. */
export interface Generation {
  readonly groups: readonly GroupToGenerate[];
  readonly seed: number;
  readonly sampling: z.infer<typeof SamplingSettings>;
}

/** What the execute stage needs: rollouts without a verdict, and how patient to be. */
export interface Executing {
  readonly rollouts: readonly RolloutToExecute[];
  readonly settings: ExecutionSpec;
  /** What judges instead of the environments that the problems name. */
  readonly environment?: ModuleRef | undefined;
}
