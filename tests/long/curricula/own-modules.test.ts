// Proves: a user's own sampler, gate, reward and environment run in the real loop, are versioned by hash, and a changed file is refused where a
// run goes on.
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CurriculumSpec, sha256Hex } from "@gradus/domain";
import { CONTROL_QUEUE, TRAINING_RUN_WORKFLOW, trainingRunWorkflowId } from "@gradus/workflows";
import type { TrainingRunResult } from "@gradus/workflows";
import { afterAll, beforeAll, expect, test } from "vitest";
import { gradus } from "../../testkit/cli/gradus.ts";
import { connectTemporal, plantExperiment, startExperiment } from "../../testkit/planted-experiment.ts";
import { startWorld } from "../../testkit/world.ts";
import type { World } from "../../testkit/world.ts";

const example = (file: string): string => fileURLToPath(new URL(`../../../examples/${file}`, import.meta.url));
const hashOf = async (file: string): Promise<string> => sha256Hex(await readFile(file));

let world: World;
let client: Awaited<ReturnType<typeof connectTemporal>>;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gradus-modules-"));
  world = await startWorld();
  const env = { GRADUS_MODULES: `${folder}:${example("own")}` };
  [client] = await Promise.all([connectTemporal(world.temporal.address), world.startWorker({ env })]);
});
afterAll(async () => {
  await client.connection.close();
  await world.close();
  await rm(folder, { recursive: true });
});

test("the example's four modules pick, refuse, reward and pose, and the run's provenance says which files they were", async () => {
  const api = await world.startApi();
  const { code, stdout, stderr } = await gradus(["run", example("own-modules.yaml"), "--watch", "--json", "--api", api.url]);
  expect([code, stderr]).toEqual([0, expect.stringContaining("the module own/least-recent.ts is sha256:")]);
  const { id } = JSON.parse(stdout) as { id: string };
  const mine = `${id}.mine.1`;
  const { sql } = world.database;

  const groups = await sql<{ problemId: string; prompt: string; refusedBy: string | null; passes: number; attempts: number }[]>`
    select g."problemId", g.prompt, g."refusedBy", m.passes, m.attempts from "Group" g join "Experiment" e on e.id = ${id}
      join "ProblemSetMember" m on m."problemSetId" = e."problemSetId" and m."problemId" = g."problemId"
    where g."runId" = ${mine} and g."scopeKind" = 'STEP' order by g.step, g.ordinal`;
  expect(groups).toHaveLength(8 * 4);
  // Longest ago first: none again while others were never drawn, in the order of their ids, none that is nearly hopeless.
  const drawn = groups.map(({ problemId }) => problemId);
  expect(drawn).toEqual([...new Set(drawn)].toSorted());
  for (const { passes, attempts } of groups) expect(passes / attempts).toBeGreaterThanOrEqual(0.1);
  expect(groups.some(({ refusedBy }) => refusedBy === "TOO_EASY")).toBe(true);
  for (const { prompt } of groups) expect(prompt.match(/^f\(/gm)).toHaveLength(1);

  const rewards = await sql<{ reward: number; completionTokens: number }[]>`
    select r.reward, cardinality(r."completionTokens")::int as "completionTokens" from "Rollout" r join "Group" g on g.id = r."groupId" where g."runId" = ${mine} and g."scopeKind" = 'STEP'`;
  const right = rewards.filter(({ reward }) => reward > 0);
  expect(right.length).toBeGreaterThan(10);
  for (const { reward, completionTokens } of right) expect(reward).toBeCloseTo(Math.max(0.1, 1 - 0.01 * completionTokens), 6);

  const [run] = await sql<
    { status: string; provenance: Record<string, string> }[]
  >`select status, provenance from "Run" where id = ${mine}`;
  expect(run?.status).toBe("COMPLETED");
  for (const name of ["least-recent", "not-too-easy", "short-is-better", "one-example"]) {
    const file = example(`own/${name}.ts`);
    expect(run?.provenance[`module ${file}`]).toBe(`sha256:${await hashOf(file)}`);
  }
  expect(run?.provenance["prompt INDUCTION"]).toMatch(/^sha256:[0-9a-f]{64}$/);
});

test("a run that is resumed with another file is refused, says which and why, and goes on with the old one", async () => {
  const file = join(folder, "mine.ts");
  await copyFile(example("own/least-recent.ts"), file);
  const sampler = { kind: "module", module: file, hash: await hashOf(file) };
  const curriculum = CurriculumSpec.parse({ sampler, gates: [] });
  const [runId] = (await plantExperiment(world, {
    id: "resumed",
    curricula: [{ name: "mine", curriculum }],
    training: { steps: 2, groupsPerStep: 2, groupSize: 4 },
    evaluation: { problems: 1, samples: 1 },
  })) as [string];
  await (
    await startExperiment(client, "resumed")
  )();
  const goOn = async (): Promise<TrainingRunResult> => {
    await world.database.sql`update "Run" set "totalSteps" = 4 where id = ${runId}`;
    const handle = await client.workflow.start(TRAINING_RUN_WORKFLOW, {
      workflowId: trainingRunWorkflowId(runId),
      taskQueue: CONTROL_QUEUE,
      args: [{ runId }],
    });
    return (await handle.result()) as TrainingRunResult;
  };

  const old = await readFile(file, "utf8");
  await writeFile(file, old.replace("state.turn += 1", "state.turn += 2"));
  const refused = await goOn();
  expect(refused.status).toBe("FAILED");
  expect(refused.cause).toContain(`module ${file} has changed: the experiment was started with sha256:${sampler.hash.slice(0, 12)}`);
  const [failed] = await world.database.sql<
    { stepsDone: number; cause: string }[]
  >`select "stepsDone", cause from "Run" where id = ${runId}`;
  expect(failed).toEqual({ stepsDone: 2, cause: refused.cause });

  await writeFile(file, old);
  expect(await goOn()).toMatchObject({ status: "COMPLETED", steps: 4 });
});
