// Owns: the interface of a sampler and how its file declares it. Must not know: any sampler, gates, the database.
import type { z } from "zod";
import type { Random } from "../random.ts";
import type { GroupOutcome } from "./outcome.ts";
import type { Pool } from "./pool.ts";

/** Parameters as resolved from a curriculum specification: JSON, with a kind. */
export interface KindSpec {
  readonly kind: string;
  readonly [parameter: string]: unknown;
}

export interface RunContext {
  readonly pool: Pool;
  readonly totalSteps: number;
}

export interface DrawContext extends RunContext {
  /** From 1. */
  readonly step: number;
  /** 1, and more where the step draws again after groups were refused. */
  readonly round?: number;
  /** How many problems to pick; ids may repeat only where the choice is smaller than that. */
  readonly count: number;
  /** A stream of its own for every (seed, step): a draw depends on nothing else but the state. */
  readonly random: Random;
}

export interface ObserveContext extends RunContext {
  readonly random: Random;
}

/**
 * One strategy of picking problems. All functions are pure but for `state`, which is JSON and which only `observe` changes, in place:
 * a draw may be made again, and is the same until a group was observed.
 */
export interface SamplerKind<Parameters, State> {
  /** Name in a specification, e.g. `uniform`. */
  readonly kind: string;
  /** Its name in specifications that were stored before it had this one. Such a name is never given to another sampler. */
  readonly formerly?: string;
  /** The rule in one line. */
  readonly summary: string;
  /** Where the rule and its defaults come from. */
  readonly source: string;
  /** What it works through beside its draws, by the name that the file, the sampler interface or the environment has for it. */
  readonly hook?: string;
  /** Strict schema with every default and `kind` itself. */
  readonly parameters: z.ZodType<Parameters>;
  start(parameters: Parameters, context: RunContext): State;
  /** Ids of `count` problems. Never changes `state`. */
  draw(parameters: Parameters, state: State, context: DrawContext): readonly string[];
  /** Share of the demonstration that a drawn problem starts from, in [0, 1). Absent: none (strategy 34). `random` is a stream of its own. */
  startOf?(parameters: Parameters, problemId: string, context: DrawContext): number;
  /** Called for every finished group, the refused ones too, in a fixed order. */
  observe?(parameters: Parameters, state: State, outcome: GroupOutcome, context: ObserveContext): void;
  /** Named numbers of the state, for charts. Names are snake_case. */
  metrics?(parameters: Parameters, state: State, context: RunContext & { readonly step: number }): Readonly<Record<string, number>>;
  /** What the user should know of these parameters with this pool. */
  warnings?(parameters: Parameters, context: RunContext): readonly string[];
}

/** A sampler whose parameter and state types are hidden, as the registry holds it. */
export type AnySampler = SamplerKind<KindSpec, unknown>;

/** Declares a sampler. The registry hands back to it only parameters that its schema made and states that it started. */
export function defineSampler<Parameters extends { kind: string }, State>(sampler: SamplerKind<Parameters, State>): AnySampler {
  return sampler as unknown as AnySampler;
}
