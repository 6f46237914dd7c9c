// Owns: the interface of a gate and how its file declares it. Must not know: any gate, samplers, the database.
import type { z } from "zod";
import type { GroupOutcome } from "./outcome.ts";
import type { KindSpec, RunContext } from "./sampler.ts";

/** `reason` is null where admitted, else SCREAMING_SNAKE and stored with the group. */
export interface GateDecision {
  readonly admitted: boolean;
  readonly reason: string | null;
}

export const ADMITTED: GateDecision = { admitted: true, reason: null };
export const refuse = (reason: string): GateDecision => ({ admitted: false, reason });

/** One rule that admits or refuses a finished group to the update. Pure but for its JSON state. */
export interface GateKind<Parameters, State> {
  readonly kind: string;
  readonly summary: string;
  readonly source: string;
  readonly parameters: z.ZodType<Parameters>;
  start(parameters: Parameters, context: RunContext): State;
  admit(parameters: Parameters, state: State, outcome: GroupOutcome, context: RunContext): GateDecision;
}

export type AnyGate = GateKind<KindSpec, unknown>;

export function defineGate<Parameters extends { kind: string }, State>(gate: GateKind<Parameters, State>): AnyGate {
  return gate as unknown as AnyGate;
}
