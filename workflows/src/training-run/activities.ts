// Owns: the activities that a training run asks for, as the worker must satisfy them. Ids and small numbers only; rows carry the content.
import type { PolicyRef } from "@gradus/domain/policy";
import type { PolicyEngineName } from "@gradus/domain/policy-engine-name";
import type { Scope } from "@gradus/domain/scope";

export interface Lease {
  readonly runId: string;
  readonly epoch: number;
}

export interface RunPlan {
  readonly experimentId: string;
  readonly totalSteps: number;
  readonly maxStaleness: number;
  /** Steps between evaluations, 0 = only first and last. */
  readonly evaluateEvery: number;
  /** Evaluated beside the experiment's own held-out problems; absent: none. */
  readonly suites?: readonly string[];
  readonly baselineShared: boolean;
  /** Whose nodes the run needs, where those who began before `placeRun` look for one; absent: embedded. */
  readonly engine?: PolicyEngineName;
  /** Rounds of rollouts that a step may take; absent: 1. */
  readonly rounds?: number;
  /** Last completed step; 0 for a new run. */
  readonly step: number;
  /** Null when version 0 is still to be made. */
  readonly policy: PolicyRef | null;
}

/** A run whose turn has come and that does not begin: it was paused before it ever began, or cancelled. */
export interface HeldBack {
  readonly heldBack: "PAUSED" | "CANCELLED";
}

export interface StepRef {
  readonly runId: string;
  readonly experimentId: string;
  readonly step: number;
}

/** A node of the run's, and the right to write to the run from there. */
export interface Place {
  readonly node: NodeOffer;
  readonly lease: Lease;
}

export interface Drawn {
  readonly groups: number;
  /** Set where the run's node is being drained: the run leaves it before it samples. */
  readonly moveOn?: true;
  /** Whose weights the step is sampled with. */
  readonly policy: PolicyRef;
}

export interface Credited {
  readonly admitted: number;
  /** Set when too many rollouts met a broken sandbox: the run pauses with this cause. */
  readonly pauseCause: string | null;
}

export type Updated = { readonly policy: PolicyRef; readonly refused: null } | { readonly policy: PolicyRef; readonly refused: string };

export interface GenerateInput {
  readonly scope: Scope;
  readonly policy: PolicyRef;
  /** Absent where no run owns the scope. */
  readonly lease?: Lease;
}

export interface NodeOffer {
  readonly nodeId: string;
  readonly taskQueue: string;
}

/** Queue `control`: database work and the curriculum's mathematics. */
export interface ControlActivities {
  beginRun(input: { readonly runId: string }): Promise<RunPlan | HeldBack>;
  /** Finds the node that suits the run best and gives it to the run. Fails, in words that say why, while there is none: asked again until there is. */
  placeRun(input: { readonly runId: string }): Promise<Place>;
  /** A node for what no run owns: an experiment's first samples, a synthesis' student. Fails while there is none. */
  findNode(input: { readonly experimentId: string } | { readonly synthesisId: string }): Promise<NodeOffer>;
  /** A new epoch: writes under an older one are refused from here on. */
  grantLease(input: { readonly runId: string; readonly nodeId: string }): Promise<Lease>;
  drawProblems(input: StepRef & { readonly maxStaleness: number }): Promise<Drawn>;
  /** Plans round `round` (from 2) of a step whose rollouts are executed; `more` where it has anything to generate. */
  refillProblems(input: StepRef & { readonly maxStaleness: number; readonly round: number }): Promise<{ readonly more: boolean }>;
  rewardRollouts(input: StepRef): Promise<Credited>;
  /** Poses the held-out problems; `complete` when this evaluation was already scored. */
  drawEvaluation(input: { readonly scope: Scope; readonly policy: PolicyRef }): Promise<{ readonly complete: boolean }>;
  scoreEvaluation(input: { readonly scope: Scope; readonly policy: PolicyRef }): Promise<void>;
  setRunStatus(input: {
    readonly runId: string;
    readonly status: "RUNNING" | "PAUSED" | "COMPLETED" | "FAILED" | "CANCELLED";
    readonly cause?: string;
  }): Promise<void>;
  setTotalSteps(input: { readonly runId: string; readonly totalSteps: number }): Promise<void>;
}

/** Queue `sandbox`. */
export interface SandboxActivities {
  executeRollouts(input: { readonly scope: Scope }): Promise<void>;
}

/** The queue of an engine's nodes finds one of them; the rest runs on that node's own queue. */
export interface PolicyActivities {
  offerNode(): Promise<NodeOffer>;
  initializePolicy(input: { readonly lease: Lease }): Promise<PolicyRef>;
  generateRollouts(input: GenerateInput): Promise<void>;
  updatePolicy(input: StepRef & { readonly policy: PolicyRef; readonly lease: Lease }): Promise<Updated>;
  /** Frees the memory of weights that the node holds for a run (or an experiment, where no run owns the scope); their checkpoint stays. */
  releasePolicy(input: { readonly modelId: string }): Promise<void>;
}

export const CONTROL_QUEUE = "control";
export const SANDBOX_QUEUE = "sandbox";
export const POLICY_QUEUE = "policy";
/** Where nodes of an engine are found. */
export const policyQueue = (engine: PolicyEngineName = "embedded"): string => (engine === "embedded" ? POLICY_QUEUE : `policy-${engine}`);
export const policyNodeQueue = (nodeId: string): string => `policy/${nodeId}`;

/** Failure types that a retry cannot mend. */
export const PERMANENT_FAILURES = ["CONFIGURATION", "MISSING_ROW", "STALE_LEASE"] as const;
