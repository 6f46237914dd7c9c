import { inRun, recordPoints } from "@gradus/prisma/training/run-transaction";
import { beginUnlessHeld, lengthenUnbegun, readProgress, readRun, steerUnbegun } from "@gradus/prisma/training/run-store";
import { RequestRefused, WorkflowNotRunning, WorkflowsUnreachable } from "@gradus/api/run-control";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { fillProblems, fillRun } from "../../testkit/api/fill-experiment.ts";
import { createSample } from "../../testkit/api/sample-experiment.ts";
import { connect, get, recordingControl, startTestApi } from "../../testkit/api/test-api.ts";
import type { AnyData, TestApi } from "../../testkit/api/test-api.ts";
import { startDatabaseWorld } from "../../testkit/world.ts";
import type { DatabaseWorld } from "../../testkit/world.ts";

let world: DatabaseWorld;
let api: TestApi;
let setId: string;
let id: string;
let runId: string;
let made = 0;

beforeAll(async () => {
  world = await startDatabaseWorld();
  api = await startTestApi(world.database);
  setId = await fillProblems(world.database);
});
beforeEach(async () => {
  const sample = await createSample(world.database, `steered ${++made}`);
  id = sample.id;
  runId = sample.runIds[2] ?? "";
  await fillRun(world.database, runId, setId);
  api.control.asked.length = 0;
});
afterAll(async () => {
  await api.close();
  await world.close();
});

const recordReward = (of: string, step: number, value: number): Promise<void> =>
  inRun(world.database.sql, of, null, (tx, emit) => recordPoints(tx, emit, of, [{ name: "train/reward", step, value }]));

const RESULT = "{ ok error { message fields { path value expected } } run { id status } }";

describe("a run", () => {
  test("is paused, resumed, cancelled and given another length through its workflow", async () => {
    const STEER = `mutation ($id: ID!) { pauseRun(id: $id, cause: "look") ${RESULT} resumeRun(id: $id) ${RESULT} setTotalSteps(id: $id, totalSteps: 20) ${RESULT} cancelRun(id: $id) ${RESULT} }`;
    const answers = Object.values(await get<Record<string, { ok: boolean }>>(api.url, STEER, { id: runId }));
    expect(answers.map(({ ok }) => ok)).toEqual([true, true, true, true]);
    expect(api.control.asked).toEqual([`pauseRun ${runId} look`, `resumeRun ${runId}`, `setTotalSteps ${runId} 20`, `cancelRun ${runId}`]);
  });

  test("that is unknown, over or unwilling is refused in words", async () => {
    const control = recordingControl();
    const unwilling = await startTestApi(world.database, {
      control: {
        ...control,
        setTotalSteps: async () => {
          throw new RequestRefused("step 7 is begun");
        },
        pauseRun: async () => {
          throw new WorkflowNotRunning();
        },
      },
    });
    const message = async (mutation: string): Promise<string> =>
      Object.values(await get<Record<string, { error: { message: string } }>>(unwilling.url, `mutation { ${mutation} }`))[0]?.error
        .message ?? "";
    expect(await message(`pauseRun(id: "none") ${RESULT}`)).toBe("there is no run none");
    expect(await message(`setTotalSteps(id: "${runId}", totalSteps: 4) ${RESULT}`)).toBe("step 7 is begun");
    expect(await message(`setTotalSteps(id: "${runId}", totalSteps: 3) ${RESULT}`)).toBe(
      "totalSteps: expected at least 4: 3 are done, got 3",
    );
    expect(await message(`pauseRun(id: "${runId}") ${RESULT}`)).toBe(`run ${runId} is not running`);
    await world.database.prisma.run.update({ where: { id: `${id}.uniform.1` }, data: { status: "PAUSED", startedAt: new Date() } });
    expect(await message(`pauseRun(id: "${id}.uniform.1") ${RESULT}`)).toBe(`run ${id}.uniform.1 is not running`);
    await world.database.prisma.run.update({ where: { id: runId }, data: { status: "COMPLETED" } });
    expect(await message(`resumeRun(id: "${runId}") ${RESULT}`)).toBe(`run ${runId} has ended: COMPLETED`);
    await unwilling.close();
  });
});

const steer = async (verb: string, of: string) =>
  (await get<Record<string, AnyData>>(api.url, `mutation ($id: ID!) { answer: ${verb}(id: $id) ${RESULT} }`, { id: of }))["answer"];
const told = async (of: string): Promise<unknown[]> => {
  const events = await world.database.sql<{ status: string }[]>`
    select data ->> 'status' as status from "Event" where "runId" = ${of} and type = 'STATUS_CHANGED' order by position`;
  return events.map(({ status }) => status);
};

describe("a run that has not begun", () => {
  test("is paused, resumed and cancelled at once in its row, with an event each, and whoever could begin it is told", async () => {
    const waiting = `${id}.uniform.1`;
    expect(await steer("pauseRun", waiting)).toMatchObject({ ok: true, run: { status: "PAUSED" } });
    // What begins runs asks this first: a paused one does not begin, and a resumed one may.
    expect(await beginUnlessHeld(world.database.sql, waiting)).toBe("PAUSED");
    expect(await steer("resumeRun", waiting)).toMatchObject({ ok: true, run: { status: "QUEUED" } });
    // Asked again, since the first answer may have been lost, it is told again.
    expect(await steer("resumeRun", waiting)).toMatchObject({ ok: true, run: { status: "QUEUED" } });
    expect(await steer("cancelRun", waiting)).toMatchObject({ ok: true, run: { status: "CANCELLED" } });
    expect(await beginUnlessHeld(world.database.sql, waiting)).toBe("CANCELLED");
    expect(await told(waiting)).toEqual(["PAUSED", "QUEUED", "CANCELLED"]);
    expect(api.control.asked).toEqual(Array.from({ length: 3 }, () => `releaseRun ${id} ${waiting}`));
    expect((await steer("resumeRun", waiting))?.["error"].message).toBe(`run ${waiting} has ended: CANCELLED`);
  });

  test("has another length at once in its row, with an event, waiting or paused, and no workflow is asked", async () => {
    const waiting = `${id}.uniform.1`;
    const length = async (totalSteps: number) =>
      (
        await get(
          api.url,
          `mutation ($id: ID!, $n: Int!) { setTotalSteps(id: $id, totalSteps: $n) { ok error { fields { path value expected } } run { status totalSteps } } }`,
          { id: waiting, n: totalSteps },
        )
      ).setTotalSteps;
    expect(await length(5)).toMatchObject({ ok: true, run: { status: "QUEUED", totalSteps: 5 } });
    await steer("pauseRun", waiting);
    expect(await length(9)).toMatchObject({ ok: true, run: { status: "PAUSED", totalSteps: 9 } });
    // Asked again it tells nobody.
    expect(await length(9)).toMatchObject({ ok: true });
    expect((await length(0)).error.fields).toEqual([{ path: "totalSteps", value: 0, expected: "at least 1: 0 are done" }]);
    const { sql } = world.database;
    const events = await sql`select data from "Event" where "runId" = ${waiting} and type = 'STEPS_CHANGED' order by position`;
    expect(events.map(({ data }) => data as unknown)).toEqual([{ totalSteps: 5 }, { totalSteps: 9 }]);
    expect(api.control.asked).toEqual([]);
    // From here on its workflow is asked: it alone knows which step it has begun.
    await steer("resumeRun", waiting);
    expect(await beginUnlessHeld(sql, waiting)).toBeNull();
    expect(await lengthenUnbegun(sql, waiting, 7)).toBe(false);
    expect(await length(7)).toMatchObject({ ok: true, run: { totalSteps: 9 } });
    expect(api.control.asked).toEqual([`releaseRun ${id} ${waiting}`, `setTotalSteps ${waiting} 7`]);
  });

  test("ends at once also while no workflow server answers", async () => {
    const away = await startTestApi(world.database, {
      control: {
        ...recordingControl(),
        releaseRun: async () => {
          throw new WorkflowsUnreachable();
        },
      },
    });
    const answer = await get(away.url, `mutation { cancelRun(id: "${id}.uniform.2") ${RESULT} }`);
    expect(answer.cancelRun).toMatchObject({ ok: true, run: { status: "CANCELLED" } });
    await away.close();
  });

  test("begins or is cancelled, never both, however close the two come", async () => {
    const runs = [`${id}.uniform.1`, `${id}.uniform.2`, `${id}.classic.2`];
    const { sql } = world.database;
    const ends = await Promise.all(
      runs.map(async (runId) => {
        const [heldBack, ended] = await Promise.all([beginUnlessHeld(sql, runId), steerUnbegun(sql, runId, "CANCELLED", "raced")]);
        return { heldBack, ended };
      }),
    );
    for (const { heldBack, ended } of ends) expect(heldBack).toBe(ended ? "CANCELLED" : null);
  });
});

describe("a fork", () => {
  const FORK = `mutation ($input: ForkRunInput!) { forkRun(input: $input) { ok error { message fields { path value expected } }
    run { id totalSteps stepsDone policyVersion forkedFromStep forkedFrom { id } provenance arm { name configuration curriculum { name } } steps { nodes { step } } policyVersions { nodes { version } } } } }`;

  test("is a run in an arm of its own that goes on where the other stood, under other settings", async () => {
    const { forkRun } = await get(api.url, FORK, {
      input: { runId, fromStep: 2, overrides: { training: { steps: 9, optimizer: { learningRate: 0.001 } } } },
    });
    expect(forkRun).toMatchObject({
      ok: true,
      run: { id: `${id}.classic-fork-1.1`, totalSteps: 9, stepsDone: 2, policyVersion: 2, forkedFromStep: 2, forkedFrom: { id: runId } },
    });
    expect(forkRun.run.arm).toMatchObject({ name: "classic-fork-1", curriculum: { name: "classic" } });
    expect(forkRun.run.arm.configuration.training).toMatchObject({
      steps: 9,
      groupSize: 4,
      optimizer: { learningRate: 0.001, beta1: 0.9 },
    });
    expect(forkRun.run.provenance.forkedFrom).toBe(`${runId} step 2`);
    expect(forkRun.run.steps.nodes).toEqual([{ step: 1 }, { step: 2 }]);
    expect(forkRun.run.policyVersions.nodes).toEqual([{ version: 0 }, { version: 1 }, { version: 2 }]);
    expect(api.control.asked).toEqual([`startRun ${forkRun.run.id}`]);
    // What the workflow will ask first: where to go on.
    expect(await readProgress(world.database.sql, forkRun.run.id)).toMatchObject({ step: 2, policy: { version: 2 } });
  });

  test("of a run whose sampler had another name when it was stored has the present one; the old one is shown as it was stored", async () => {
    const { sql, prisma } = world.database;
    await sql`update "Experiment" set "problemSetId" = ${setId} where id = ${id}`;
    const armId = `${id}.classic`;
    await sql`update "Arm" set configuration = jsonb_set(configuration, '{curriculum,sampler}', '{"kind": "azr", "propose": 0.25}') where id = ${armId}`;
    const shown = await get(api.url, "query ($id: ID!) { run(id: $id) { arm { configuration } } }", { id: runId });
    expect(shown.run.arm.configuration.curriculum.sampler).toEqual({ kind: "azr", propose: 0.25 });
    // What the stages read.
    expect((await readRun(sql, runId)).spec.curriculum.sampler).toMatchObject({ kind: "learnable-kinds", propose: 0.25 });
    const { forkRun } = await get(api.url, FORK, { input: { runId, fromStep: 2 } });
    expect(forkRun.run.arm.configuration.curriculum.sampler).toMatchObject({ kind: "learnable-kinds", propose: 0.25, buffer: "uniform" });
    expect(await prisma.arm.findUniqueOrThrow({ where: { id: armId } })).toMatchObject({ configuration: shown.run.arm.configuration });
  });

  test("has the curve and the evaluations of the run it was made from up to there, read and live", async () => {
    const { forkRun } = await get(api.url, FORK, { input: { runId, fromStep: 2 } });
    const fork = forkRun.run.id as string;
    const { run } = await get(
      api.url,
      `query ($id: ID!) { run(id: $id) { metricSeries(names: ["train/reward"]) { buckets { fromStep last } } evaluations { step passAt1 } } }`,
      { id: fork },
    );
    expect(run.metricSeries).toEqual([
      {
        buckets: [
          { fromStep: 1, last: 0.1 },
          { fromStep: 2, last: 0.2 },
        ],
      },
    ]);
    expect(run.evaluations).toEqual([{ step: 0, passAt1: 0.25 }]);
    const client = connect(api.url);
    const live = client.iterate<{ metricPoints: { points: { step: number; value: number }[] } }>({
      query: `subscription ($id: ID!) { metricPoints(runId: $id) { points { step value } } }`,
      variables: { id: fork },
    });
    await recordReward(fork, 3, 0.9);
    const told: unknown[] = [];
    for await (const { data } of live) {
      told.push(...(data?.metricPoints.points ?? []));
      if (told.length === 3) break;
    }
    expect(told).toEqual([
      { step: 1, value: 0.1 },
      { step: 2, value: 0.2 },
      { step: 3, value: 0.9 },
    ]);
    await client.dispose();
  });

  test("has the next free name, however many are made at once", async () => {
    const forks = await Promise.all(
      [1, 2, 3].map(async () => (await get(api.url, FORK, { input: { runId, fromStep: 1 } })).forkRun.run.arm.name as string),
    );
    expect(forks.toSorted()).toEqual(["classic-fork-1", "classic-fork-2", "classic-fork-3"]);
  });

  test("is refused after a step that is not done, under unknown settings, with a taken name, or with no step left", async () => {
    const refused = async (input: object) => (await get(api.url, FORK, { input: { runId, fromStep: 2, ...input } })).forkRun.error;
    expect((await refused({ fromStep: 4 })).fields).toEqual([{ path: "fromStep", value: 4, expected: "a step from 0 to 3" }]);
    for (const arm of ["", "Not an arm"])
      expect((await refused({ arm })).fields).toEqual([
        { path: "arm", value: arm, expected: "lower-case letters, digits and dashes, at most 48" },
      ]);
    expect((await refused({ overrides: { seed: 3 } })).fields).toContainEqual({
      path: "overrides.seed",
      value: 3,
      expected: "one of training, evaluation, execution",
    });
    expect((await refused({ overrides: { training: { stepz: 1 } } })).fields).toContainEqual({
      path: "overrides.training.stepz",
      value: 1,
      expected: "no such key",
    });
    expect((await refused({ arm: "uniform" })).message).toContain("has an arm uniform");
    expect((await refused({ overrides: { training: { steps: 2 } } })).message).toBe("no step would be left");
    expect(api.control.asked).toEqual([]);
  });
});

describe("an experiment", () => {
  const CANCEL = "mutation ($id: ID!) { cancelExperiment(id: $id) { ok error { message } experiment { status runs { status } } } }";

  test("that runs is cancelled through its workflow, and its waiting runs end with it", async () => {
    const { cancelExperiment } = await get(api.url, CANCEL, { id });
    expect(api.control.asked).toEqual([`cancelExperiment ${id}`]);
    expect(cancelExperiment.experiment.runs.map(({ status }: { status: string }) => status)).toEqual([
      "CANCELLED",
      "CANCELLED",
      "RUNNING",
      "CANCELLED",
    ]);
  });

  test("that was never started is cancelled where it stands, and then neither started nor cancelled again", async () => {
    const idle = await startTestApi(world.database, {
      control: {
        ...recordingControl(),
        cancelExperiment: async () => {
          throw new WorkflowNotRunning();
        },
      },
    });
    expect((await get(idle.url, CANCEL, { id })).cancelExperiment).toMatchObject({ ok: true, experiment: { status: "CANCELLED" } });
    expect((await get(idle.url, CANCEL, { id })).cancelExperiment.error.message).toContain("has ended");
    expect(
      (await get(idle.url, "mutation ($id: ID!) { startExperiment(id: $id) { ok error { message } } }", { id })).startExperiment.error
        .message,
    ).toContain("has ended: CANCELLED");
    await idle.close();
  });
});
