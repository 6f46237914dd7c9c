// Proves: strategies that need more than draws on runs that really train: refill, screening, replay, reverse starts, tiers, predictors.
import { ALGORITHM_NAMES, CurriculumSpec, resolveCurriculum } from "@gradus/domain";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connectTemporal, plantExperiment, startExperiment } from "../../testkit/planted-experiment.ts";
import { startWorld } from "../../testkit/world.ts";
import type { World } from "../../testkit/world.ts";

const STEPS = 8;
const training = { steps: STEPS, groupsPerStep: 2, groupSize: 4 };
const evaluation = { problems: 1, samples: 1 };
const spec = (value: object): CurriculumSpec => CurriculumSpec.parse(value);

let world: World;
let client: Awaited<ReturnType<typeof connectTemporal>>;
beforeAll(async () => {
  world = await startWorld();
  [client] = await Promise.all([connectTemporal(world.temporal.address), world.startWorker()]);
});
afterAll(async () => {
  await client.connection.close();
  await world.close();
});

async function run(id: string, over: Partial<Parameters<typeof plantExperiment>[1]>): Promise<string[]> {
  const runIds = await plantExperiment(world, { id, training, evaluation, ...over });
  await (
    await startExperiment(client, id)
  )();
  return runIds;
}

interface GroupSeen {
  readonly step: number;
  readonly rounds: number;
  readonly size: number;
  readonly rollouts: number;
  readonly credited: number;
  readonly admitted: boolean;
  readonly refusedBy: string | null;
  readonly prefix: string;
  readonly prompt: string;
}

const groupsOf = (runId: string): Promise<GroupSeen[]> => world.database.sql<GroupSeen[]>`
  select g.step, s.rounds, g.size, count(r.id)::int as rollouts, count(r.advantage)::int as credited, g.admitted, g."refusedBy", g.prefix, g.prompt
  from "Group" g join "Step" s on s."runId" = g."runId" and s.step = g.step join "Rollout" r on r."groupId" = g.id
  where g."runId" = ${runId} and g."scopeKind" = 'STEP' group by g.id, s.rounds order by g.step, g.ordinal`;

async function samplerStateOf(runId: string): Promise<unknown> {
  const [row] = await world.database.sql<{ state: { sampler: unknown } }[]>`
    select state from "CurriculumState" where "runId" = ${runId} order by step desc limit 1`;
  return row?.state.sampler;
}

const stepsOf = (groups: readonly GroupSeen[]): GroupSeen[][] => [...Map.groupBy(groups, ({ step }) => step).values()];

test("refill, screening, replay and starts inside an answer show in what a run draws and trains on", async () => {
  const curricula = [
    { name: "dapo", curriculum: resolveCurriculum("dapo") },
    { name: "speed", curriculum: spec({ sampler: { kind: "uniform" }, screening: { rollouts: 2 }, refill: { maxRounds: 3 } }) },
    { name: "vcrl", curriculum: resolveCurriculum("vcrl") },
    { name: "r3", curriculum: spec({ sampler: { kind: "r3", stages: 4 } }) },
    ...["goldilocks", "learnable-kinds", "sws", "tarot"].map((kind) => ({ name: kind, curriculum: spec({ sampler: { kind } }) })),
  ];
  const [dapo, speed, vcrl, r3, ...predicting] = (await run("hooked", { curricula, concurrency: 4 })) as [string, string, string, string];
  const statuses = await world.database.sql<
    { id: string; status: string; stepsDone: number; cause: string | null }[]
  >`select id, status, "stepsDone", cause from "Run" where "experimentId" = 'hooked'`;
  expect(statuses).toHaveLength(curricula.length);
  for (const { id, ...ended } of statuses) expect([id, ended]).toEqual([id, { status: "COMPLETED", stepsDone: STEPS, cause: null }]);

  const refilled = stepsOf(await groupsOf(dapo));
  expect(refilled.some(([first]) => first!.rounds > 1)).toBe(true);
  for (const groups of refilled) {
    const admitted = groups.filter((group) => group.admitted).length;
    expect(admitted === 2 || groups[0]!.rounds === 10).toBe(true);
    // What was drawn anew stands beside what it replaces, refused.
    expect(groups.length).toBeGreaterThanOrEqual(2 * Math.min(groups[0]!.rounds, 1));
  }

  const screened = await groupsOf(speed);
  expect(new Set(screened.map(({ size }) => size))).toEqual(new Set([2, 4]));
  for (const group of screened) {
    expect(group.rollouts).toBe(group.size);
    if (group.admitted) expect(group.size).toBe(4);
  }
  expect(stepsOf(screened).every((groups) => groups.filter(({ admitted }) => admitted).length <= 2)).toBe(true);

  expect((await groupsOf(vcrl)).some(({ refusedBy }) => refusedBy === "LOW_VARIANCE")).toBe(true);
  const [states] = await world.database.sql<{ state: { hooks: { memory: object } } }[]>`
    select state from "CurriculumState" where "runId" = ${vcrl} order by step desc limit 1`;
  expect(Object.keys(states!.state.hooks.memory).length).toBeGreaterThan(0);

  // What goldilocks' predictor, learnable-kinds' proposer and sws' failures have learned of real groups lies in the checkpointed state.
  const [predictor, proposer, weak] = await Promise.all(predicting.slice(0, 3).map(samplerStateOf));
  expect((predictor as { weights: number[] }).weights.some((weight) => weight !== 0 && weight !== 0.5)).toBe(true);
  expect((proposer as { proposed: string[] }).proposed.length).toBeGreaterThan(0);
  expect(Object.keys(weak as object).length).toBeGreaterThan(0);

  const started = await groupsOf(r3);
  for (const { prompt, prefix } of started) expect(prompt.endsWith(prefix)).toBe(true);
  // Where the prompt leaves no room for it, the beginning is shorter, or none.
  expect(started.filter(({ step }) => step <= 2).some(({ prefix }) => prefix.startsWith("def f("))).toBe(true);
  expect(started.filter(({ step }) => step > 6).every(({ prefix }) => prefix === "")).toBe(true);
});

test("down-selection, tiered rewards and every named algorithm change what is trained on, and train", async () => {
  const [selected] = await run("selected", {
    training: { ...training, steps: 4, groupSize: 6, downSelect: { rollouts: 2 }, reward: { shape: { kind: "tiered", adapt: true } } },
  });
  const groups = await groupsOf(selected!);
  const admitted = groups.filter((group) => group.admitted);
  expect(admitted.length).toBeGreaterThan(0);
  for (const { credited } of groups) expect(credited).toBe(2);
  const rewards = await world.database.sql<{ reward: number }[]>`
    select distinct reward from "Rollout" r join "Group" g on g.id = r."groupId" where g."runId" = ${selected!} and reward is not null`;
  expect(rewards.some(({ reward }) => reward > 0 && reward < 1)).toBe(true);

  for (const algorithm of ALGORITHM_NAMES) {
    const [runId] = await run(`algorithm-${algorithm}`, { training: { steps: 1, groupsPerStep: 4, groupSize: 4, algorithm } });
    const [done] = await world.database.sql<{ status: string; updates: number }[]>`
      select status, (select count(*)::int from "PolicyVersion" v where v."runId" = r.id and v.version > 0) as updates from "Run" r where id = ${runId!}`;
    expect([algorithm, done]).toEqual([algorithm, { status: "COMPLETED", updates: expect.any(Number) }]);
  }
});
