// Owns: the activities that a synthesis asks for. Ids and small numbers only; rows carry seeds, prompts, replies and verdicts.
import type { PolicyRef } from "@gradus/domain/policy";
import type { PolicyEngineName } from "@gradus/domain/policy-engine-name";
import type { Scope } from "@gradus/domain/scope";

export interface SynthesisPlan {
  readonly batches: number;
  readonly turns: number;
  /** Weights that attempt the problems; null: the student is an endpoint. */
  readonly student: { readonly policy: PolicyRef; readonly engine: PolicyEngineName } | null;
}

export interface RoundRef {
  readonly synthesisId: string;
  /** From 0. */
  readonly batch: number;
  /** From 1. */
  readonly turn: number;
}

/** Queue `control`: they see the database. */
export interface SynthesisActivities {
  /** Draws the seeds, once. */
  prepareSynthesis(input: { readonly synthesisId: string }): Promise<SynthesisPlan>;
  /** One teacher call for every seed of the batch that is not done; what can be read, runs and is clean waits for the student in `scope`. */
  writeProblems(input: RoundRef & { readonly scope: Scope }): Promise<{ readonly written: number; readonly posed: number }>;
  /** The attempts of a student behind an endpoint. */
  askStudent(input: { readonly scope: Scope }): Promise<void>;
  /** k of M for every problem of the round, and what speaks against it. */
  scoreProblems(input: RoundRef & { readonly scope: Scope }): Promise<void>;
  /** Finds repeats over all turns, and freezes what is left as a problem set. */
  collectProblems(input: { readonly synthesisId: string }): Promise<void>;
  setSynthesisStatus(input: {
    readonly synthesisId: string;
    readonly status: "RUNNING" | "FAILED" | "CANCELLED";
    readonly cause?: string;
  }): Promise<void>;
}
