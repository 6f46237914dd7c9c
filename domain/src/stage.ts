// Owns: the four stages of a step and what an attempt at one can come to. Must not know: Temporal, nodes' insides.
import { z } from "zod";

export const Stage = z.enum(["GENERATE", "EXECUTE", "REWARD", "UPDATE"]);
export type Stage = z.infer<typeof Stage>;

/** LOST: its worker vanished; a later attempt found it unfinished. */
export const StageOutcome = z.enum(["STARTED", "COMPLETED", "FAILED", "LOST"]);
export type StageOutcome = z.infer<typeof StageOutcome>;

export const NodeRole = z.enum(["CONTROL", "POLICY", "SANDBOX"]);
export type NodeRole = z.infer<typeof NodeRole>;

/** What an update did, means over the counted tokens, natural-log units; `entropy` and `gradNorm` are null where the engine does not tell them. `refused` = the update was not finite and the policy stayed. */
export const UpdateReport = z.strictObject({
  loss: z.number(),
  entropy: z.number().nullable(),
  klToSampler: z.number(),
  clipFraction: z.number(),
  maxLogProbGap: z.number(),
  gradNorm: z.number().nullable(),
  learningRate: z.number(),
  tokens: z.number().int(),
  rollouts: z.number().int(),
});
export type UpdateReport = z.infer<typeof UpdateReport>;

const share = z.number().min(0).max(1);

/** What a step's rollouts came to, before any update. `passRate` is passes of credited rollouts, by bucket where one was drawn. */
export const StepSummary = z.strictObject({
  rewardMean: z.number().nullable(),
  passRate: share.nullable(),
  passRateByBucket: z.record(z.string(), z.number()),
  drawnByBucket: z.record(z.string(), z.number().int()),
  groups: z.number().int(),
  admitted: z.number().int(),
  solvedNone: z.number().int(),
  solvedAll: z.number().int(),
  sandboxErrors: z.number().int(),
  sandboxErrorRate: share,
  completionTokensMean: z.number(),
  truncatedRate: share,
  uniqueProblems: z.number().int(),
  /** Where the policy writes problems: how many of its rollouts did, what they were worth, and what the run's buffer holds of its own afterwards. */
  proposals: z
    .strictObject({ written: z.number().int(), valid: z.number().int(), rewardMean: z.number().nullable(), buffer: z.number().int() })
    .optional(),
});
export type StepSummary = z.infer<typeof StepSummary>;
