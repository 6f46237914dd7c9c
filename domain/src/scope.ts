// Owns: the names of groups and rollouts, made from meaning (never from an attempt), and of their random streams.
// Must not know: SQL, engines.

export type ScopeKind = "STEP" | "EVALUATION" | "MEASUREMENT" | "SYNTHESIS";

/** A set of groups that is generated and executed together: a run's step, an evaluation, a measuring of problems, or a round of a synthesis. */
export interface Scope {
  readonly id: string;
  readonly kind: ScopeKind;
  readonly runId?: string;
  /** Whose settings govern it; of a synthesis its own id. */
  readonly experimentId: string;
  readonly step?: number;
  /** Of an evaluation: the suite of the experiment's; absent: its own held-out problems. */
  readonly suite?: string;
}

export const stepScope = (experimentId: string, runId: string, step: number): Scope => ({
  id: `${runId}/step/${step}`,
  kind: "STEP",
  runId,
  experimentId,
  step,
});

/** `runId` absent: the baseline shared by all runs that start from the same weights. */
export const evaluationScope = (experimentId: string, step: number, runId?: string, suite?: string): Scope => ({
  id: `${runId ?? experimentId}/evaluation/${step}${suite === undefined ? "" : `/suite/${suite}`}`,
  kind: "EVALUATION",
  experimentId,
  step,
  ...(runId === undefined ? {} : { runId }),
  ...(suite === undefined ? {} : { suite }),
});

export const measurementScope = (experimentId: string): Scope => ({ id: `${experimentId}/measurement`, kind: "MEASUREMENT", experimentId });

/** `round`: one turn of one batch of seeds, numbered through the whole synthesis. */
export const synthesisScope = (synthesisId: string, round: number): Scope => ({
  id: `${synthesisId}/round/${round}`,
  kind: "SYNTHESIS",
  experimentId: synthesisId,
  step: round,
});

export const groupId = (scope: Scope, ordinal: number): string => `${scope.id}/${ordinal}`;
export const rolloutId = (group: string, index: number): string => `${group}/${index}`;

/**
 * The random stream of a rollout. It holds the seed and the place but no experiment or run id, so that the same seed draws the same tokens in
 * another experiment of the same configuration.
 */
export const rolloutStream = (seed: number, scope: Pick<Scope, "kind" | "step" | "suite">, ordinal: number, index: number): string =>
  `${seed}/${scope.kind}${scope.suite === undefined ? "" : ` ${scope.suite}`}/${scope.step ?? 0}/${ordinal}/${index}`;
