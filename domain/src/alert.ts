// Owns: what may be watched in a run, when a value calls for an alert, and the words of it. Must not know: SQL, clocks, webhooks.
import { z } from "zod";

/** THRESHOLD and NON_FINITE look at every point; NO_NEW_POINT and ERROR_RATE at the time that has passed. */
export const AlertKind = z.enum(["THRESHOLD", "NON_FINITE", "NO_NEW_POINT", "ERROR_RATE"]);
export type AlertKind = z.infer<typeof AlertKind>;

export const ThresholdSide = z.enum(["BELOW", "AT_MOST", "ABOVE", "AT_LEAST"]);
export type ThresholdSide = z.infer<typeof ThresholdSide>;

export interface AlertCondition {
  readonly kind: AlertKind;
  /** Null: any metric. */
  readonly metric: string | null;
  /** On which side of the threshold a value calls for an alert. */
  readonly side: ThresholdSide | null;
  /** Of a metric, or the share of attempts that failed, 0 to 1. */
  readonly threshold: number | null;
  /** How long nothing may come, or how far back attempts are counted. */
  readonly minutes: number | null;
}

/** An error rate of fewer attempts says nothing. */
export const ATTEMPTS_FOR_A_RATE = 4;

/** Whether a point calls for an alert; null where it says nothing either way, as NaN does of a threshold. */
export function callsForAlert({ kind, metric, side, threshold }: AlertCondition, name: string, value: number): boolean | null {
  if (metric !== null && metric !== name) return null;
  if (kind === "NON_FINITE") return !Number.isFinite(value);
  if (kind !== "THRESHOLD" || side === null || threshold === null || Number.isNaN(value)) return null;
  return isOnSide(side, value, threshold);
}

const isOnSide = (side: ThresholdSide, value: number, threshold: number): boolean => {
  switch (side) {
    case "BELOW":
      return value < threshold;
    case "AT_MOST":
      return value <= threshold;
    case "ABOVE":
      return value > threshold;
    case "AT_LEAST":
      return value >= threshold;
  }
};

const SIDE_WORDS: Readonly<Record<ThresholdSide, string>> = {
  BELOW: "below",
  AT_MOST: "not above",
  ABOVE: "above",
  AT_LEAST: "not below",
};

/** What a rule waits for, in words. */
export function conditionWords({ kind, metric, side, threshold, minutes }: AlertCondition): string {
  switch (kind) {
    case "THRESHOLD":
      return `${metric} ${SIDE_WORDS[side ?? "ABOVE"]} ${threshold}`;
    case "NON_FINITE":
      return `${metric ?? "any metric"} not finite`;
    case "NO_NEW_POINT":
      return `no new point of ${metric ?? "any metric"} for ${minutes} min`;
    case "ERROR_RATE":
      return `${share(threshold ?? 0)} of stage attempts failed or lost within ${minutes} min`;
  }
}

/** Why a point opened or resolved an alert. */
export const pointWords = (name: string, step: number, value: number): string => `${name} is ${value} at step ${step}`;

export const rateWords = (failed: number, attempts: number, minutes: number): string =>
  `${failed} of ${attempts} stage attempts (${share(failed / attempts)}) failed or were lost within ${minutes} min`;

const share = (value: number): string => `${Math.round(value * 1_000) / 10}%`;
