import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ask, get, startTestApi } from "../../testkit/api/test-api.ts";
import type { TestApi } from "../../testkit/api/test-api.ts";
import { createSample, SAMPLE } from "../../testkit/api/sample-experiment.ts";
import { startDatabaseWorld } from "../../testkit/world.ts";
import type { DatabaseWorld } from "../../testkit/world.ts";

let world: DatabaseWorld;
let api: TestApi;

beforeAll(async () => {
  world = await startDatabaseWorld();
  api = await startTestApi(world.database);
});
afterAll(async () => {
  await api.close();
  await world.close();
});

const CREATE = `mutation ($source: String!, $start: Boolean, $key: String) { createExperiment(input: { source: $source, start: $start, key: $key }) {
  ok error { message fields { path value expected } } experiment { id name status arms { name curriculum { name version } runs { id seed status totalSteps } configuration } } } }`;

describe("creating an experiment", () => {
  test("stores its arms, curricula and a run for every seed", async () => {
    const { createExperiment } = await get(api.url, CREATE, { source: SAMPLE, start: true, key: "first" });
    expect(createExperiment).toMatchObject({ ok: true, error: null });
    const { id, arms } = createExperiment.experiment;
    expect(id).toMatch(/^sample-[0-9a-f]{8}$/);
    expect(arms.map((arm: { name: string; runs: unknown }) => [arm.name, arm.runs])).toEqual([
      ["uniform", [1, 2].map((seed) => ({ id: `${id}.uniform.${seed}`, seed, status: "QUEUED", totalSteps: 12 }))],
      ["classic", [1, 2].map((seed) => ({ id: `${id}.classic.${seed}`, seed, status: "QUEUED", totalSteps: 12 }))],
    ]);
    expect(api.control.asked).toEqual([`startExperiment ${id}`]);
  });

  test("lays what an arm says over the experiment's settings, and defaults under both", async () => {
    const { createExperiment } = await get(api.url, CREATE, { source: SAMPLE });
    const [uniform, classic] = createExperiment.experiment.arms;
    expect(uniform.configuration.training).toMatchObject({ steps: 12, groupsPerStep: 4, groupSize: 8 });
    expect(classic.configuration.training).toMatchObject({ steps: 12, groupsPerStep: 4, groupSize: 4 });
  });

  test("makes one experiment of one key, however often it is asked", async () => {
    const ids = await Promise.all(
      [1, 2, 3].map(async () => (await get(api.url, CREATE, { source: SAMPLE, key: "again" })).createExperiment.experiment.id),
    );
    expect(new Set(ids).size).toBe(1);
  });

  test("shares a version of a curriculum among equal specifications", async () => {
    const { createExperiment } = await get(api.url, CREATE, { source: SAMPLE });
    expect(createExperiment.experiment.arms.map((arm: { curriculum: unknown }) => arm.curriculum)).toEqual([
      { name: "uniform", version: 1 },
      { name: "classic", version: 1 },
    ]);
  });

  test("refuses unknown keys, wrong values and file paths by path, value and expectation, and stores nothing", async () => {
    const source = `
name: sample
seeds: [1]
training: { stepz: 3, steps: 0 }
policy: { warmStart: ./warm.safetensors }
problems: { file: problems.jsonl }
arms: [{ name: a, curriculum: classics }]`;
    const before = await world.database.prisma.experiment.count();
    const { createExperiment } = await get(api.url, CREATE, { source });
    expect(createExperiment.ok).toBe(false);
    expect(createExperiment.experiment).toBeNull();
    const fields = createExperiment.error.fields as { path: string; value: unknown; expected: string }[];
    expect(fields).toContainEqual({ path: "training.stepz", value: 3, expected: "no such key" });
    expect(fields).toContainEqual({ path: "training.steps", value: 0, expected: "at least 1" });
    expect(fields.find(({ path }) => path === "policy.warmStart")?.expected).toContain("PUT /blobs");
    expect(fields.find(({ path }) => path === "problems.file")?.expected).toContain("POST /import/problems");
    expect(fields.find(({ path }) => path === "arms[0].curriculum")?.expected).toContain("reverse-medium-start");
    expect(await world.database.prisma.experiment.count()).toBe(before);
  });

  test("refuses a problem set and a project that do not exist", async () => {
    const source = SAMPLE.replace("seeds:", "project: other\nproblems: { set: nowhere }\nseeds:");
    const { createExperiment } = await get(api.url, CREATE, { source });
    expect(createExperiment.error.fields.map(({ path }: { path: string }) => path)).toEqual(["project", "problems.set"]);
  });

  test("says what a text that is no YAML suffers from", async () => {
    const { createExperiment } = await get(api.url, CREATE, { source: "name: [1, 2" });
    expect(createExperiment.error.message).toMatch(/neither YAML nor JSON/);
  });

  test("resolves without storing when it only validates, and resolving the resolved changes nothing", async () => {
    const VALIDATE = "mutation ($source: String!) { validateExperiment(source: $source) { ok error { message } specification runCount } }";
    const before = await world.database.prisma.experiment.count();
    const { validateExperiment: first } = await get(api.url, VALIDATE, { source: SAMPLE });
    const { validateExperiment: second } = await get(api.url, VALIDATE, { source: JSON.stringify(first.specification) });
    expect(first).toMatchObject({ ok: true, runCount: 4 });
    expect(second.specification).toEqual(first.specification);
    expect(await world.database.prisma.experiment.count()).toBe(before);
  });
});

describe("reading experiments", () => {
  test("pages through all of them once, the newest first, whatever is added meanwhile", async () => {
    const PAGE = `query ($after: Cursor) { experiments(first: 2, after: $after, filter: { nameContains: "AMPL" }) { totalCount nodes { id } pageInfo { hasNextPage endCursor } } }`;
    const stored = await world.database.prisma.experiment.findMany({ orderBy: [{ createdAt: "desc" }, { id: "desc" }] });
    const seen: string[] = [];
    let after: string | null = null;
    for (;;) {
      const { experiments }: { experiments: { nodes: { id: string }[]; pageInfo: { hasNextPage: boolean; endCursor: string } } } =
        await get(api.url, PAGE, { after });
      seen.push(...experiments.nodes.map(({ id }) => id));
      await createSample(world.database, `meanwhile ${seen.length}`);
      if (!experiments.pageInfo.hasNextPage) break;
      after = experiments.pageInfo.endCursor;
    }
    expect(seen).toEqual(stored.map(({ id }) => id));
  });

  test("finds those that have every one of some tags, and refuses tags that are no texts", async () => {
    const id = await createSample(world.database, "tagged").then((sample) => sample.id);
    await get(api.url, "mutation ($input: EditInput!) { editExperiment(input: $input) { ok } }", {
      input: { id, setTags: { team: "red", stage: "one" } },
    });
    const QUERY = "query ($tags: JSON) { experiments(filter: { tags: $tags }) { totalCount nodes { id } } }";
    const found = async (tags: object): Promise<string[]> =>
      (await get(api.url, QUERY, { tags })).experiments.nodes.map((one: { readonly id: string }) => one.id);
    expect(await found({ team: "red", stage: "one" })).toEqual([id]);
    expect(await found({ team: "red", stage: "two" })).toEqual([]);
    const { errors } = await ask(api.url, QUERY, { tags: { team: 3 } });
    expect(errors?.[0]).toMatchObject({ message: expect.stringContaining("filter.tags"), extensions: { code: "BAD_USER_INPUT" } });
  });

  test("is null for what does not exist, and an error for a cursor of another list", async () => {
    expect(await get(api.url, '{ experiment(id: "none") { id } run(id: "none") { id } }')).toEqual({ experiment: null, run: null });
    const { runs } = await get(api.url, "{ runs(first: 1) { pageInfo { endCursor } } }");
    const { errors } = await ask(api.url, "query ($after: Cursor) { experiments(after: $after) { nodes { id } } }", {
      after: runs.pageInfo.endCursor,
    });
    expect(errors?.[0]).toMatchObject({ message: expect.stringContaining("another list"), extensions: { code: "BAD_USER_INPUT" } });
  });
});
