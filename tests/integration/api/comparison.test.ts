import { inRun, recordPoints } from "@gradus/prisma/training/run-transaction";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fillProblems, fillRun } from "../../testkit/api/fill-experiment.ts";
import { createSample } from "../../testkit/api/sample-experiment.ts";
import { ask, get, startTestApi } from "../../testkit/api/test-api.ts";
import type { TestApi } from "../../testkit/api/test-api.ts";
import { startDatabaseWorld } from "../../testkit/world.ts";
import type { DatabaseWorld } from "../../testkit/world.ts";

let world: DatabaseWorld;
let api: TestApi;
let id: string;
let runIds: readonly string[];

beforeAll(async () => {
  world = await startDatabaseWorld();
  api = await startTestApi(world.database);
  const setId = await fillProblems(world.database);
  ({ id, runIds } = await createSample(world.database, "compared"));
  // Last rewards at step 3: uniform 0.3 and 0.5, classic 0.6 and 0.7.
  const lifts = [0, 0.2, 0.3, 0.4];
  for (const [index, runId] of runIds.entries()) {
    await fillRun(world.database, runId, setId, { reward: (step) => step / 10 + (lifts[index] ?? 0), passes: index < 2 ? 1 : 3 });
  }
});
afterAll(async () => {
  await api.close();
  await world.close();
});

const COMPARISON = `query ($of: RunFilter!, $metrics: [String!], $curves: [String!], $baselineArm: String) { comparison(of: $of, metrics: $metrics, curves: $curves, baselineArm: $baselineArm) {
  baselineArm verdicts guardRails arms { arm { name } runs { seed }
    metrics { name estimate { mean low high n note } perSeed { seed runId value } interquartileMean probabilityOfImprovement bootstrap { low n note }
    difference { estimate { mean low high n } perSeed { seed value } pValue pAdjusted excludesZero sentence } }
  overProblems { estimate { mean n } onlyBaseline onlyArm pValue }
    curves { name points { step estimate { mean n } } }
    improvement { estimate { mean low high n } before after seeds excludesZero sentence } } } }`;

test("gives mean, t interval over seeds, every seed's value, and matched differences against the baseline", async () => {
  const { comparison } = await get(api.url, COMPARISON, { of: { experimentId: id }, metrics: ["train/reward"] });
  expect(comparison.baselineArm).toBe("uniform");
  const [uniform, classic] = comparison.arms;
  // t(0.975, 1) = 12.7062; the standard error of {0.3, 0.5} is 0.1.
  expect(uniform.metrics[0].estimate).toMatchObject({
    mean: expect.closeTo(0.4),
    low: expect.closeTo(0.4 - 1.27062, 4),
    high: expect.closeTo(0.4 + 1.27062, 4),
    n: 2,
  });
  expect(uniform.metrics[0].difference).toBeNull();
  expect(uniform.metrics[0].perSeed).toEqual([
    { seed: 1, runId: runIds[0], value: expect.closeTo(0.3) },
    { seed: 2, runId: runIds[1], value: expect.closeTo(0.5) },
  ]);
  // Seed by seed: 0.6 - 0.3 and 0.7 - 0.5.
  const { difference } = classic.metrics[0];
  expect(difference.perSeed).toEqual([
    { seed: 1, value: expect.closeTo(0.3) },
    { seed: 2, value: expect.closeTo(0.2) },
  ]);
  expect(difference.estimate).toMatchObject({ mean: expect.closeTo(0.25), low: expect.closeTo(0.25 - 0.63531, 4), n: 2 });
  expect(difference.excludesZero).toBe(false);
  // t = 5 with one degree of freedom, and the only one that was asked for.
  expect([difference.pValue, difference.pAdjusted]).toEqual([expect.closeTo(0.12566591637800228, 10), difference.pValue]);
  expect(classic.metrics[0]).toMatchObject({
    interquartileMean: expect.closeTo(0.65),
    probabilityOfImprovement: 1,
    bootstrap: { low: null, n: 2 },
  });
  expect(classic.metrics[0].bootstrap.note).toBe("no bootstrap over fewer than 5 seeds");
  expect(uniform.metrics[0]).toMatchObject({ difference: null, probabilityOfImprovement: null });
  // Of two problems uniform has 1 of 4 right, classic 3 of 4.
  expect([uniform.overProblems, classic.overProblems]).toEqual([
    null,
    { estimate: { mean: 0.5, n: 2 }, onlyBaseline: 0, onlyArm: 2, pValue: expect.closeTo(0.5, 12) },
  ]);
  expect(difference.sentence).toMatch(/^no difference seen in train\/reward between uniform and classic: \+0\.250 .*n = 2 seeds$/);
  expect(comparison.verdicts).toContain(difference.sentence);
});

test("pairs held-out results over problems with the seeds pooled, against those of step 0", async () => {
  const { comparison } = await get(api.url, COMPARISON, { of: { experimentId: id } });
  const [uniform, classic] = comparison.arms;
  expect(uniform.improvement).toMatchObject({ before: 0.25, after: 0.25, seeds: 2, excludesZero: false, estimate: { mean: 0, n: 2 } });
  // Both problems went from 1 of 4 to 3 of 4 in both seeds.
  expect(classic.improvement).toMatchObject({
    before: 0.25,
    after: 0.75,
    seeds: 2,
    excludesZero: true,
    estimate: { mean: 0.5, low: 0.5, high: 0.5, n: 2 },
  });
  expect(classic.improvement.sentence).toMatch(/classic after it has higher held-out pass@1 than before training/);
});

const SCALARS = `query ($of: RunFilter!, $threshold: Float) { comparison(of: $of, metrics: ["train/reward"], threshold: $threshold) { arms { arm { name }
  scalars { kind metric bucket estimate { mean n } perSeed { seed value } difference { estimate { mean n } } note } } } }`;

test("says what whole courses come to: best, area, steps to a threshold, and the cumulative solve rate in both readings", async () => {
  await world.database.sql`update "Experiment" set "problemSetId" = (select id from "ProblemSet" where name = 'six') where id = ${id}`;
  await world.database.sql`update "Rollout" set verdict = 'SANDBOX_ERROR' where id = ${`${runIds[0]}/step/1/0/0`}`;
  const { comparison } = await get(api.url, SCALARS, { of: { experimentId: id }, threshold: 0.45 });
  const [uniform, classic] = comparison.arms.map(
    ({ scalars }: { scalars: { kind: string; bucket: string | null }[] }) =>
      new Map(scalars.map((scalar) => [[scalar.kind, ...(scalar.bucket === null ? [] : [scalar.bucket])].join(" "), scalar])),
  );
  // uniform 0.1 0.2 0.3 and 0.3 0.4 0.5; classic 0.4 0.5 0.6 and 0.5 0.6 0.7.
  expect(uniform.get("FINAL")).toMatchObject({ estimate: { mean: expect.closeTo(0.4), n: 2 }, difference: null, note: null });
  expect(uniform.get("BEST").perSeed).toEqual([
    { seed: 1, value: expect.closeTo(0.3) },
    { seed: 2, value: expect.closeTo(0.5) },
  ]);
  expect(classic.get("AREA")).toMatchObject({
    metric: "train/reward",
    estimate: { mean: expect.closeTo(0.55) },
    difference: { estimate: { mean: expect.closeTo(0.25), n: 2 } },
  });
  expect(uniform.get("STEPS_TO_THRESHOLD")).toMatchObject({
    perSeed: [{ seed: 2, value: expect.closeTo(2.5) }],
    note: "1 of 2 seeds: never reached 0.45: the mean is over the others and too low",
  });
  expect(classic.get("STEPS_TO_THRESHOLD").estimate).toEqual({ mean: expect.closeTo(1.25), n: 2 });
  expect(uniform.get("SIGMOID_ASYMPTOTE").estimate).toEqual({ mean: null, n: 0 });
  // Two of four problems; 6 of 12 attempts, one of which met a broken sandbox in seed 1.
  expect(uniform.get("SOLVE_RATE_OF_ATTEMPTS").perSeed.map(({ value }: { value: number }) => value)).toEqual([6 / 11, 0.5]);
  expect(uniform.get("SOLVE_RATE_OF_PROBLEMS").perSeed.map(({ value }: { value: number }) => value)).toEqual([0.5, 0.5]);
  // All six are measured as medium ones.
  expect(uniform.get("SOLVE_RATE_OF_ATTEMPTS MEDIUM").perSeed).toEqual(uniform.get("SOLVE_RATE_OF_ATTEMPTS").perSeed);
  expect(uniform.has("SOLVE_RATE_OF_ATTEMPTS HARD")).toBe(false);
  // One of the two that were drawn made hard, and one that nobody drew easier: one of one, none of one, one of the two left.
  const members = await world.database.prisma.problemSetMember.findMany({
    where: { problemSet: { name: "six" } },
    orderBy: { ordinal: "asc" },
  });
  const measure = (at: number, passes: number) =>
    world.database.prisma.problemSetMember.updateMany({ where: { problemId: members[at]!.problemId }, data: { passes } });
  await Promise.all([measure(0, 5), measure(2, 24)]);
  const byBucket = (await get(api.url, SCALARS, { of: { experimentId: id } })).comparison.arms[0].scalars.filter(
    ({ kind, bucket }: { kind: string; bucket: string | null }) => kind === "SOLVE_RATE_OF_PROBLEMS" && bucket !== null,
  );
  expect(byBucket.map(({ bucket, estimate }: { bucket: string; estimate: { mean: number } }) => [bucket, estimate.mean])).toEqual([
    ["EASY_MEDIUM", 0],
    ["MEDIUM", 0.5],
    ["HARD", 1],
  ]);
  await Promise.all([measure(0, 16), measure(2, 16)]);
  // One that was drawn and is none of those to train on, as one that a policy wrote on the way: one of the three others was solved.
  const move = (split: "TRAIN" | "HELD_OUT") =>
    world.database.prisma.problemSetMember.updateMany({ where: { problemId: members[0]!.problemId }, data: { split } });
  await move("HELD_OUT");
  const ofOthers = (await get(api.url, SCALARS, { of: { experimentId: id } })).comparison.arms[0].scalars.find(
    ({ kind, bucket }: { kind: string; bucket: string | null }) => kind === "SOLVE_RATE_OF_PROBLEMS" && bucket === null,
  );
  expect(ofOthers.estimate.mean).toBeCloseTo(1 / 3);
  await move("TRAIN");
  expect(
    (await get(api.url, SCALARS, { of: { experimentId: id } })).comparison.arms[0].scalars.map(({ kind }: { kind: string }) => kind),
  ).toEqual([
    "FINAL",
    "BEST",
    "AREA",
    "SIGMOID_ASYMPTOTE",
    "SIGMOID_EXPONENT",
    "SIGMOID_MIDPOINT",
    "SOLVE_RATE_OF_ATTEMPTS",
    "SOLVE_RATE_OF_PROBLEMS",
    "SOLVE_RATE_OF_ATTEMPTS",
    "SOLVE_RATE_OF_PROBLEMS",
  ]);
});

test("collapses the seeds of a curve, and says how many seeds each place has", async () => {
  const extra = runIds[0] ?? "";
  await inRun(world.database.sql, extra, null, (tx, emit) =>
    recordPoints(tx, emit, extra, [{ name: "train/reward", step: 4, value: 0.9 }]),
  );
  const { comparison } = await get(api.url, COMPARISON, { of: { experimentId: id }, metrics: [], curves: ["train/reward"] });
  expect(comparison.arms[0].curves[0].points).toEqual([
    { step: 1, estimate: { mean: expect.closeTo(0.2), n: 2 } },
    { step: 2, estimate: { mean: expect.closeTo(0.3), n: 2 } },
    { step: 3, estimate: { mean: expect.closeTo(0.4), n: 2 } },
    { step: 4, estimate: { mean: 0.9, n: 1 } },
  ]);
});

test("counts several runs of one seed once, with their mean: in tables, curves and whole courses alike", async () => {
  const asked = { of: { experimentId: id }, metrics: ["train/reward"], curves: ["train/reward"] };
  await world.database.sql`update "Run" set seed = 1 where id = ${runIds[1]!}`;
  const { comparison } = await get(api.url, COMPARISON, asked);
  const courses = (await get(api.url, SCALARS, { of: asked.of, threshold: 0.45 })).comparison;
  await world.database.sql`update "Run" set seed = 2 where id = ${runIds[1]!}`;
  const [uniform, classic] = comparison.arms;
  const [one, other] = uniform.metrics[0].perSeed.map(({ value }: { value: number }) => value);
  expect(one).not.toBe(other);
  const mean = expect.closeTo((one + other) / 2, 9);
  expect(uniform.metrics[0].estimate).toMatchObject({ mean, n: 1 });
  const [same] = classic.metrics[0].perSeed;
  expect(classic.metrics[0].difference.estimate).toMatchObject({ mean: expect.closeTo(same.value - (one + other) / 2, 9), n: 1 });
  expect(uniform.curves[0].points.map(({ estimate }: { estimate: { n: number } }) => estimate.n)).toContain(1);
  expect(uniform.curves[0].points.map(({ estimate }: { estimate: { n: number } }) => estimate.n)).not.toContain(2);
  expect(comparison.guardRails).toContain("uniform: several runs have seed 1: their mean counts once");
  const of = (kind: string) => courses.arms[0].scalars.find((scalar: { kind: string }) => scalar.kind === kind);
  expect(of("FINAL").estimate).toEqual({ mean, n: 1 });
});

const scalarsOf = (kinds: string) =>
  get(
    api.url,
    `query ($of: RunFilter!) { comparison(of: $of, metrics: ["train/reward"]) { arms { scalars${kinds} { kind estimate { mean n } } } } }`,
    {
      of: { experimentId: id },
    },
  );

test("gives those numbers of whole courses that are asked for, in the order of all: fits take long", async () => {
  const [all, some] = [(await scalarsOf("")).comparison.arms, (await scalarsOf("(kinds: [BEST, FINAL])")).comparison.arms];
  type Scalars = { readonly scalars: readonly { readonly kind: string }[] };
  const wanted = all.map(({ scalars }: Scalars) => ({ scalars: scalars.filter(({ kind }) => kind === "FINAL" || kind === "BEST") }));
  expect(some).toEqual(wanted);
  expect(some[0].scalars).toHaveLength(2);
});

test("says what a reader should know: few seeds, unfinished runs, broken sandboxes, values that are missing or not finite", async () => {
  const broken = runIds[3] ?? "";
  await inRun(world.database.sql, broken, null, (tx, emit) =>
    recordPoints(tx, emit, broken, [{ name: "policy/loss", step: 3, value: Number.NaN }]),
  );
  const { comparison } = await get(api.url, COMPARISON, { of: { experimentId: id }, metrics: ["policy/loss"] });
  expect(comparison.guardRails).toEqual([
    expect.stringMatching(/^2 seeds in the smallest arm/),
    "uniform: 2 runs of 2 not finished (seed 1 at step 3 of 12, seed 2 at step 3 of 12); the last value so far stands",
    "uniform: policy/loss has no value in seeds 1, 2",
    "uniform: 6 rollouts met a broken sandbox for good and earned no credit",
    "classic: 2 runs of 2 not finished (seed 1 at step 3 of 12, seed 2 at step 3 of 12); the last value so far stands",
    "classic: policy/loss is not finite in seed 2, which is left out",
    "classic: policy/loss has no value in seed 1",
    "classic: 6 rollouts met a broken sandbox for good and earned no credit",
    "budgets differ: uniform 32, classic 16 rollouts a step",
  ]);
  expect(comparison.arms[1].metrics[0]).toMatchObject({
    estimate: { mean: null, n: 0 },
    perSeed: [{ seed: 2, value: "NaN" }],
    difference: null,
  });
});

/** Groups stand in the order of their keys: what names both of them names them the other way round. */
const asArms = (sentences: readonly string[]): string[] =>
  sentences
    .map((sentence) =>
      sentence
        .replaceAll(/arm="(\w+)"/g, "$1")
        .replace("smallest group", "smallest arm")
        .replace("classic 16, uniform 32", "uniform 32, classic 16")
        .replace("(classic, uniform)", "(uniform, classic)"),
    )
    .toSorted();
const told = ({ sentence }: { readonly sentence: string }): string => sentence;

test("groups of runs are told of in the words that arms are, and of what only groups can be", async () => {
  const GROUPS = `query ($of: RunFilter!, $groupBy: [RunKey!], $metrics: [String!], $baseline: [JSON]) { groupComparison(of: $of, groupBy: $groupBy, metrics: $metrics, baseline: $baseline) {
    baseline verdicts guardRails evaluations { arms sentence }
    groups { label overProblems { estimate { mean n } onlyBaseline onlyArm pValue } improvement { estimate { mean low high n } before after seeds excludesZero sentence } } } }`;
  const asked = { of: { experimentId: id }, metrics: ["train/reward", "policy/loss"] };
  const { comparison } = await get(api.url, COMPARISON.replace("verdicts", "verdicts evaluations { arms sentence }"), asked);
  const groupBy = [{ property: "ATTRIBUTE", name: "arm" }];
  const { groupComparison } = await get(api.url, GROUPS, { ...asked, groupBy, baseline: ["uniform"] });
  expect(groupComparison.baseline).toBe('arm="uniform"');
  expect(groupComparison.groups.map(({ label }: { label: string }) => label)).toEqual(['arm="classic"', 'arm="uniform"']);
  expect(asArms(groupComparison.guardRails)).toEqual(comparison.guardRails.toSorted());
  expect(comparison.guardRails.length).toBeGreaterThan(5);
  expect(asArms(groupComparison.evaluations.map(told))).toEqual(asArms(comparison.evaluations.map(told)));
  expect(comparison.evaluations).not.toEqual([]);
  expect(asArms(groupComparison.verdicts)).toEqual(comparison.verdicts.toSorted());
  // Held-out results too, group for arm.
  const byName = (name: string) => groupComparison.groups.find(({ label }: { label: string }) => label === `arm="${name}"`);
  for (const { arm, improvement, overProblems } of comparison.arms) {
    const { sentence, ...numbers } = improvement;
    expect(byName(arm.name)).toMatchObject({ improvement: numbers, overProblems });
    expect(asArms([byName(arm.name).improvement.sentence])).toEqual([sentence]);
  }

  const whole = (await get(api.url, GROUPS, { ...asked, groupBy: [], metrics: ["train/reward"] })).groupComparison;
  expect(whole.guardRails).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^2 seeds in the smallest group/),
      "all runs: several runs have seeds 1, 2: their mean counts once",
      "budgets differ: all runs 16 or 32 rollouts a step",
    ]),
  );
  expect((await get(api.url, GROUPS, { of: { experimentId: "none" }, groupBy })).groupComparison).toEqual({
    baseline: null,
    verdicts: [],
    guardRails: [],
    evaluations: [],
    groups: [],
  });
});

test("takes any runs and any arm as baseline, and names the arms where it is none", async () => {
  const of = { ids: [runIds[0], runIds[1], runIds[2]] };
  const { comparison } = await get(api.url, COMPARISON, { of, metrics: ["train/reward"], baselineArm: "classic" });
  expect(comparison.arms[0].metrics[0].difference).toMatchObject({ estimate: { n: 1, low: null }, perSeed: [{ seed: 1 }] });
  expect(comparison.guardRails).toContain("seed 2 of classic and uniform not matched: left out of their difference");
  const { errors } = await ask(api.url, COMPARISON, { of, baselineArm: "soft" });
  expect(errors?.[0]?.message).toContain("there are uniform, classic");
  expect((await get(api.url, COMPARISON, { of: { experimentId: "none" } })).comparison).toEqual({
    baselineArm: null,
    verdicts: [],
    guardRails: [],
    arms: [],
  });
});
