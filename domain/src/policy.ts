// Owns: policy versions and what an update is made from. Must not know: engines, where checkpoint bytes lie.
import type { TrainingSpec } from "./experiment.ts";
import type { PolicyModel } from "./policy-model.ts";
import type { UpdateReport } from "./stage.ts";

/** Which weights: the version within its run, and the SHA-256 of the checkpoint's bytes. */
export interface PolicyRef {
  readonly version: number;
  readonly hash: string;
}

export interface TrainingRollout {
  readonly promptTokens: readonly number[];
  readonly completionTokens: readonly number[];
  readonly logProbs: readonly number[];
  readonly advantage: number;
  /** Ordinal of its group in the step. */
  readonly group: number;
}

export interface NewPolicy {
  readonly runId: string;
  readonly epoch: number;
  readonly step: number;
  readonly version: number;
  readonly hash: string;
  readonly bytes: number;
  readonly engine: string;
  /** Null for version 0. */
  readonly report: UpdateReport | null;
}

/** What the update stage needs. `made` is set when this step's version is committed already; `reference` is the run's first version. */
export interface Updating {
  readonly made: PolicyRef | null;
  readonly reference: PolicyRef | null;
  readonly rollouts: readonly TrainingRollout[];
  readonly training: TrainingSpec;
}

/** How a run's version 0 comes about: from stored weights, or from the run's seed. */
export interface InitialPolicy {
  readonly made: PolicyRef | null;
  readonly warmStart: string | null;
  /** Size of new weights; undefined: the engine's own. */
  readonly model?: PolicyModel | undefined;
  readonly seed: number;
}
