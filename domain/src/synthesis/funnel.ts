// Owns: what a synthesis came to, as numbers: the funnel by turn, transitions between turns, hits of the target, yields (paper 8.3). Must not know:
// SQL, GraphQL.
import type { PassRateBand } from "./synthesis-spec.ts";
import { RATE_STATES, rateState } from "./turn.ts";
import type { RateState, TurnOutcome, TurnRejection } from "./turn.ts";

/** In order: whoever is counted at one stage was counted at all before it. CALLED counts teacher calls, UNIQUE the problems that are kept. */
export const FUNNEL_STAGES = ["CALLED", "PARSED", "CLEAN", "EXECUTES", "DETERMINISTIC", "VARIED", "SOLVABLE", "IN_BAND", "UNIQUE"] as const;
export type FunnelStage = (typeof FUNNEL_STAGES)[number];

/** The first stage that a rejection keeps a turn from. */
const MISSED: Readonly<Record<TurnRejection, FunnelStage>> = {
  NO_REPLY: "PARSED",
  FORMAT: "PARSED",
  BANNED_CODE: "CLEAN",
  TOO_LARGE: "CLEAN",
  LEAKS_CODE: "CLEAN",
  DOES_NOT_RUN: "EXECUTES",
  NOT_DETERMINISTIC: "DETERMINISTIC",
  ONE_OUTPUT: "VARIED",
  UNMEASURED: "SOLVABLE",
  NEVER_SOLVED: "SOLVABLE",
  OUT_OF_BAND: "IN_BAND",
  CONTAMINATED: "UNIQUE",
  DUPLICATE: "UNIQUE",
  NEAR_DUPLICATE: "UNIQUE",
};

/** How far a turn came. One that waits for its attempts has not been solved yet, one that waits for the end is not unique yet. */
function reached({ rejection, passes }: TurnOutcome, isCollected: boolean): number {
  if (rejection !== null) return FUNNEL_STAGES.indexOf(MISSED[rejection]);
  if (passes === null) return FUNNEL_STAGES.indexOf("SOLVABLE");
  return isCollected ? FUNNEL_STAGES.length : FUNNEL_STAGES.indexOf("UNIQUE");
}

export interface FunnelTurn {
  readonly turn: number;
  readonly counts: readonly { readonly stage: FunnelStage; readonly count: number }[];
  /** Of the problems that were attempted: how many lie in the target band. */
  readonly measured: number;
  readonly inTarget: number;
}

export interface Transition {
  readonly from: RateState;
  readonly to: RateState;
  readonly count: number;
}

/** Pairs of turns of a seed that were both measured, where the later one was asked to be harder or easier. */
export interface Moved {
  readonly request: "HARDER" | "EASIER";
  readonly pairs: number;
  readonly asAsked: number;
  readonly unchanged: number;
  readonly against: number;
}

export interface Yield {
  readonly kept: number;
  readonly seeds: number;
  readonly teacherCalls: number;
  readonly perSeed: number;
  readonly perTeacherCall: number;
}

export interface SynthesisFigures {
  readonly turns: readonly FunnelTurn[];
  readonly transitions: readonly Transition[];
  readonly moved: readonly Moved[];
  /** What turn 1 alone gave, and what all turns gave. */
  readonly singleTurn: Yield;
  readonly multiTurn: Yield;
}

/** `isCollected`: repeats are found, so what has no rejection is kept. */
export function synthesisFigures(outcomes: readonly TurnOutcome[], target: PassRateBand, isCollected: boolean): SynthesisFigures {
  const byTurn = [...Map.groupBy(outcomes, ({ turn }) => turn)].sort(([a], [b]) => a - b);
  const kept = (all: readonly TurnOutcome[]): number =>
    isCollected ? all.filter((one) => one.rejection === null && one.passes !== null).length : 0;
  const first = outcomes.filter(({ turn }) => turn === 1);
  const seeds = new Set(outcomes.map(({ seed }) => seed)).size;
  return {
    turns: byTurn.map(([turn, all]) => {
      const states = all.map((one) => rateState(one, target));
      const stages = all.map((one) => reached(one, isCollected));
      return {
        turn,
        counts: FUNNEL_STAGES.map((stage, at) => ({ stage, count: stages.filter((reach) => reach > at).length })),
        measured: states.filter((state) => state !== "INVALID").length,
        inTarget: states.filter((state) => state === "TARGET").length,
      };
    }),
    ...pairsOf(outcomes, target),
    singleTurn: yieldOf(kept(first), seeds, first.length),
    multiTurn: yieldOf(kept(outcomes), seeds, outcomes.length),
  };
}

function yieldOf(kept: number, seeds: number, teacherCalls: number): Yield {
  const share = (of: number): number => (of === 0 ? 0 : kept / of);
  return { kept, seeds, teacherCalls, perSeed: share(seeds), perTeacherCall: share(teacherCalls) };
}

function pairsOf(outcomes: readonly TurnOutcome[], target: PassRateBand): Pick<SynthesisFigures, "transitions" | "moved"> {
  const pairs = [...Map.groupBy(outcomes, ({ seed }) => seed).values()].flatMap((turns) => {
    const inOrder = turns.toSorted((a, b) => a.turn - b.turn);
    return inOrder.slice(1).map((after, at) => ({ before: inOrder[at]!, after }));
  });
  const transitions = RATE_STATES.flatMap((from) =>
    RATE_STATES.map((to) => ({
      from,
      to,
      count: pairs.filter(({ before, after }) => rateState(before, target) === from && rateState(after, target) === to).length,
    })),
  );
  const moved = (["HARDER", "EASIER"] as const).map((request): Moved => {
    const steps = pairs
      .filter(({ before, after }) => after.request === request && rateOf(before) !== null && rateOf(after) !== null)
      .map(({ before, after }) => Math.sign(rateOf(after)! - rateOf(before)!));
    const asked = request === "HARDER" ? -1 : 1;
    return {
      request,
      pairs: steps.length,
      asAsked: steps.filter((step) => step === asked).length,
      unchanged: steps.filter((step) => step === 0).length,
      against: steps.filter((step) => step === -asked).length,
    };
  });
  return { transitions, moved };
}

const rateOf = ({ passes, attempts }: TurnOutcome): number | null =>
  passes === null || attempts === null || attempts === 0 ? null : passes / attempts;
