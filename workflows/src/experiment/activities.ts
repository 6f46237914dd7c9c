// Owns: the activities that an experiment asks for beside those of its runs.
import type { Scope } from "@gradus/domain/scope";
import type { PolicyRef } from "@gradus/domain/policy";
import type { PolicyEngineName } from "@gradus/domain/policy-engine-name";

export interface ExperimentPlan {
  readonly runIds: readonly string[];
  readonly concurrency: number;
  /** Problems without a measured pass rate, to be attempted before any run starts. */
  readonly measurement: Scope | null;
  /** The weights that all runs start from, where they share them. */
  readonly sharedPolicy: PolicyRef | null;
  /** Evaluated with them beside the experiment's own held-out problems; absent: none. */
  readonly suites?: readonly string[];
  /** Whose nodes sample those; absent: embedded. */
  readonly engine?: PolicyEngineName;
}

/** Queue `control`. */
export interface ExperimentActivities {
  /** Freezes the problem set (writing problems with the teacher where asked) and says what is to be done. */
  prepareExperiment(input: { readonly experimentId: string }): Promise<ExperimentPlan>;
  drawMeasurement(input: { readonly experimentId: string; readonly policy: PolicyRef }): Promise<void>;
  scoreMeasurement(input: { readonly experimentId: string }): Promise<void>;
  setExperimentStatus(input: {
    readonly experimentId: string;
    readonly status: "PREPARING" | "RUNNING" | "COMPLETED" | "FAILED" | "CANCELLED";
    readonly cause?: string;
  }): Promise<void>;
}
