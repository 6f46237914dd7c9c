// Owns: a curriculum at work: sampler and gates with their state. Must not know: any kind, rollouts, the database.
import { creditGroup } from "../advantage.ts";
import type { Json } from "../canonical-json.ts";
import { stream } from "../random.ts";
import type { CurriculumSpec } from "./curriculum-spec.ts";
import { ADMITTED, refuse, type GateDecision } from "./gate.ts";
import type { GroupOutcome } from "./outcome.ts";
import { createPool, type PoolProblem } from "./pool.ts";
import { GATES, SAMPLERS } from "./registry.ts";

/** Everything a curriculum remembers, as JSON: stored with each step and each checkpoint. */
export interface CurriculumState {
  /** Groups observed so far; also the name of the next observation's random stream. */
  readonly observed: number;
  readonly sampler: Json;
  readonly gates: readonly Json[];
}

export interface Curriculum {
  /** Ids of `count` problems for a step (from 1): a function of (spec, pool, seed, state, step, count) alone. */
  draw(step: number, count: number): readonly string[];
  /** Decides on a finished group and lets the sampler learn from it, admitted or not. Call once a group, in ordinal order. */
  observe(outcome: GroupOutcome): GateDecision;
  /** Named numbers of the sampler's state at a step. */
  metrics(step: number): Readonly<Record<string, number>>;
  /** What a user should be told before the run. */
  warnings(): readonly string[];
  /** A deep copy. */
  state(): CurriculumState;
  /** Goes on where `state()` was taken. */
  restore(state: CurriculumState): void;
}

/** Throws RangeError for an empty pool or an unknown kind. `seed` is the run's; the order of `problems` does not matter. */
export function createCurriculum(spec: CurriculumSpec, problems: readonly PoolProblem[], totalSteps: number, seed: number): Curriculum {
  const pool = createPool(problems);
  const context = { pool, totalSteps };
  const sampler = kindNamed(SAMPLERS, spec.sampler.kind);
  const gates = spec.gates.map((gateSpec) => ({ gate: kindNamed(GATES, gateSpec.kind), parameters: gateSpec }));
  let observed = 0;
  let samplerState = sampler.start(spec.sampler, context);
  let gateStates = gates.map(({ gate, parameters }) => gate.start(parameters, context));

  const decide = (outcome: GroupOutcome): GateDecision => {
    const { refused } = creditGroup(outcome.rewards);
    // Every gate sees every group, or its state would depend on the order of the gates.
    const decisions = gates.map(({ gate, parameters }, i) => gate.admit(parameters, gateStates[i], outcome, context));
    if (refused !== null) return refuse(refused);
    return decisions.find((decision) => !decision.admitted) ?? ADMITTED;
  };

  return {
    draw: (step, count) =>
      sampler.draw(spec.sampler, samplerState, { ...context, step, count, random: stream(`curriculum/${seed}/draw/${step}`) }),
    observe: (outcome) => {
      const decision = decide(outcome);
      sampler.observe?.(spec.sampler, samplerState, outcome, { ...context, random: stream(`curriculum/${seed}/observe/${observed}`) });
      observed++;
      return decision;
    },
    metrics: (step) => sampler.metrics?.(spec.sampler, samplerState, { ...context, step }) ?? {},
    warnings: () => sampler.warnings?.(spec.sampler, context) ?? [],
    state: () => structuredClone({ observed, sampler: samplerState as Json, gates: gateStates as Json[] }),
    restore: (state) => {
      const copy = structuredClone(state);
      ({ observed } = copy);
      samplerState = copy.sampler;
      gateStates = [...copy.gates];
    },
  };
}

function kindNamed<K extends { readonly kind: string }>(kinds: readonly K[], name: string): K {
  const found = kinds.find(({ kind }) => kind === name);
  if (found === undefined) throw new RangeError(`no kind is called '${name}'; there are ${kinds.map(({ kind }) => kind).join(", ")}`);
  return found;
}
