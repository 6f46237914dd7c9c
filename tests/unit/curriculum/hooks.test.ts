// Proves: what hooks add to a sampler (refill, screening, allocation, retirement, replay), worked by hand, and that they survive a kill.
import { describe, expect, it } from "vitest";
import { createCurriculum, type Curriculum } from "@gradus/domain/curriculum/curriculum";
import { CurriculumSpec } from "@gradus/domain/curriculum/curriculum-spec";
import { roundsOf } from "@gradus/domain/curriculum/hooks";
import type { PoolProblem } from "@gradus/domain/curriculum/pool";
import { resolveCurriculum } from "@gradus/domain/curriculum/presets";
import { admitGroups, planRound, type RoundGroup } from "@gradus/domain/curriculum/step-round";
import { stream } from "@gradus/domain/random";

const POOL: readonly PoolProblem[] = Array.from({ length: 40 }, (_, i) => ({
  id: `p${String(i).padStart(2, "0")}`,
  bucket: "MEDIUM",
  environment: "INDUCTION",
  passRate: { passes: 16, attempts: 32 },
}));
const start = (spec: object, totalSteps = 40): Curriculum =>
  createCurriculum(CurriculumSpec.parse({ sampler: { kind: "uniform" }, ...spec }), POOL, totalSteps, 11);

const MIXED = [1, 0, 1, 0];
const SOLVED = [1, 1, 1, 1];
const group = (ordinal: number, problemId: string, rewards: number[], size = rewards.length): RoundGroup => ({
  ordinal,
  problemId,
  step: 1,
  policyVersion: 0,
  rewards,
  size,
});
const WISH = { round: 2, step: 1, groupsPerStep: 4, groupSize: 4 };

describe("refill", () => {
  const spec = CurriculumSpec.parse({ sampler: { kind: "uniform" }, refill: { maxRounds: 3 } });
  const groups = [group(0, "p00", MIXED), group(1, "p01", SOLVED), group(2, "p02", SOLVED), group(3, "p03", MIXED)];

  it("adds as many groups as were refused, of problems that the step has not drawn", () => {
    const { grow, add } = planRound(start(spec), spec, groups, WISH);
    expect([grow, add.length]).toEqual([[], 2]);
    expect(
      add.every(({ problemId, size, start: from }) => !["p00", "p01", "p02", "p03"].includes(problemId) && size === 4 && from === 0),
    ).toBe(true);
    expect(planRound(start(spec), spec, groups, WISH)).toEqual({ grow, add });
  });

  it("ends when enough are admitted, and at its cap", () => {
    const full = groups.map((one) => ({ ...one, rewards: MIXED }));
    expect(planRound(start(spec), spec, full, WISH).add).toEqual([]);
    expect(planRound(start(spec), spec, groups, { ...WISH, round: 3 }).add.length).toBe(2);
    expect(planRound(start(spec), spec, groups, { ...WISH, round: 4 }).add).toEqual([]);
    expect([roundsOf(spec), roundsOf(CurriculumSpec.parse({ sampler: { kind: "uniform" } }))]).toEqual([3, 1]);
  });

  it("trains on the first of too many admitted groups", () => {
    const many = Array.from({ length: 6 }, (_, i) => group(i, `p0${i}`, i === 1 ? SOLVED : MIXED));
    expect(admitGroups(start(spec), spec, many, WISH).map(({ reason }) => reason)).toEqual([
      null,
      "ZERO_VARIANCE",
      null,
      null,
      null,
      "SURPLUS",
    ]);
  });

  it("is off unless asked for: nothing beyond the gates is refused", () => {
    const plain = CurriculumSpec.parse({ sampler: { kind: "uniform" } });
    const many = Array.from({ length: 6 }, (_, i) => group(i, `p0${i}`, MIXED));
    expect(admitGroups(start(plain), plain, many, WISH).every(({ admitted }) => admitted)).toBe(true);
    expect(planRound(start(plain), plain, groups, WISH)).toEqual({ grow: [], add: [] });
  });
});

describe("screening", () => {
  const spec = CurriculumSpec.parse({ sampler: { kind: "uniform" }, screening: { rollouts: 2, candidates: 2 }, refill: { maxRounds: 2 } });

  it("draws twice as many problems with two rollouts each", () => {
    const planned = start(spec).plan(1, 4, { round: 1, groupSize: 8 });
    expect(planned.map(({ size }) => size)).toEqual(Array(8).fill(2));
    expect(new Set(planned.map(({ problemId }) => problemId)).size).toBe(8);
  });

  it("screens with fewer rollouts than a full group has, whatever it was told", () => {
    const planned = start({ screening: { rollouts: 8 } }).plan(1, 2, { round: 1, groupSize: 4 });
    expect(planned.map(({ size }) => size)).toEqual([3, 3, 3, 3]);
  });

  it("grows groups of intermediate pass rate to full size, no more than the step needs, and screens anew for what is missing", () => {
    const screened = [
      [1, 0],
      [1, 1],
      [0, 0],
      [0, 1],
      [1, 1],
    ].map((rewards, i) => group(i, `p0${i}`, rewards));
    const { grow, add } = planRound(start(spec), spec, screened, { ...WISH, groupsPerStep: 3, groupSize: 8 });
    expect(grow).toEqual([
      { ordinal: 0, size: 8 },
      { ordinal: 3, size: 8 },
    ]);
    expect(add.map(({ size }) => size)).toEqual([2, 2]);
    expect(planRound(start(spec), spec, screened, { ...WISH, groupsPerStep: 1, groupSize: 8 })).toEqual({
      grow: [{ ordinal: 0, size: 8 }],
      add: [],
    });
    expect(roundsOf(spec)).toBe(3);
  });

  it("never trains on a group that was only screened, and the sampler has seen it all the same", () => {
    const curriculum = start(spec);
    const decisions = admitGroups(curriculum, spec, [group(0, "p00", [1, 0]), group(1, "p01", [1, 0, 1, 0])], WISH);
    expect(decisions.map(({ reason }) => reason)).toEqual(["SCREENED_OUT", null]);
    expect(curriculum.state().observed).toBe(2);
  });
});

it("allocation: the group's size by the share of the run, as DRIVE's 8 and 64", () => {
  const drive = createCurriculum(resolveCurriculum("drive"), POOL, 40, 1);
  const sizes = [1, 20, 21, 40].map((step) => drive.plan(step, 1, { round: 1, groupSize: 4 })[0]!.size);
  expect(sizes).toEqual([8, 8, 64, 64]);
});

describe("retirement", () => {
  it("never draws what the run has solved at nine in ten, under any sampler", () => {
    const curriculum = start({ retire: {} });
    for (const { id } of POOL.slice(0, 30))
      curriculum.observe({ problemId: id, step: 1, policyVersion: 0, rewards: [...Array<number>(9).fill(1), 0] });
    for (const { id } of POOL.slice(30)) curriculum.observe({ problemId: id, step: 1, policyVersion: 0, rewards: MIXED });
    const open = new Set(POOL.slice(30).map(({ id }) => id));
    expect(curriculum.draw(2, 10).every((id) => open.has(id))).toBe(true);
    expect(curriculum.metrics(2)["open"]).toBe(10);
  });

  it("draws from all again where all are solved", () => {
    const curriculum = start({ retire: {} });
    for (const { id } of POOL) curriculum.observe({ problemId: id, step: 1, policyVersion: 0, rewards: SOLVED });
    expect(curriculum.draw(2, 8).length).toBe(8);
  });
});

describe("replay memory", () => {
  const spec = { replay: { share: 0.5, threshold: 0.8, momentum: 0.9 } };

  it("takes the share of a step from what had the largest variance, by falling priority", () => {
    const curriculum = start(spec);
    // Normalised variances of 4: two of four 1, one of four 3/4, none 0.
    curriculum.observe({ problemId: "p07", step: 1, policyVersion: 0, rewards: [1, 0, 0, 0] });
    curriculum.observe({ problemId: "p08", step: 1, policyVersion: 0, rewards: MIXED });
    curriculum.observe({ problemId: "p09", step: 1, policyVersion: 0, rewards: SOLVED });
    curriculum.observe({ problemId: "p05", step: 1, policyVersion: 0, rewards: MIXED });
    expect(curriculum.metrics(2)["memory"]).toBe(2);
    expect(curriculum.draw(2, 4).slice(0, 2)).toEqual(["p05", "p08"]);
    // 0.9 x 1 + 0.1 x 0.75 = 0.975: behind the one that was not seen again.
    curriculum.observe({ problemId: "p05", step: 2, policyVersion: 1, rewards: [1, 0, 0, 0] });
    expect(curriculum.draw(3, 4).slice(0, 2)).toEqual(["p08", "p05"]);
    curriculum.observe({ problemId: "p08", step: 3, policyVersion: 2, rewards: SOLVED });
    expect(curriculum.metrics(4)["memory"]).toBe(1);
  });

  it("fills what VCRL's gate refused from the memory of earlier steps", () => {
    const vcrl = resolveCurriculum("vcrl");
    const curriculum = createCurriculum(vcrl, POOL, 40, 11);
    curriculum.observe({ problemId: "p33", step: 1, policyVersion: 0, rewards: MIXED });
    const { add } = planRound(curriculum, vcrl, [group(0, "p00", SOLVED), group(1, "p01", MIXED)], { ...WISH, step: 2, groupsPerStep: 2 });
    expect(add.map(({ problemId }) => problemId)).toEqual(["p33"]);
  });
});

const run = (curriculum: Curriculum, from: number, to: number): string[][] =>
  Array.from({ length: to - from + 1 }, (_, i) => {
    const step = from + i;
    const planned = curriculum.plan(step, 8, { round: 1, groupSize: 4 });
    for (const { problemId } of planned) {
      const random = stream(`play/${problemId}/${step}`);
      const rewards = Array.from({ length: 4 }, () => (random.next() < 0.3 + 0.6 * (step / 30) ? 1 : 0));
      curriculum.observe({ problemId, step, policyVersion: step - 1, rewards });
    }
    return planned.map(({ problemId }) => problemId);
  });

it("hooks go on after a kill in mid-run as if there had been none", () => {
  const spec = { retire: { at: 0.8 }, replay: { share: 0.25 }, refill: {} };
  const [undisturbed, killed, restored] = [start(spec), start(spec), start(spec)];
  run(undisturbed, 1, 14);
  run(killed, 1, 14);
  restored.restore(JSON.parse(JSON.stringify(killed.state())) as ReturnType<Curriculum["state"]>);
  expect(run(restored, 15, 30)).toEqual(run(undisturbed, 15, 30));
  expect(restored.state()).toEqual(undisturbed.state());
});

it("starts along a demonstration slide back from five sixths to none", () => {
  const r3 = createCurriculum(CurriculumSpec.parse({ sampler: { kind: "r3" } }), POOL, 60, 1);
  const starts = [1, 10, 11, 31, 51, 60].map((step) => r3.plan(step, 1, { round: 1, groupSize: 4 })[0]!.start);
  expect(starts).toEqual([5 / 6, 5 / 6, 4 / 6, 2 / 6, 0, 0]);
  const mixed = createCurriculum(CurriculumSpec.parse({ sampler: { kind: "r3", mode: "mixed" } }), POOL, 60, 1);
  expect(new Set(mixed.plan(1, 40, { round: 1, groupSize: 4 }).map(({ start: from }) => from)).size).toBe(6);
});
