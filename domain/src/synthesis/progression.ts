// Owns: what is asked of the teacher next, from how the student did (paper 2.4). Must not know: prompts, models, SQL.
import type { PassRateBand, SynthesisSpec } from "./synthesis-spec.ts";
import { isWithin, rateState } from "./turn.ts";
import type { TurnOutcome, TurnRequest } from "./turn.ts";

export interface Aim {
  readonly name: "TARGET" | "HARD" | "MEDIUM" | "EASY";
  readonly band: PassRateBand;
}

/** The narrow bins of the chains (paper Table 3), wide enough for k of 32: 2 to 5, 13 to 19, 26 to 29. */
const CHAIN: readonly Aim[] = [
  { name: "HARD", band: { low: 0.05, high: 0.165 } },
  { name: "MEDIUM", band: { low: 0.405, high: 0.595 } },
  { name: "EASY", band: { low: 0.805, high: 0.915 } },
];

export interface NextTurn {
  readonly request: TurnRequest;
  readonly aim: Aim;
}

/**
 * What the next turn asks for, from all turns of the seed so far. Towards a target: harder above it, easier below it, a variant inside it, a
 * repair where there was no problem. Of a chain the aims come one after the other, the next one as soon as a problem meets the last; null once
 * all are met.
 */
export function nextTurn(spec: Pick<SynthesisSpec, "progression" | "target">, past: readonly TurnOutcome[]): NextTurn | null {
  const aims: readonly Aim[] = spec.progression === "chain" ? CHAIN : [{ name: "TARGET", band: spec.target }];
  let at = 0;
  if (spec.progression === "chain")
    for (const { passes, attempts } of past) {
      const aim = aims[at];
      if (aim !== undefined && passes !== null && attempts !== null && attempts > 0 && isWithin({ passes, attempts }, aim.band)) at++;
    }
  const aim = aims[at];
  if (aim === undefined) return null;
  const last = past.at(-1);
  if (last === undefined) return { request: "FIRST", aim };
  const state = rateState(last, aim.band);
  if (state === "INVALID") return { request: "REPAIR", aim };
  if (state === "TARGET") return { request: "VARIANT", aim };
  return { request: state === "NEVER" || state === "BELOW" ? "EASIER" : "HARDER", aim };
}
