// Owns: what is known of one turn of a synthesis: what was asked of the teacher, and what became of the reply. Must not know: prompts, SQL.
import { z } from "zod";
import type { PassRateBand } from "./synthesis-spec.ts";

/** What the teacher was asked for. FIRST: a problem from the seed. VARIANT: another one as hard. REPAIR: the last reply could not be used. */
export const TurnRequest = z.enum(["FIRST", "HARDER", "EASIER", "VARIANT", "REPAIR"]);
export type TurnRequest = z.infer<typeof TurnRequest>;

/** Why a turn's problem is in no set. UNMEASURED: too many of its attempts met a broken sandbox. */
export const TurnRejection = z.enum([
  "NO_REPLY",
  "FORMAT",
  "BANNED_CODE",
  "TOO_LARGE",
  "LEAKS_CODE",
  "DOES_NOT_RUN",
  "NOT_DETERMINISTIC",
  "ONE_OUTPUT",
  "UNMEASURED",
  "NEVER_SOLVED",
  "OUT_OF_BAND",
  "CONTAMINATED",
  "DUPLICATE",
  "NEAR_DUPLICATE",
]);
export type TurnRejection = z.infer<typeof TurnRejection>;

export interface TurnOutcome {
  /** Ordinal of its seed. */
  readonly seed: number;
  /** From 1. */
  readonly turn: number;
  readonly request: TurnRequest;
  readonly rejection: TurnRejection | null;
  /** Null until the attempts are scored, and where there were none. */
  readonly passes: number | null;
  readonly attempts: number | null;
}

/** Where a pass rate lies; INVALID: there was no problem to attempt. */
export const RATE_STATES = ["INVALID", "NEVER", "BELOW", "TARGET", "ABOVE", "ALWAYS"] as const;
export type RateState = (typeof RATE_STATES)[number];

export function rateState({ passes, attempts }: Pick<TurnOutcome, "passes" | "attempts">, target: PassRateBand): RateState {
  if (passes === null || attempts === null || attempts === 0) return "INVALID";
  if (isWithin({ passes, attempts }, target)) return "TARGET";
  if (passes === 0) return "NEVER";
  if (passes === attempts) return "ALWAYS";
  return passes < target.low * attempts ? "BELOW" : "ABOVE";
}

/** Bounds are hundredths as a rule; integers are compared with them without dividing. */
export const isWithin = (rate: { readonly passes: number; readonly attempts: number }, { low, high }: PassRateBand): boolean =>
  rate.passes >= low * rate.attempts - 1e-9 && rate.passes <= high * rate.attempts + 1e-9;
