// Owns: what an experiment file may say, and how arms x seeds follow from it. Must not know: files, YAML, where runs are stored.
import { z } from "zod";
import { AdvantageSettings } from "./advantage.ts";
import { ALGORITHM_NAMES, withAlgorithm } from "./algorithm.ts";
import { CurriculumSpec } from "./curriculum/curriculum-spec.ts";
import { Placement } from "./placement.ts";
import { PolicyModel } from "./policy-model.ts";
import { PolicyEngineName } from "./policy-engine-name.ts";
import { ProblemSelection } from "./problem-selection/selection-spec.ts";
import { DownSelection } from "./down-selection.ts";
import { EvaluationSpec } from "./evaluation.ts";
import { RewardSettings } from "./reward.ts";
import { ModuleRef } from "./user-module.ts";

const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,47}$/, "lower-case letters, digits and dashes, at most 48");

/** Which problems: a stored set, a file of measured problems that the client imports first, or the embedded teacher. */
export const ProblemsSpec = z.strictObject({
  /** Id of a stored problem set. */
  set: z.string().optional(),
  /** JSON-lines file relative to the experiment file; the client imports it and puts `set` in its place, the API refuses it. */
  file: z.string().optional(),
  /** Problems written by the embedded teacher when no file is given. */
  teacher: z
    .strictObject({
      seed: z.number().int().default(1),
      train: z.number().int().min(1).default(400),
      heldOut: z.number().int().min(0).default(200),
    })
    .optional(),
  /** Attempts M a problem when its pass rate has to be measured (paper 2.4 uses 32). */
  measureAttempts: z.number().int().min(1).max(256).default(32),
  /** Which of the set's training problems every arm trains on that does not say so itself; absent = all. The set must be measured. */
  select: ProblemSelection.optional(),
});
export type ProblemsSpec = z.infer<typeof ProblemsSpec>;

export const PolicySpec = z.strictObject({
  /** Runs are placed on nodes that serve it. */
  engine: PolicyEngineName.default("embedded"),
  /** `sha256:<hash>` of stored weights, or a safetensors file relative to the experiment file that the client uploads; absent = from the seed. */
  warmStart: z.string().optional(),
  /** Size of new weights; absent = `quickstart`. A warm start brings its own. */
  model: PolicyModel.optional(),
  /** tinker: the model that the server must have, such as `Qwen/Qwen3-4B`; absent = whatever it has. */
  baseModel: z.string().min(1).max(200).optional(),
  /** tinker: `sha256:<hash>` of the tokenizer's files, or a folder relative to the experiment file that the client stores; absent = the node's. */
  tokenizer: z.string().min(1).optional(),
  /** What the labels of a run's node must say (`gradus worker --labels`). */
  placement: Placement.optional(),
});
export type PolicySpec = z.infer<typeof PolicySpec>;

export const SamplingSettings = z.strictObject({
  maxTokens: z.number().int().min(1).default(40),
  temperature: z.number().min(0).max(4).default(1),
  topP: z.number().gt(0).max(1).default(1),
  topK: z.number().int().min(0).default(0),
  /** A completion ends where one of these begins. */
  stop: z.array(z.string().min(1)).max(8).default([]),
});

export const LossSettings = z.strictObject({
  name: z.enum(["importance_sampling", "ppo", "cispo"]).default("importance_sampling"),
  /** ppo and cispo: the ratio of trained to sampled probability is held in [1 - clipLow, 1 + clipHigh]. */
  clipLow: z.number().min(0).max(1).default(0.2),
  clipHigh: z.number().min(0).default(0.2),
  /** token: all tokens alike. sequence: every response alike. constant: divided by the token limit. prompt: every group alike. */
  lengthNorm: z.enum(["token", "sequence", "constant", "prompt"]).default("token"),
  /** Weight of the KL (k3) to the run's version 0; 0 = none. */
  klWeight: z.number().min(0).default(0),
  entropyBonus: z.number().default(0),
});

export const OptimizerSettings = z.strictObject({
  learningRate: z.number().positive().default(3e-4),
  beta1: z.number().min(0).lt(1).default(0.9),
  beta2: z.number().min(0).lt(1).default(0.95),
  eps: z.number().positive().default(1e-8),
  weightDecay: z.number().min(0).default(0),
  maxGradNorm: z.number().min(0).default(1),
  /** Steps over which the learning rate rises linearly from 0. */
  warmupSteps: z.number().int().min(0).default(0),
});

export const TrainingSpec = z.strictObject({
  steps: z.number().int().min(1).default(40),
  groupsPerStep: z.number().int().min(1).max(1024).default(8),
  /** Rollouts a group, G of GRPO. */
  groupSize: z.number().int().min(2).max(256).default(8),
  /** 0 = on-policy; k = rollouts may be k policy versions old. */
  maxStaleness: z.number().int().min(0).max(8).default(0),
  /** Name of a preset over the settings below (and the curriculum's hooks); what is written beside it wins. */
  algorithm: z.enum(ALGORITHM_NAMES).optional(),
  sampling: SamplingSettings.prefault({}),
  reward: RewardSettings.prefault({}),
  advantage: AdvantageSettings.prefault({}),
  /** Absent: every credited rollout of an admitted group is trained on. */
  downSelect: DownSelection.optional(),
  loss: LossSettings.prefault({}),
  optimizer: OptimizerSettings.prefault({}),
  /** Negative control: rewards are permuted over the step's credited rollouts before advantages are taken. */
  shuffleRewards: z.boolean().default(false),
});
export type TrainingSpec = z.infer<typeof TrainingSpec>;

export const ExecutionSpec = z.strictObject({
  cpuMs: z.number().int().min(50).default(2_000),
  memoryMb: z.number().int().min(32).default(256),
  /** Tries of a rollout on a broken sandbox before it is not credited. */
  maxSandboxErrors: z.number().int().min(1).default(3),
  /** Share of a step's rollouts with a broken sandbox above which the run pauses. */
  pauseAboveErrorRate: z.number().min(0).max(1).default(0.5),
});
export type ExecutionSpec = z.infer<typeof ExecutionSpec>;

/** Everything about a run but its seed: one arm, resolved. */
export const RunSpec = z.strictObject({
  policy: PolicySpec,
  curriculum: CurriculumSpec,
  training: TrainingSpec,
  evaluation: EvaluationSpec,
  execution: ExecutionSpec,
  /** How every problem is posed and judged, instead of the environment that it names: a file of the user's own. */
  environment: ModuleRef.optional(),
  /** Id of the frozen selection that is trained on; absent = the experiment's set. Held-out problems are always the experiment's. */
  trainingSet: z.string().optional(),
});
export type RunSpec = z.infer<typeof RunSpec>;

const armOverrides = {
  /** New weights from the seed instead of the experiment's warm start: the control that the warm start is worth something. */
  policy: z.strictObject({ warmStart: z.null() }).optional(),
  /** Instead of the experiment's selection. */
  problems: z.strictObject({ select: ProblemSelection }).optional(),
  training: TrainingSpec.partial().optional(),
  evaluation: EvaluationSpec.partial().optional(),
};

/** An arm as written in a file: a curriculum (preset name or specification) and what differs from the experiment's settings. */
export const ArmSpec = z.strictObject({ name, curriculum: z.union([z.string(), CurriculumSpec]), ...armOverrides });

/** An experiment file (YAML or JSON). Unknown keys are errors. */
export const ExperimentSpec = z.strictObject({
  name,
  question: z.string().default(""),
  /** Which of the file's `scales` was laid over it. */
  scale: name.optional(),
  project: name.default("default"),
  problems: ProblemsSpec.prefault({}),
  policy: PolicySpec.prefault({}),
  /** A file of the user's own that poses and judges every problem of the experiment, instead of the environment that each names. */
  environment: ModuleRef.optional(),
  training: z.preprocess(withAlgorithm, TrainingSpec).prefault({}),
  evaluation: EvaluationSpec.prefault({}),
  execution: ExecutionSpec.prefault({}),
  seeds: z
    .array(z.number().int().min(0))
    .min(1)
    .refine((seeds) => new Set(seeds).size === seeds.length, "seeds must differ"),
  arms: z
    .array(ArmSpec)
    .min(1)
    .refine((arms) => new Set(arms.map((arm) => arm.name)).size === arms.length, "arm names must differ"),
  /** Runs at once. */
  concurrency: z.number().int().min(1).max(64).default(2),
});
export type ExperimentSpec = z.infer<typeof ExperimentSpec>;
