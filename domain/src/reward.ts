// Owns: what a rollout is worth in training: the environment's verdict, shaped. Must not know: groups, advantages, how anything was executed.
import { z } from "zod";
import { ModuleKind } from "./user-module.ts";
import type { ExecutionResult } from "./verdict.ts";

const weight = z.number().min(0).max(1);

/** How right or wrong becomes a number. The paper's is binary. Evaluations are always binary: shaping is for training alone. */
export const RewardShape = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("binary") }),
  /** Share of hidden tests that are OK. */
  z.strictObject({ kind: z.literal("tests") }),
  /** Right, well-formed but wrong, malformed (NO_ANSWER, SYNTAX): Absolute Zero Reasoner's code has 1, -0.5, -1. */
  z.strictObject({
    kind: z.literal("shaped"),
    right: z.number().default(1),
    wrong: z.number().default(-0.5),
    malformed: z.number().default(-1),
  }),
  /**
   * TAROT (arXiv 2602.15449): hidden tests in order are basic, intermediate, complex and edge tiers of like size, each worth its weight where
   * all its tests are OK. Default weights are its repository's example. `adapt` moves weight to the tiers that the policy can reach.
   */
  z.strictObject({
    kind: z.literal("tiered"),
    weights: z.array(weight).min(1).max(16).default([0.15, 0.15, 0.35, 0.35]),
    adapt: z.boolean().default(false),
  }),
  /** A file of the user's own says it. */
  ModuleKind,
]);
export type RewardShape = z.infer<typeof RewardShape>;

export const RewardSettings = z.strictObject({
  shape: RewardShape.prefault({ kind: "binary" }),
  /** mask: a completion cut at the token limit is not trained on (DeepCoder's GRPO+). */
  overlong: z.enum(["keep", "mask"]).default("keep"),
  /** Tokens before the limit over which a penalty rises from 0 to -1 (DAPO's soft overlong punishment: 4,096 of 20,480); 0 = none. */
  overlongBuffer: z.number().int().min(0).default(0),
});
export type RewardSettings = z.infer<typeof RewardSettings>;

export interface RolloutLength {
  readonly completionTokens: number;
  readonly maxTokens: number;
  readonly truncated: boolean;
}

export interface RolloutReward {
  /** Null: not credited. */
  readonly reward: number | null;
  /** Right in the environment's own terms, whatever the shape; null where nothing is known. */
  readonly passed: boolean | null;
}

/** A reward of the user's own: a finite number, or null for a rollout that is not to be credited. */
export type OwnReward = (rollout: {
  readonly right: boolean;
  readonly execution: ExecutionResult;
  readonly length: RolloutLength;
}) => number | null;

/** `right` is the environment's reward: positive where right, null for a broken machine. */
export function rewardRollout(
  settings: RewardSettings,
  right: number | null,
  execution: ExecutionResult,
  length: RolloutLength,
  own: OwnReward | null = null,
): RolloutReward {
  if (right === null) return { reward: null, passed: null };
  const passed = right > 0;
  if (settings.overlong === "mask" && length.truncated) return { reward: null, passed };
  const shaped =
    settings.shape.kind === "module"
      ? byModule(settings.shape, own)({ right: passed, execution, length })
      : shape(settings.shape, right, execution);
  if (shaped === null) return { reward: null, passed };
  return { reward: shaped + overlongPenalty(settings.overlongBuffer, length), passed };
}

function byModule({ module }: ModuleKind, own: OwnReward | null): OwnReward {
  if (own === null) throw new RangeError(`${module} is a module of your own: only a worker that runs it can load it`);
  return own;
}

function shape(spec: Exclude<RewardShape, ModuleKind>, right: number, execution: ExecutionResult): number {
  switch (spec.kind) {
    case "binary":
      return right;
    case "tests":
      return execution.tests.length === 0 ? 0 : execution.tests.filter(({ verdict }) => verdict === "OK").length / execution.tests.length;
    case "shaped":
      return right > 0 ? spec.right : execution.verdict === "EXECUTED" ? spec.wrong : spec.malformed;
    case "tiered":
      return tiersPassed(execution, spec.weights.length).reduce((sum, passed, tier) => sum + (passed ? spec.weights[tier]! : 0), 0);
  }
}

/** Hidden tests in `tiers` parts of like size, in order: true where all of a part are OK. With fewer tests than tiers the last tiers share the last test. */
export function tiersPassed(execution: ExecutionResult, tiers: number): boolean[] {
  const { tests } = execution;
  return Array.from({ length: tiers }, (_, tier) => {
    const from = Math.min(Math.floor((tier * tests.length) / tiers), tests.length - 1);
    const part = tests.slice(Math.max(0, from), Math.max(from + 1, Math.floor(((tier + 1) * tests.length) / tiers)));
    return part.length > 0 && part.every(({ verdict }) => verdict === "OK");
  });
}

/** DAPO, equation 13: 0 up to limit - buffer, then linear down to -1 at the limit. */
function overlongPenalty(buffer: number, { completionTokens, maxTokens }: RolloutLength): number {
  return buffer === 0 ? 0 : -Math.min(1, Math.max(0, (completionTokens - (maxTokens - buffer)) / buffer));
}

/**
 * TAROT's capability-conditioned weights: each tier's weight times its learnability p (1 - p) at the policy's current rates, scaled to the
 * same sum. Where no tier is learnable, the weights stay.
 */
export function adaptTierWeights(weights: readonly number[], rates: readonly number[]): number[] {
  const raw = weights.map((one, tier) => one * (rates[tier] ?? 0.5) * (1 - (rates[tier] ?? 0.5)));
  const [total, sum] = [raw, weights].map((list) => list.reduce((a, b) => a + b, 0)) as [number, number];
  return total === 0 ? [...weights] : raw.map((one) => (one * sum) / total);
}
