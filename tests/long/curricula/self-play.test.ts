// Proves: a run whose policy writes its own problems of all three tasks, end to end: what it writes is executed and becomes problems of the run, solvers
// are trained on them, the writers are paid by how those fared, one update takes both; and kills inside every stage change nothing of it.
import { readFile } from "node:fs/promises";
import { contentHash, CurriculumSpec, Stage } from "@gradus/domain";
import type { ProblemContent } from "@gradus/domain";
import { SELF_PLAY_RECIPE } from "@gradus/worker/policy/build-self-play";
import { trainCheckpoint } from "@gradus/worker/policy/train-checkpoint";
import { readCurrent } from "@gradus/prisma/metrics/read-series";
import { afterAll, beforeAll, expect, test } from "vitest";
import { get, startTestApi } from "../../testkit/api/test-api.ts";
import { killInside, Mortal } from "../../testkit/chaos.ts";
import { connectTemporal, exampleProblems, plantExperiment, startExperiment, traceOf } from "../../testkit/planted-experiment.ts";
import { INPUTS, withInductions } from "../../testkit/policy/induction-proposals.ts";
import { startWorld } from "../../testkit/world.ts";
import type { World } from "../../testkit/world.ts";

const STEPS = 8;
const training = { steps: STEPS, groupsPerStep: 4, groupSize: 4, reward: { shape: { kind: "shaped" } } };
const evaluation = { problems: 4, samples: 1 };
const TASKS = ["ABDUCTION", "INDUCTION", "DEDUCTION"] as const;
const curriculum = CurriculumSpec.parse({
  sampler: { kind: "uniform" },
  proposals: { mix: "half-new", attempts: 3, tasks: [...TASKS], inputs: INPUTS },
});

let policy: Uint8Array;
let world: World;
let worker: Mortal;
let client: Awaited<ReturnType<typeof connectTemporal>>;
beforeAll(async () => {
  // The shipped weights have never read an induction that is to be written.
  const shipped = await readFile(new URL("../../../examples/self-play/warm-start.safetensors", import.meta.url));
  policy = await trainCheckpoint(shipped, withInductions(9), { ...SELF_PLAY_RECIPE.training, steps: 80, batch: 32 });
  world = await startWorld();
  [client, worker] = await Promise.all([connectTemporal(world.temporal.address), Mortal.start(() => world.startWorker())]);
});
afterAll(async () => {
  await client.connection.close();
  await world.close();
});

async function plant(id: string): Promise<{ readonly runId: string; readonly ended: () => Promise<unknown> }> {
  const literal = (await exampleProblems("paper/environments.jsonl")).filter(({ environment }) =>
    ["ABDUCTION", "DEDUCTION"].includes(environment),
  );
  const curricula = [{ name: "azr", curriculum }];
  const [runId = ""] = await plantExperiment(world, { id, seeds: [5], training, evaluation, curricula, policy, problems: literal });
  return { runId, ended: await startExperiment(client, id) };
}

interface GroupSeen {
  readonly step: number;
  readonly ordinal: number;
  readonly environment: string;
  readonly task: string | null;
  readonly problemId: string;
  readonly contentHash: string;
  readonly shown: string;
  readonly teacher: string;
  readonly source: string | null;
  readonly size: number;
  readonly admitted: boolean;
  readonly refusedBy: string | null;
  readonly prompt: string;
  readonly policyVersion: number;
  readonly rollouts: readonly {
    id: string;
    reward: number | null;
    advantage: number | null;
    proposed: ProblemContent | null;
    passed: boolean;
  }[];
}

const groupsOf = (runId: string): Promise<GroupSeen[]> => world.database.sql<GroupSeen[]>`
  select g.step, g.ordinal, p.environment, p.content->>'task' as task, p.id as "problemId", p."contentHash", p.content->>'reference' as shown, p.origin->>'teacher' as teacher, p.origin->>'source' as source,
    g.size, g.admitted, g."refusedBy", g.prompt, max(r."policyVersion") as "policyVersion",
    json_agg(json_build_object('id', r.id, 'reward', r.reward, 'advantage', r.advantage, 'proposed', r.execution->'proposed',
      'passed', r.execution->>'verdict' = 'EXECUTED' and not exists (select from jsonb_array_elements(r.execution->'tests') t where t->>'verdict' <> 'OK')) order by r.index) as rollouts
  from "Group" g join "Problem" p on p.id = g."problemId" join "Rollout" r on r."groupId" = g.id
  where g."runId" = ${runId} and g."scopeKind" = 'STEP' group by g.id, p.id order by g.step, g.ordinal`;

const trained = (group: GroupSeen): boolean =>
  group.admitted && group.rollouts.some(({ advantage }) => advantage !== null && advantage !== 0);

interface ApiProblem {
  readonly environment: string;
  readonly origin: { readonly teacher: string; readonly source: string | null };
  readonly memberships: readonly unknown[];
  readonly difficulty: readonly { readonly passes: number; readonly attempts: number }[];
}

let calm: string;

test("a policy writes problems, solves them, is paid for both, and goes on from what it wrote", async () => {
  const { runId, ended } = await plant("calm");
  calm = runId;
  expect(await ended()).toMatchObject({ status: "COMPLETED" });
  const { sql } = world.database;
  const groups = await groupsOf(runId);
  const steps = [...Map.groupBy(groups, ({ step }) => step).values()];
  expect(steps).toHaveLength(STEPS);

  const valid = { ABDUCTION: 0, INDUCTION: 0, DEDUCTION: 0 };
  for (const [at, step] of steps.entries()) {
    const asked = step.filter(({ environment }) => environment === "PROPOSAL");
    const solving = step.slice(asked.length);
    expect(asked.map(({ task }) => task)).toEqual([TASKS[(2 * at) % 3], TASKS[(2 * at + 1) % 3]]);
    expect(asked.every(({ size, rollouts }) => size === 4 && rollouts.length === 4)).toBe(true);
    // Two that are trained on, then what only measures: one group for each written problem that is not among them.
    expect(solving.slice(0, 2).map(({ size }) => size)).toEqual([4, 4]);
    for (const group of solving.slice(2))
      expect([group.size, group.refusedBy, group.teacher]).toEqual([3, "MEASURED_ONLY", expect.any(String)]);
    for (const { rollouts, shown, task } of asked)
      for (const { reward, proposed } of rollouts) {
        if (proposed === null) expect(reward).toBe(-1);
        else {
          valid[task as keyof typeof valid]++;
          expect(proposed.environment).toBe(task);
          if (task === "INDUCTION") {
            // Of the program that it was shown, with one pair of three to be seen.
            expect([proposed.reference, proposed.tests.length, proposed.visibleTests]).toEqual([shown, INPUTS, 1]);
            expect(proposed.message).not.toBe("");
          }
          // By hand: 1 - the share of the solvers of this problem, in this step, who passed; -0.5 where none or all did.
          const rates = solving
            .filter((group) => group.contentHash === contentHash(proposed))
            .map((group) => group.rollouts.filter(({ passed }) => passed).length / group.rollouts.length);
          expect(rates.map((rate) => (rate === 0 || rate === 1 ? -0.5 : 1 - rate))).toContainEqual(reward);
        }
      }
  }
  console.log(`self-play: of ${STEPS * 8} proposals these were problems:`, valid);
  for (const count of Object.values(valid)) expect(count).toBeGreaterThan(0);
  // What solves an induction sees its message and the visible pair, and nothing of the program.
  const inductions = groups.filter(({ teacher, environment }) => teacher === "policy" && environment === "INDUCTION");
  expect(inductions.length).toBeGreaterThan(0);
  for (const { prompt, shown } of inductions) {
    expect(prompt).toMatch(/\nf\(.*\) == .*\n$/);
    expect(prompt).not.toContain(shown);
  }

  // One update takes both roles: some step trained on rollouts that wrote and on rollouts that solved.
  expect(
    steps.some((step) => [true, false].every((wrote) => step.some((one) => trained(one) && (one.environment === "PROPOSAL") === wrote))),
  ).toBe(true);
  expect(groups.at(-1)!.policyVersion).toBeGreaterThan(0);

  // What was written belongs to the run: no set has it, and its origin says which rollout wrote it first.
  const own = groups.filter(({ teacher }) => teacher === "policy");
  expect(own.length).toBeGreaterThan(0);
  const [inSets] = await sql<{ count: number }[]>`
    select count(*)::int as count from "ProblemSetMember" where "problemId" = any(${own.map(({ problemId }) => problemId)})`;
  expect(inSets).toEqual({ count: 0 });
  for (const { source, step } of own) expect(Number(/\/step\/(\d+)\/[01]\/[0-3]$/.exec(source ?? "")?.[1])).toBeLessThanOrEqual(step);

  // The buffer lies in the state, each problem once, and later steps show or pose what earlier ones wrote.
  const [last] = await sql<{ state: { hooks: { written: string[] } } }[]>`
    select state from "CurriculumState" where "runId" = ${runId} order by step desc limit 1`;
  const { written } = last!.state.hooks;
  expect(written.toSorted()).toEqual([...new Set(own.map(({ problemId }) => problemId))].toSorted());
  const references = new Map(
    groups
      .flatMap(({ step, task, rollouts }) =>
        rollouts.flatMap(({ proposed }) => (proposed === null || task === "INDUCTION" ? [] : [[proposed.reference, step] as const])),
      )
      .toReversed(),
  );
  const goesOn = groups.filter(
    ({ step, environment, prompt, source }) =>
      (environment === "PROPOSAL" && [...references].some(([reference, from]) => from < step && prompt.includes(reference))) ||
      (source !== null && !source.includes(`/step/${step}/`)),
  );
  expect(goesOn.length).toBeGreaterThan(0);

  const points = await readCurrent(sql, { runIds: [runId], names: ["proposer/valid_rate", "proposer/reward", "proposer/buffer"] });
  expect(points.map((one) => [one.name, one.points.steps.length])).toEqual([
    ["proposer/buffer", STEPS],
    ["proposer/reward", STEPS],
    ["proposer/valid_rate", STEPS],
  ]);
  expect(points[0]!.points.values.at(-1)).toBe(written.length);
});

test("which problems a run wrote, who wrote them, and how learnable they were, is read through the API", async () => {
  const api = await startTestApi(world.database);
  const { run } = await get(
    api.url,
    `query ($id: ID!) { run(id: $id) { steps { nodes { groups { problem { environment origin { teacher source }
      memberships { split } difficulty(runIds: [$id]) { step passes attempts } } } } } } }`,
    { id: calm },
  );
  const problems = (run.steps.nodes as { groups: { problem: ApiProblem }[] }[]).flatMap(({ groups }) =>
    groups.map(({ problem }) => problem),
  );
  const own = problems.filter(({ origin }) => origin.teacher === "policy");
  expect(own.length).toBeGreaterThan(0);
  for (const { environment, origin, memberships, difficulty } of own) {
    expect(TASKS).toContain(environment);
    expect([origin.source?.startsWith(`${calm}/step/`), memberships]).toEqual([true, []]);
    expect(difficulty.every(({ passes, attempts }) => passes <= attempts && attempts >= 3)).toBe(true);
  }
  // Of a proposal, a pass is a problem.
  const asked = problems.filter(({ environment }) => environment === "PROPOSAL");
  expect(asked.some(({ difficulty }) => difficulty.some(({ passes }) => passes > 0))).toBe(true);
  await api.close();
});

test("kills inside every stage, of the writing and of the solving round, leave the run that an undisturbed one would be", async () => {
  const { runId, ended } = await plant("killed");
  let done = 0;
  for (const stage of [...Stage.options, "GENERATE", "EXECUTE"] as const) {
    const met = await killInside(world, worker, runId, stage, { fromStep: done + 1 });
    expect(met, `killed inside ${stage} after step ${done}`).not.toBeNull();
    done = met!;
  }
  expect(await ended()).toMatchObject({ status: "COMPLETED" });
  expect(worker.kills).toBeGreaterThanOrEqual(6);
  expect(await traceOf(world.database, runId)).toEqual(await traceOf(world.database, calm));
});
