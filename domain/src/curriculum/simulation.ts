// Owns: what a curriculum would draw over a run, with a model of a policy in place of an engine. Must not know: rollouts, engines, plots.
import { bucketOf } from "../bucket.ts";
import type { Bucket } from "../problem.ts";
import { stream } from "../random.ts";
import { createCurriculum, type Curriculum } from "./curriculum.ts";
import type { CurriculumSpec } from "./curriculum-spec.ts";
import { roundsOf } from "./hooks.ts";
import { BUCKETS, type PoolProblem } from "./pool.ts";
import type { GateDecision } from "./gate.ts";
import { admitGroups, planAfter, planRound, refuseUnwanted, type RoundGroup } from "./step-round.ts";

/**
 * The model: a problem is solved with probability sigmoid(logit(measured rate) + skill of its bucket). A trained group raises the skill of
 * its bucket by `gain` x 4 p (1 - p), and of the next buckets by `transfer` of that for each bucket between. It says what would be drawn if
 * learning went so, never how learning goes.
 */
export interface PolicyModel {
  /** Logits of a trained group of p = 1/2. Absent: 8 / (steps x groupsPerStep). */
  readonly gain?: number | undefined;
  /** In [0, 1]. Default 0.5. */
  readonly transfer?: number | undefined;
}

export interface SimulationInput {
  readonly spec: CurriculumSpec;
  readonly steps: number;
  readonly groupsPerStep: number;
  readonly groupSize: number;
  readonly seed: number;
  readonly problems: readonly PoolProblem[];
  readonly model?: PolicyModel;
  /** Equal parts of the run that the result has. */
  readonly windows: number;
}

export interface SimulatedWindow {
  /** Both included, from 1. */
  readonly fromStep: number;
  readonly toStep: number;
  /** Share of all draws, by bucket; NONE for problems in no bucket. */
  readonly drawn: Readonly<Record<string, number>>;
  /** The model's mean chance to solve a problem of a bucket at the window's end. */
  readonly passRate: Readonly<Record<string, number>>;
  /** Trained groups of those that a step wants. */
  readonly admitted: number;
  /** Rollouts of a step, screening and refused ones too. */
  readonly rolloutsPerStep: number;
  /** The curriculum's own numbers at the window's end. */
  readonly metrics: Readonly<Record<string, number>>;
}

export interface Simulation {
  readonly windows: readonly SimulatedWindow[];
  readonly uniqueProblems: number;
  readonly problems: number;
  readonly warnings: readonly string[];
}

/** Problems of the paper's broad bins (Table 3: 10,000 / 7,479 / 5,268 / 2,220) in their proportions, pass rates spread over each bin. */
export function paperPool(count: number): PoolProblem[] {
  const bins: readonly (readonly [share: number, low: number, high: number])[] = [
    [10_000, 28, 31],
    [7_479, 20, 27],
    [5_268, 9, 19],
    [2_220, 4, 8],
  ];
  const total = bins.reduce((sum, [share]) => sum + share, 0);
  let end = 0;
  return bins.flatMap(([share, low, high], bin) => {
    const from = Math.round((end / total) * count);
    end += share;
    return Array.from({ length: Math.round((end / total) * count) - from }, (_, i) => {
      const passRate = { passes: low + (i % (high - low + 1)), attempts: 32 };
      return { id: `${bin}-${String(i).padStart(5, "0")}`, bucket: bucketOf(passRate), environment: "INDUCTION" as const, passRate };
    });
  });
}

/** A function of its input alone. Throws RangeError where the curriculum cannot draw from these problems. */
export function simulate(input: SimulationInput): Simulation {
  const { spec, steps, groupsPerStep, seed, problems } = input;
  const curriculum = createCurriculum(spec, problems, steps, seed);
  const scratch = spec.screening !== undefined ? createCurriculum(spec, problems, steps, seed) : null;
  const policy = new SimulatedPolicy(problems, input.model ?? {}, steps * groupsPerStep, seed);
  const seen = new Set<string>();
  const count = Math.min(input.windows, steps);
  const windows = Array.from({ length: count }, (_, window): SimulatedWindow => {
    const fromStep = Math.floor((window * steps) / count) + 1;
    const toStep = Math.floor(((window + 1) * steps) / count);
    const drawn: Record<string, number> = {};
    let [admitted, rollouts, groups] = [0, 0, 0];
    for (let step = fromStep; step <= toStep; step++) {
      const { groups: done, decisions } = runStep(curriculum, scratch, policy, input, step);
      for (const [at, group] of done.entries()) {
        const bucket = policy.bucketOf(group.problemId);
        drawn[bucket] = (drawn[bucket] ?? 0) + 1;
        seen.add(group.problemId);
        rollouts += group.size;
        groups++;
        if (!decisions[at]!.admitted) continue;
        admitted++;
        policy.learn(group.problemId);
      }
    }
    const length = toStep - fromStep + 1;
    return {
      fromStep,
      toStep,
      drawn: Object.fromEntries([...BUCKETS, "NONE"].flatMap((bucket) => (bucket in drawn ? [[bucket, drawn[bucket]! / groups]] : []))),
      passRate: policy.rates(),
      admitted: admitted / (length * groupsPerStep),
      rolloutsPerStep: rollouts / length,
      metrics: curriculum.metrics(toStep),
    };
  });
  return { windows, uniqueProblems: seen.size, problems: problems.length, warnings: curriculum.warnings() };
}

interface DoneStep {
  readonly groups: readonly RoundGroup[];
  readonly decisions: readonly GateDecision[];
}

/** `scratch`: for curricula that screen, a second one to look ahead with. */
function runStep(
  curriculum: Curriculum,
  scratch: Curriculum | null,
  policy: SimulatedPolicy,
  { spec, groupsPerStep, groupSize }: SimulationInput,
  step: number,
): DoneStep {
  const wish = { step, groupsPerStep, groupSize };
  const groups = curriculum
    .plan(step, groupsPerStep, { round: 1, groupSize })
    .map(({ problemId, size }, ordinal) => policy.rollOut(problemId, step, ordinal, size));
  if (scratch === null) {
    // Where nothing is screened every group is observed once, in the order that the step's end would: nothing has to be copied to look ahead.
    const decisions = groups.map((group) => curriculum.observe(group));
    for (let round = 2; round <= roundsOf(spec); round++) {
      const { add } = planAfter(curriculum, spec, groups, decisions, { ...wish, round });
      if (add.length === 0) break;
      for (const { problemId, size } of add) {
        const group = policy.rollOut(problemId, step, groups.length, size);
        groups.push(group);
        decisions.push(curriculum.observe(group));
      }
    }
    return { groups, decisions: refuseUnwanted(curriculum, spec, groups, decisions, wish) };
  }
  const before = curriculum.state();
  for (let round = 2; round <= roundsOf(spec); round++) {
    scratch.restore(before);
    const { grow, add } = planRound(scratch, spec, groups, { ...wish, round });
    if (grow.length + add.length === 0) break;
    for (const { ordinal, size } of grow) groups[ordinal] = policy.rollOut(groups[ordinal]!.problemId, step, ordinal, size);
    for (const { problemId, size } of add) groups.push(policy.rollOut(problemId, step, groups.length, size));
  }
  return { groups, decisions: admitGroups(curriculum, spec, groups, wish) };
}

class SimulatedPolicy {
  readonly #problems: ReadonlyMap<string, PoolProblem>;
  readonly #skill: number[] = BUCKETS.map(() => 0);
  readonly #gain: number;
  readonly #transfer: number;
  readonly #seed: number;

  constructor(problems: readonly PoolProblem[], { gain, transfer = 0.5 }: PolicyModel, groups: number, seed: number) {
    this.#problems = new Map(problems.map((problem) => [problem.id, problem]));
    this.#gain = gain ?? 8 / groups;
    this.#transfer = transfer;
    this.#seed = seed;
  }

  bucketOf(problemId: string): Bucket | "NONE" {
    return this.#problems.get(problemId)?.bucket ?? "NONE";
  }

  /** Always the same rollouts of a place: a group that grows keeps those it has. */
  rollOut(problemId: string, step: number, ordinal: number, size: number): RoundGroup {
    const rate = this.#rate(problemId);
    const random = stream(`simulation/${this.#seed}/${step}/${ordinal}`);
    const rewards = Array.from({ length: size }, () => (random.next() < rate ? 1 : 0));
    return { ordinal, problemId, step, policyVersion: step - 1, rewards, size };
  }

  learn(problemId: string): void {
    const rate = this.#rate(problemId);
    const at = this.#level(problemId);
    for (const level of BUCKETS.keys()) this.#skill[level]! += this.#gain * 4 * rate * (1 - rate) * this.#transfer ** Math.abs(level - at);
  }

  rates(): Record<string, number> {
    const byBucket = Map.groupBy(this.#problems.values(), ({ id }) => this.bucketOf(id));
    return Object.fromEntries(
      [...byBucket].map(([bucket, members]) => [bucket, members.reduce((sum, { id }) => sum + this.#rate(id), 0) / members.length]),
    );
  }

  #level(problemId: string): number {
    // What lies in no bucket was solved always or never: it counts to the nearest one.
    const { bucket, passRate } = this.#problems.get(problemId)!;
    return bucket !== null
      ? BUCKETS.indexOf(bucket)
      : passRate !== null && passRate.passes * 2 > passRate.attempts
        ? 0
        : BUCKETS.length - 1;
  }

  #rate(problemId: string): number {
    const { passRate } = this.#problems.get(problemId)!;
    // Half an attempt on either side, so that what was never solved can still be learned.
    const [passes, attempts] = [(passRate?.passes ?? 1) + 0.5, (passRate?.attempts ?? 2) + 1];
    return 1 / (1 + ((attempts - passes) / passes) * Math.exp(-this.#skill[this.#level(problemId)]!));
  }
}
