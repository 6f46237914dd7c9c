// Owns: a curriculum at work: sampler, gates and hooks with their state. Must not know: any kind, rollouts, the database.
import { creditGroup } from "../advantage.ts";
import { bucketOf } from "../bucket.ts";
import type { Json } from "../canonical-json.ts";
import type { Bucket } from "../problem.ts";
import { stream } from "../random.ts";
import type { CurriculumSpec } from "./curriculum-spec.ts";
import { ADMITTED, refuse, type AnyGate, type GateDecision } from "./gate.ts";
import { openProblems, rememberGroup, remembers, replayed, sizeAt, startHooks, type HookState } from "./hooks.ts";
import type { GroupOutcome } from "./outcome.ts";
import { createPool, type Pool, type PoolProblem } from "./pool.ts";
import { pickNewest, proposalGroups, wishProposals, type ProposalWish } from "./proposals.ts";
import { GATES, SAMPLERS } from "./registry.ts";
import type { AnySampler, DrawContext, KindSpec } from "./sampler.ts";

/** Everything a curriculum remembers, as JSON: stored with each step and each checkpoint. */
export interface CurriculumState {
  /** Groups observed so far; also the name of the next observation's random stream. */
  readonly observed: number;
  readonly sampler: Json;
  readonly gates: readonly Json[];
  /** Only where a hook remembers something. */
  readonly hooks?: Json;
}

/** A group as it is to be rolled out. */
export interface PlannedGroup {
  readonly problemId: string;
  /** Rollouts of it. */
  readonly size: number;
  /** Share of the demonstration that every rollout of it is given, in [0, 1). */
  readonly start: number;
}

export interface DrawWish {
  /** From 1. */
  readonly round: number;
  /** Rollouts of a full group where no allocation says otherwise. */
  readonly groupSize: number;
  /** Problems drawn before in this step: not drawn again while others are left. */
  readonly used?: ReadonlySet<string>;
}

export interface Curriculum {
  /** Ids of `count` problems for a step (from 1): a function of (spec, pool, seed, state, step, count) alone. */
  draw(step: number, count: number): readonly string[];
  /** As `draw`, with what the hooks say of each group; `count` groups of one round, more where they are screened first. */
  plan(step: number, count: number, wish: DrawWish): readonly PlannedGroup[];
  /** What the policy is asked to write in a step's first round, a group each; none where others write. `showable`: ids of what may be shown. */
  proposals(step: number, groupsPerStep: number, showable: ReadonlySet<string>): readonly ProposalWish[];
  /**
   * The groups that solve in a step for which the policy wrote `written` (ids of the pool): those that are trained on, then one for each of the
   * others of `written`, which only measures it.
   */
  planSolving(step: number, groupsPerStep: number, groupSize: number, written: readonly string[]): readonly PlannedGroup[];
  /** Decides on a finished group and lets the sampler learn from it, admitted or not. Call once a group, in ordinal order. */
  observe(outcome: GroupOutcome): GateDecision;
  /** Rollouts of a full group at a step. */
  fullSize(step: number, groupSize: number): number;
  /** Named numbers of the sampler's state at a step. */
  metrics(step: number): Readonly<Record<string, number>>;
  /** What a user should be told before the run. */
  warnings(): readonly string[];
  /** A deep copy. */
  state(): CurriculumState;
  /** Goes on where `state()` was taken. */
  restore(state: CurriculumState): void;
}

/** What the modules of a specification are, as the worker has loaded them. */
export interface OwnKinds {
  readonly sampler?: AnySampler | undefined;
  /** In the place of each gate of the specification that is a module. */
  readonly gates: readonly (AnyGate | undefined)[];
}

/** Throws RangeError for an empty pool, an unknown kind, or a module that is not among `own`. `seed` is the run's; the order of `problems` does not matter. */
export function createCurriculum(
  spec: CurriculumSpec,
  problems: readonly PoolProblem[],
  totalSteps: number,
  seed: number,
  own: OwnKinds = { gates: [] },
): Curriculum {
  const pool = createPool(problems.map((problem) => ({ ...problem, bucket: bandOf(spec, problem) })));
  const context = { pool, totalSteps };
  const sampler = own.sampler ?? kindNamed(SAMPLERS, spec.sampler);
  const gates = spec.gates.map((gateSpec, at) => ({ gate: own.gates[at] ?? kindNamed(GATES, gateSpec), parameters: gateSpec }));
  const hooksRemember = remembers(spec);
  let observed = 0;
  let samplerState = sampler.start(spec.sampler, context);
  let gateStates = gates.map(({ gate, parameters }) => gate.start(parameters, context));
  let hookState: HookState = startHooks();

  const decide = (outcome: GroupOutcome): GateDecision => {
    const { refused } = creditGroup(outcome.rewards);
    // Every gate sees every group, or its state would depend on the order of the gates.
    const decisions = gates.map(({ gate, parameters }, i) => gate.admit(parameters, gateStates[i], outcome, context));
    if (refused !== null) return refuse(refused);
    return decisions.find((decision) => !decision.admitted) ?? ADMITTED;
  };

  const openPool = (): Pool => {
    const open = openProblems(spec, hookState, pool.problems);
    return open.length === pool.problems.length ? pool : createPool(open);
  };
  const contextOf = (step: number, count: number, round: number) => ({
    pool: openPool(),
    totalSteps,
    step,
    count,
    round,
    random: stream(`curriculum/${seed}/draw/${step}${round === 1 ? "" : `/${round}`}`),
  });
  /** From the memory first where it is due, the rest from the sampler; nothing of `used` while there is other. */
  const pick = (step: number, count: number, round: number, used: ReadonlySet<string>): string[] => {
    const { replay } = spec;
    const due = replay === undefined ? 0 : round > 1 && replay.refill ? count : Math.floor(replay.share * count);
    const again = replayed(hookState, due, used);
    const wanted = count - again.length;
    if (wanted === 0) return again;
    if (used.size === 0 && again.length === 0) return [...sampler.draw(spec.sampler, samplerState, contextOf(step, count, round))];
    const taken = new Set([...used, ...again]);
    // Some of what is drawn was drawn before in this step: so many more are asked for.
    const drawn = sampler.draw(spec.sampler, samplerState, contextOf(step, wanted + taken.size, round));
    const fresh = [...new Set(drawn.filter((id) => !taken.has(id)))].slice(0, wanted);
    return [...again, ...fresh, ...drawn.slice(0, wanted - fresh.length)];
  };

  const startOf = (problemId: string, at: DrawContext): number => sampler.startOf?.(spec.sampler, problemId, at) ?? 0;

  return {
    draw: (step, count) => pick(step, count, 1, new Set()),
    plan: (step, count, { round, groupSize, used = new Set() }) => {
      const { screening } = spec;
      const full = sizeAt(spec, step, totalSteps, groupSize);
      const ids = pick(step, screening === undefined ? count : Math.ceil(count * screening.candidates), round, used);
      const at = { ...contextOf(step, ids.length, round), random: stream(`curriculum/${seed}/start/${step}/${round}`) };
      return ids.map((problemId) => ({
        problemId,
        // Fewer than a full group, or nothing would be left to grow.
        size: screening === undefined ? full : Math.min(full - 1, screening.rollouts),
        start: startOf(problemId, at),
      }));
    },
    proposals: (step, groupsPerStep, showable) => {
      const { proposals } = spec;
      if (proposals === undefined) return [];
      const count = proposalGroups(proposals, groupsPerStep);
      const candidates = pool.problems.filter(({ id }) => showable.has(id));
      return wishProposals(proposals, candidates, { step, count, random: stream(`curriculum/${seed}/propose/${step}`) });
    },
    planSolving: (step, groupsPerStep, groupSize, written) => {
      const { proposals } = spec;
      if (proposals === undefined) throw new RangeError("a curriculum without proposals has nothing written to solve");
      const full = sizeAt(spec, step, totalSteps, groupSize);
      const known = new Set(hookState.written ?? []);
      const fresh = pool.problems.filter(({ id, written: own }) => own === true && !known.has(id) && written.includes(id));
      const count = groupsPerStep - proposalGroups(proposals, groupsPerStep);
      const newest = pickNewest(proposals, fresh, count, stream(`curriculum/${seed}/newest/${step}`));
      const drawn = newest.length === count ? newest : [...newest, ...pick(step, count - newest.length, 1, new Set(newest))];
      const at = { ...contextOf(step, count, 1), random: stream(`curriculum/${seed}/start/${step}/1`) };
      const measured = written.filter((id) => !drawn.includes(id));
      return [
        ...drawn.map((problemId) => ({ problemId, size: full, start: startOf(problemId, at) })),
        ...measured.map((problemId) => ({ problemId, size: proposals.attempts ?? full, start: 0 })),
      ];
    },
    observe: (outcome) => {
      const decision = decide(outcome);
      sampler.observe?.(spec.sampler, samplerState, outcome, { ...context, random: stream(`curriculum/${seed}/observe/${observed}`) });
      if (hooksRemember) rememberGroup(spec, hookState, outcome, pool.byId.get(outcome.problemId)?.written === true);
      observed++;
      return decision;
    },
    fullSize: (step, groupSize) => sizeAt(spec, step, totalSteps, groupSize),
    metrics: (step) => ({
      ...sampler.metrics?.(spec.sampler, samplerState, { ...context, step }),
      ...(spec.replay === undefined ? {} : { memory: Object.keys(hookState.memory).length }),
      ...(spec.proposals === undefined ? {} : { written: hookState.written?.length ?? 0 }),
      ...(spec.retire === undefined ? {} : { open: openPool().problems.length }),
    }),
    warnings: () => sampler.warnings?.(spec.sampler, context) ?? [],
    state: () =>
      copyOf({
        observed,
        sampler: samplerState as Json,
        gates: gateStates as Json[],
        ...(hooksRemember ? { hooks: hookState as unknown as Json } : {}),
      }),
    restore: (state) => {
      const copy = copyOf(state);
      ({ observed } = copy);
      samplerState = copy.sampler;
      gateStates = [...copy.gates];
      hookState = copy.hooks === undefined ? startHooks() : (copy.hooks as unknown as HookState);
    },
  };
}

/** Ids of the buffer's problems that the run's policy wrote, in a stored state; none before the first. */
export const writtenIn = (state: CurriculumState | null): readonly string[] =>
  (state?.hooks as unknown as HookState | undefined)?.written ?? [];

/** The bucket of a problem in the bins that a curriculum has: narrow ones by the measured rate; what was not measured keeps the bucket that it was given. */
export const bandOf = (
  { bins }: Pick<CurriculumSpec, "bins">,
  { bucket, passRate }: Pick<PoolProblem, "bucket" | "passRate">,
): Bucket | null => (bins === "narrow" && passRate !== null ? bucketOf(passRate, "narrow") : bucket);

/** States are JSON by contract, and this is several times faster than structuredClone. */
const copyOf = <T>(state: T): T => JSON.parse(JSON.stringify(state)) as T;

function kindNamed<K extends { readonly kind: string }>(kinds: readonly K[], spec: KindSpec): K {
  const { kind: name } = spec;
  if (name === "module") throw new RangeError(`${String(spec["module"])} is a module of your own: only a worker that runs it can load it`);
  const found = kinds.find(({ kind }) => kind === name);
  if (found === undefined) throw new RangeError(`no kind is called '${name}'; there are ${kinds.map(({ kind }) => kind).join(", ")}`);
  return found;
}
