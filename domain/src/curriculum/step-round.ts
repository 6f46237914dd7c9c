// Owns: what a step does after a round of rollouts: groups that grow, groups that are added, and which groups it trains on in the end.
// Must not know: rollouts, the database, who executes.
import type { Curriculum, PlannedGroup } from "./curriculum.ts";
import type { CurriculumSpec } from "./curriculum-spec.ts";
import { refuse, type GateDecision } from "./gate.ts";
import { figuresOf, type GroupOutcome } from "./outcome.ts";

/** A group of the step so far, all its rollouts executed. */
export interface RoundGroup extends GroupOutcome {
  readonly ordinal: number;
  readonly size: number;
}

export interface NextRound {
  /** Groups that get more rollouts: ordinal -> new size. */
  readonly grow: readonly { readonly ordinal: number; readonly size: number }[];
  readonly add: readonly PlannedGroup[];
}

export interface RoundWish {
  /** The round that is being planned, from 2. */
  readonly round: number;
  readonly step: number;
  readonly groupsPerStep: number;
  readonly groupSize: number;
}

/**
 * Plans round 2 and later of a step. `curriculum` stands where the step's draw stood, and is changed: it observes the groups so far, as the
 * end of the step will. Nothing to grow and nothing to add means that the step has its groups.
 */
export function planRound(curriculum: Curriculum, spec: CurriculumSpec, groups: readonly RoundGroup[], wish: RoundWish): NextRound {
  const full = curriculum.fullSize(wish.step, wish.groupSize);
  const decisions = groups.map((group) => (isScreening(group, full) ? null : curriculum.observe(group)));
  return planAfter(curriculum, spec, groups, decisions, wish);
}

/** The same where the groups so far were observed before: `decisions` on them, null for one that is only screened yet. Changes nothing. */
export function planAfter(
  curriculum: Curriculum,
  spec: CurriculumSpec,
  groups: readonly RoundGroup[],
  decisions: readonly (GateDecision | null)[],
  { round, step, groupsPerStep, groupSize }: RoundWish,
): NextRound {
  const full = curriculum.fullSize(step, groupSize);
  const admitted = decisions.filter((decision) => decision?.admitted).length;
  const grow = groups
    .filter((group) => isScreening(group, full) && qualifies(group, spec))
    .slice(0, Math.max(0, groupsPerStep - admitted))
    .map(({ ordinal }) => ({ ordinal, size: full }));
  const missing = groupsPerStep - admitted - grow.length;
  const mayAdd = spec.refill !== undefined && round <= spec.refill.maxRounds && missing > 0;
  const used = new Set(groups.map(({ problemId }) => problemId));
  return { grow, add: mayAdd ? curriculum.plan(step, missing, { round, groupSize, used }) : [] };
}

/** Decisions on all groups of a finished step, each observed once, in ordinal order. Hooks refuse what is not wanted beyond the gates. */
export function admitGroups(
  curriculum: Curriculum,
  spec: CurriculumSpec,
  groups: readonly RoundGroup[],
  wish: Omit<RoundWish, "round">,
): GateDecision[] {
  return refuseUnwanted(
    curriculum,
    spec,
    groups,
    groups.map((group) => curriculum.observe(group)),
    wish,
  );
}

/** The decisions of a finished step after those of its gates: what the hooks do not want is refused. Changes nothing. */
export function refuseUnwanted(
  curriculum: Curriculum,
  spec: CurriculumSpec,
  groups: readonly RoundGroup[],
  decisions: readonly GateDecision[],
  { step, groupsPerStep, groupSize }: Omit<RoundWish, "round">,
): GateDecision[] {
  const full = curriculum.fullSize(step, groupSize);
  const hooked = spec.refill !== undefined || spec.screening !== undefined;
  let admitted = 0;
  return groups.map((group, at) => {
    const decision = decisions[at]!;
    if (!hooked || !decision.admitted) return decision;
    if (isScreening(group, full)) return refuse("SCREENED_OUT");
    // verl keeps the first of what was generated and drops the rest.
    return ++admitted > groupsPerStep ? refuse("SURPLUS") : decision;
  });
}

const isScreening = (group: RoundGroup, full: number): boolean => group.size < full;

function qualifies(group: RoundGroup, { screening }: CurriculumSpec): boolean {
  const { attempts, passes } = figuresOf(group);
  if (screening === undefined || attempts === 0) return false;
  return passes > screening.low * attempts + 1e-9 && passes < screening.high * attempts - 1e-9;
}
