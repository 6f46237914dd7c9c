// Owns: the metric names a run records by itself and which of them repeat with the seed. Must not know: where points are stored.

/** A reproducible metric has equal values in two runs of the same seed on the same machine kind; an observed one (seconds, memory) need not. */
export interface MetricDefinition {
  readonly name: string;
  readonly unit: string;
  readonly reproducible: boolean;
  readonly description: string;
}

const metric = (name: string, unit: string, description: string, reproducible = true): MetricDefinition => ({
  name,
  unit,
  description,
  reproducible,
});

export const RUN_METRICS: readonly MetricDefinition[] = [
  metric("train/reward", "reward", "Mean reward of the step's credited rollouts"),
  metric("train/pass_rate", "share", "Passing share of the step's credited rollouts"),
  metric("train/groups_admitted", "groups", "Groups that passed every gate"),
  metric("train/solved_none", "groups", "Groups in which no rollout passed"),
  metric("train/solved_all", "groups", "Groups in which every rollout passed"),
  metric("train/completion_tokens", "tokens", "Mean completion length"),
  metric("train/truncated", "share", "Completions cut at the token limit"),
  metric("proposer/valid_rate", "share", "Self-play: proposals that became problems"),
  metric("proposer/reward", "reward", "Self-play: mean reward of the rollouts that wrote problems"),
  metric("proposer/buffer", "problems", "Self-play: problems of the policy's own in the run's buffer"),
  metric("sandbox/error_rate", "share", "Rollouts whose sandbox broke for good", false),
  metric("policy/loss", "nats", "Loss of the update"),
  metric("policy/entropy", "nats", "Mean token entropy of the policy"),
  metric("policy/kl_to_sampler", "nats", "KL of the trained policy to the one that sampled (k3)"),
  metric("policy/clip_fraction", "share", "Tokens whose ratio was clipped"),
  metric("policy/log_prob_gap", "nats", "Largest difference between trainer and sampler log-probability"),
  metric("policy/grad_norm", "l2", "Gradient norm before clipping"),
  metric("policy/learning_rate", "rate", "Learning rate of the update"),
  metric("evaluation/pass@1", "share", "Held-out pass@1, mean over problems"),
  metric("time/step", "seconds", "Wall time from draw to update", false),
];

/** Pass rate of one bucket in training: `train/pass_rate/<bucket>`; share of draws: `curriculum/drawn/<bucket>`. */
export const bucketPassRateName = (bucket: string): string => `train/pass_rate/${bucket}`;
export const bucketDrawnName = (bucket: string): string => `curriculum/drawn/${bucket}`;

/** `evaluation/pass@1`, `evaluation/pass@10/HARD`, `evaluation/pass@1/DEDUCTION`; of a suite: `evaluation/<suite>/pass@1`, and so on. */
export const evaluationName = ({
  k,
  part = null,
  suite = null,
}: {
  readonly k: number;
  readonly part?: string | null;
  readonly suite?: string | null;
}): string => ["evaluation", ...(suite === null ? [] : [suite]), `pass@${k}`, ...(part === null ? [] : [part])].join("/");

/** One value of one metric. `value` may be NaN or infinite. */
export interface MetricPoint {
  readonly name: string;
  readonly step: number;
  readonly value: number;
}

const observed = new Set(RUN_METRICS.filter((definition) => !definition.reproducible).map((definition) => definition.name));
export const isReproducible = (name: string): boolean => !observed.has(name) && !name.startsWith("time/");
