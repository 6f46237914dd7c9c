// Archive, deletion, its undoing and its end; notes and tags; views and templates. Over HTTP, on a real database.
import { createExternalRun, logPoints, logSamples } from "@gradus/prisma/metrics/external-run-store";
import { numberEvents } from "@gradus/prisma/reading/event-reader";
import { purgeDeleted } from "@gradus/prisma/shelf-store";
import { setRunStatus } from "@gradus/prisma/training/run-store";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fillProblems, fillRun } from "../../testkit/api/fill-experiment.ts";
import { createSample, SAMPLE } from "../../testkit/api/sample-experiment.ts";
import { collect, connect, get, startTestApi } from "../../testkit/api/test-api.ts";
import type { TestApi } from "../../testkit/api/test-api.ts";
import { startDatabaseWorld } from "../../testkit/world.ts";
import type { DatabaseWorld } from "../../testkit/world.ts";

let world: DatabaseWorld;
let api: TestApi;

beforeAll(async () => {
  world = await startDatabaseWorld();
  api = await startTestApi(world.database, { deletion: { keepMs: 3_600_000, everyMs: 20 } });
});
afterAll(async () => {
  await api.close();
  await world.close();
});

type Done = {
  readonly ok: boolean;
  readonly error: { readonly message: string; readonly fields: readonly { readonly path: string }[] } | null;
};
const done = async (mutation: string, id: string): Promise<Done> =>
  Object.values(
    await get(api.url, `mutation ($id: ID!) { ${mutation}(id: $id) { ok error { message fields { path } } } }`, { id }),
  )[0] as Done;
const shelved = async (experimentId: string, shelf: string | null = null): Promise<string[]> =>
  (
    await get(api.url, "query ($filter: RunFilter) { runs(filter: $filter, first: 200) { nodes { id } } }", {
      filter: { experimentId, shelf },
    })
  ).runs.nodes
    .map(({ id }: { id: string }) => id)
    .toSorted();
const experiments = async (shelf: string | null = null): Promise<string[]> =>
  (
    await get(api.url, "query ($filter: ExperimentFilter) { experiments(filter: $filter, first: 200) { nodes { id } } }", {
      filter: { shelf },
    })
  ).experiments.nodes.map(({ id }: { id: string }) => id);
const expire = (of: "Run" | "Experiment", id: string) =>
  of === "Run"
    ? world.database.sql`update "Run" set "purgeAfter" = now() - interval '1 second' where id = ${id} and "deletedAt" is not null`
    : world.database.sql`update "Experiment" set "purgeAfter" = now() - interval '1 second' where id = ${id} and "deletedAt" is not null`;

const everywhere = async (): Promise<string[]> =>
  (await get(api.url, "{ runs(first: 200) { nodes { id } } }")).runs.nodes.map((run: { id: string }) => run.id);

const edit = async (what: "editRun" | "editExperiment", input: object) =>
  Object.values(
    await get(
      api.url,
      `mutation ($input: EditInput!) { ${what}(input: $input) { ok error { fields { path } } ${what === "editRun" ? "run" : "experiment"} { name notes tags } } }`,
      { input },
    ),
  )[0] as Record<string, unknown>;

describe("a run", () => {
  test("that is archived or deleted leaves lists and comparisons, is found where it is asked for, and comes back", async () => {
    const { id, runIds } = await createSample(world.database, "shelf");
    const [one = "", two = "", ...rest] = runIds;
    expect([(await done("archiveRun", one)).ok, (await done("deleteRun", two)).ok]).toEqual([true, true]);
    expect(await shelved(id)).toEqual(rest.toSorted());
    expect([await shelved(id, "ARCHIVED"), await shelved(id, "DELETED"), (await shelved(id, "ANY")).length]).toEqual([[one], [two], 4]);
    const { experiment, comparison, run } = await get(
      api.url,
      `query ($id: ID!, $run: ID!) { experiment(id: $id) { runs { id } arms { runs { id } } } run(id: $run) { deletedAt purgeAfter }
        comparison(of: { experimentId: $id }) { arms { arm { name } runs { id } } } }`,
      { id, run: two },
    );
    expect(experiment.runs).toHaveLength(2);
    expect(experiment.arms.map(({ runs }: { runs: unknown[] }) => runs.length)).toEqual([0, 2]);
    expect(comparison.arms.map(({ arm }: { arm: { name: string } }) => arm.name)).toEqual(["classic"]);
    expect(Date.parse(run.purgeAfter) - Date.parse(run.deletedAt)).toBe(3_600_000);
    expect((await done("archiveRun", two)).error?.message).toMatch(/deleted: restore it first/);
    await Promise.all([done("restoreRun", one), done("restoreRun", two)]);
    expect((await shelved(id)).length).toBe(4);
  });

  test("that Gradus trains is not deleted, and one that is nowhere is said to be", async () => {
    const { id, runIds } = await createSample(world.database, "training");
    await setRunStatus(world.database.sql, runIds[0] ?? "", "RUNNING");
    expect((await done("deleteRun", runIds[0] ?? "")).error?.message).toMatch(/is RUNNING: cancel it first/);
    expect((await done("deleteExperiment", id)).error?.message).toMatch(/is training: cancel it first/);
    for (const verb of ["archiveRun", "deleteRun", "restoreRun", "archiveExperiment", "deleteExperiment", "restoreExperiment"])
      expect((await done(verb, "nowhere")).error?.fields).toEqual([{ path: "id" }]);
  });

  test("whose time is over is gone with its points, chunks, samples, rollouts and checkpoints, while the others keep theirs", async () => {
    const { sql, prisma } = world.database;
    const { id, runIds } = await createSample(world.database, "purge");
    const [gone = "", kept = ""] = runIds;
    const set = await fillProblems(world.database);
    for (const runId of [gone, kept]) {
      await fillRun(world.database, runId, set);
      await setRunStatus(sql, runId, "COMPLETED");
      const steps = Array.from({ length: 100 }, (_, step) => step);
      await logPoints(sql, runId, "batch", 0, [{ name: "wide", steps, values: steps, times: steps }]);
      await logSamples(sql, runId, "samples", 0, [{ name: "text", step: 1, kind: "TEXT", body: "hello", time: 0 }]);
    }
    const rows = async (runId: string) => {
      const [row] = await sql<Record<string, number>[]>`with s as (select id from metrics.series where run_id = ${runId}) select
        (select count(*) from metrics.point where series_id in (select id from s))::int as points, (select count(*) from metrics.chunk where series_id in (select id from s))::int as chunks,
        (select count(*) from s)::int as series, (select count(*) from metrics.batch where run_id = ${runId})::int as batches,
        (select count(*) from metrics.sample where run_id = ${runId})::int as samples, (select count(*) from "Event" where "runId" = ${runId})::int as events,
        (select count(*) from "Group" where "runId" = ${runId})::int as groups, (select count(*) from "Rollout" where id like ${`${runId}/%`})::int as rollouts,
        (select count(*) from "StageExecution" where "runId" = ${runId})::int as stages, (select count(*) from "PolicyVersion" where "runId" = ${runId})::int as versions,
        (select count(*) from "Evaluation" where "runId" = ${runId})::int as evaluations`;
      return Object.values(row ?? {});
    };
    const before = await rows(kept);
    expect(before.every((count) => count > 0)).toBe(true);
    const last = await numberEvents(sql);
    await done("deleteRun", gone);
    expect(await rows(gone)).toEqual(before);
    const EVENTS = "subscription ($id: ID!, $after: Cursor) { experimentEvents(experimentId: $id, after: $after) { cursor } }";
    const client = connect(api.url);
    const [first] = await collect<{ cursor: string }>(client, EVENTS, { id }, (items) => items.length === 1);
    await expire("Run", gone);
    await expect.poll(() => prisma.run.findUnique({ where: { id: gone } }), { timeout: 60_000 }).toBeNull();
    expect((await rows(gone)).every((count) => count === 0)).toBe(true);
    expect(await rows(kept)).toEqual(before);
    expect(await prisma.checkpoint.count()).toBe(1);
    // A cursor from before what went is refused, one from after it goes on, and from the start one gets what is left.
    expect((await prisma.experiment.findUniqueOrThrow({ where: { id } })).streamFloor).toBeLessThanOrEqual(last);
    await expect(collect(client, EVENTS, { id, after: first?.cursor }, () => true)).rejects.toThrow(/read again from the start/);
    expect(await collect(client, EVENTS, { id }, (items) => items.length === 1)).toHaveLength(1);
    await client.dispose();
    await done("deleteRun", kept);
    await expire("Run", kept);
    await expect.poll(() => prisma.checkpoint.count(), { timeout: 60_000 }).toBe(0);
  });
});

describe("an experiment", () => {
  test("leaves lists with its runs, comes back, and in the end is gone with all it had", async () => {
    const { id, runIds } = await createSample(world.database, "whole");
    await done("archiveExperiment", id);
    expect([(await experiments()).includes(id), (await experiments("ARCHIVED")).includes(id)]).toEqual([false, true]);
    expect((await everywhere()).some((run) => runIds.includes(run))).toBe(false);
    expect(await shelved(id)).toHaveLength(4);
    await done("restoreExperiment", id);
    expect((await experiments()).includes(id)).toBe(true);
    await done("deleteExperiment", id);
    expect([(await experiments()).includes(id), (await experiments("DELETED")).includes(id)]).toEqual([false, true]);
    await expire("Experiment", id);
    await expect.poll(() => world.database.prisma.experiment.findUnique({ where: { id } }), { timeout: 60_000 }).toBeNull();
    expect(await world.database.prisma.run.count({ where: { experimentId: id } })).toBe(0);
  });

  test("of others' runs that is deleted and written to again is not taken away", async () => {
    const run = {
      projectId: "default",
      experiment: "again",
      arm: "a",
      seed: 0,
      name: null,
      config: {},
      tags: {},
      key: "k",
      parentRunId: null,
    };
    const { id } = await createExternalRun(world.database.sql, { ...run, session: "1" });
    const { experimentId } = await world.database.prisma.run.findUniqueOrThrow({ where: { id } });
    await Promise.all([done("deleteExperiment", experimentId), done("deleteRun", id)]);
    await createExternalRun(world.database.sql, { ...run, session: "2" });
    await Promise.all([expire("Run", id), expire("Experiment", experimentId)]);
    await purgeDeleted(world.database.sql);
    expect(await shelved(experimentId)).toEqual([id]);
  });
});

test("names, notes and tags are changed, of a run and of an experiment, and what does not fit is refused by field", async () => {
  const { id, runIds } = await createSample(world.database, "notes");
  for (const [what, key, of] of [
    ["editRun", "run", runIds[0]],
    ["editExperiment", "experiment", id],
  ] as const) {
    await edit(what, { id: of, setTags: { team: "a", old: "x" } });
    const edited = await edit(what, { id: of, name: "best", notes: "# why\nit **won**", setTags: { team: "b" }, removeTags: ["old"] });
    expect(edited).toMatchObject({ ok: true, [key]: { name: "best", notes: "# why\nit **won**", tags: { team: "b" } } });
    expect((await edit(what, { id: of, notes: "" }))[key]).toEqual({ name: "best", notes: "", tags: { team: "b" } });
    const refused = await edit(what, { id: of, name: " ", notes: "a\0", setTags: { a: 1 } });
    expect(refused["error"]).toEqual({ fields: [{ path: "name" }, { path: "setTags" }, { path: "notes" }] });
  }
});

test("views and templates are kept by name, replaced, listed, forgotten, and a template must resolve", async () => {
  const SAVE = "mutation ($input: SaveViewInput!) { saveView(input: $input) { ok error { fields { path } } view { id state } } }";
  const save = async (input: object) => (await get(api.url, SAVE, { input: { page: "runs", name: "mine", ...input } })).saveView;
  const { view } = await save({ state: { sort: "reward" } });
  expect((await save({ state: { sort: "step" } })).view).toEqual({ id: view.id, state: { sort: "step" } });
  expect((await save({ state: "text", project: "none", name: "" })).error.fields.map(({ path }: { path: string }) => path)).toEqual([
    "name",
    "project",
    "state",
  ]);
  expect((await get(api.url, '{ savedViews(page: "runs") { id name state } }')).savedViews).toEqual([
    { id: view.id, name: "mine", state: { sort: "step" } },
  ]);
  expect((await get(api.url, '{ savedViews(page: "other") { id } }')).savedViews).toEqual([]);
  expect([(await done("deleteView", view.id)).ok, (await done("deleteView", view.id)).ok]).toEqual([true, false]);
  const TEMPLATE =
    "mutation ($input: SaveTemplateInput!) { saveTemplate(input: $input) { ok error { fields { path } } template { id name source } } }";
  const template = async (source: string) => (await get(api.url, TEMPLATE, { input: { name: "usual", source } })).saveTemplate;
  const { template: made } = await template(SAMPLE);
  expect(made).toMatchObject({ name: "usual", source: SAMPLE });
  expect((await template(SAMPLE.replace("seeds: [1, 2]", "seeds: []"))).error.fields).toEqual([{ path: "seeds" }]);
  expect((await get(api.url, "{ experimentTemplates { id source } }")).experimentTemplates).toEqual([{ id: made.id, source: SAMPLE }]);
  expect([(await done("deleteTemplate", made.id)).ok, (await done("deleteTemplate", made.id)).ok]).toEqual([true, false]);
});
