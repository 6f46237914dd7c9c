// Proves: an experiment's selection of problems is told before it is stored, frozen when it is, and trained on; and refused where the set cannot give it.
import { createExperiment } from "@gradus/api/commands/create-experiment";
import { readSelectable } from "@gradus/prisma/problem-selection-store";
import { readRun } from "@gradus/prisma/training/run-store";
import { readProblems } from "@gradus/prisma/training/step-store";
import { freezeProblemSet } from "@gradus/prisma/training/problem-set-store";
import { bucketOf, contentHash } from "@gradus/domain";
import { afterAll, beforeAll, expect, test } from "vitest";
import { get, startTestApi } from "../../testkit/api/test-api.ts";
import type { TestApi } from "../../testkit/api/test-api.ts";
import { startDatabaseWorld } from "../../testkit/world.ts";
import type { DatabaseWorld } from "../../testkit/world.ts";

let world: DatabaseWorld;
let api: TestApi;
let set: string;

/** `passes` of 32 each; null: not measured. The last two are held out. */
async function store(name: string, rates: readonly (number | null)[]): Promise<string> {
  const problems = rates.map((passes, at) => {
    const content = {
      environment: "INDUCTION" as const,
      message: `${name} ${at}`,
      entryPoint: "f",
      reference: `def f(x):\n return x + ${at}\n`,
      tests: [{ kind: "call" as const, args: "1", expected: String(1 + at) }],
      visibleTests: 1,
    };
    const passRate = passes === null ? null : { passes, attempts: 32 };
    return {
      ...content,
      contentHash: contentHash(content),
      astHash: `${name}${at}`,
      origin: { teacher: "test" },
      operations: [],
      split: at < rates.length - 2 ? ("TRAIN" as const) : ("HELD_OUT" as const),
      passRate,
      bucket: passRate && bucketOf(passRate),
    };
  });
  return freezeProblemSet(world.database.sql, "default", name, problems);
}

beforeAll(async () => {
  world = await startDatabaseWorld();
  api = await startTestApi(world.database);
  set = await store("levels", [28, 28, 16, 16, 16, 3, 3, 16, 16]);
});
afterAll(async () => {
  await api.close();
  await world.close();
});

test("all that a problem's hash covers is stored, what only some environments read included", async () => {
  const content = {
    environment: "ABDUCTION" as const,
    message: "",
    entryPoint: "f",
    reference: "def f(x):\n return abs(x)\n",
    tests: [{ kind: "call" as const, args: "-1", expected: "1" }],
    visibleTests: 0,
    match: "exact" as const,
  };
  const exact = { ...content, contentHash: contentHash(content), astHash: "exact", origin: { teacher: "test" }, operations: [] };
  const frozen = await freezeProblemSet(world.database.sql, "default", "exact", [
    { ...exact, split: "TRAIN", passRate: null, bucket: null },
  ]);
  const [stored] = await world.database.sql<{ content: object }[]>`
    select p.content from "Problem" p join "ProblemSetMember" m on m."problemId" = p.id where m."problemSetId" = ${frozen}`;
  expect(contentHash(stored?.content)).toBe(exact.contentHash);
});

test("what a selection looks at has the lines of each solution, blank ones not counted", async () => {
  const content = {
    environment: "INDUCTION" as const,
    message: "lines",
    entryPoint: "f",
    reference: "def f(x):\n\n y = x + 1\n   \n return y\n",
    tests: [{ kind: "call" as const, args: "1", expected: "2" }],
    visibleTests: 1,
  };
  const one = { ...content, contentHash: contentHash(content), astHash: "lines", origin: { teacher: "test" }, operations: [] };
  const long = await freezeProblemSet(world.database.sql, "default", "lines", [{ ...one, split: "TRAIN", passRate: null, bucket: null }]);
  expect((await readSelectable(world.database, long)).map(({ lines }) => lines)).toEqual([3]);
  expect((await readSelectable(world.database, set)).map(({ lines }) => lines)).toEqual([2, 2, 2, 2, 2, 2, 2]);
});

const fileOf = (problemSet: string, select: string): string => `
name: levels
seeds: [1]
problems: { set: ${problemSet}${select} }
arms:
  - { name: all, curriculum: uniform }
  - { name: medium, curriculum: uniform, problems: { select: { kind: bin, bucket: MEDIUM, count: 2 } } }`;
const VALIDATE = `mutation ($source: String!) { validateExperiment(source: $source) { ok error { message fields { path } }
  selections { arm problems of hash buckets { name problems } environments { name problems } note } } }`;

const refused = async (source: string) => (await get(api.url, VALIDATE, { source })).validateExperiment.error;

test("validating tells what each arm would train on, the same each time", async () => {
  const { validateExperiment } = await get(api.url, VALIDATE, { source: fileOf(set, "") });
  expect(validateExperiment).toMatchObject({
    ok: true,
    selections: [
      {
        arm: "medium",
        problems: 2,
        of: 7,
        hash: expect.stringMatching(/^[0-9a-f]{64}$/),
        buckets: [{ name: "MEDIUM", problems: 2 }],
        environments: [{ name: "INDUCTION", problems: 2 }],
        note: null,
      },
    ],
  });
  expect((await get(api.url, VALIDATE, { source: fileOf(set, "") })).validateExperiment).toEqual(validateExperiment);
  // Buckets are those that the arm's curriculum draws by: 3 of 32 is in no broad band, and hard in the narrow ones.
  const learnable = fileOf(set, ", select: { kind: learnable }");
  const buckets = async (source: string) => (await get(api.url, VALIDATE, { source })).validateExperiment.selections[0].buckets;
  expect(await buckets(learnable)).toEqual([
    { name: "EASY", problems: 2 },
    { name: "MEDIUM", problems: 3 },
    { name: "none", problems: 2 },
  ]);
  expect(await buckets(learnable.replaceAll("curriculum: uniform", "curriculum: uniform-three"))).toEqual([
    { name: "EASY", problems: 2 },
    { name: "HARD", problems: 2 },
    { name: "MEDIUM", problems: 3 },
  ]);
});

test("creating freezes it: the arm trains on those problems, another on the experiment's, both are evaluated on the same", async () => {
  const { sql } = world.database;
  const id = await createExperiment(world.database, { source: fileOf(set, ", select: { kind: learnable }"), key: "frozen" });
  const [all, medium] = await Promise.all([readRun(sql, `${id}.all.1`), readRun(sql, `${id}.medium.1`)]);
  const rates = async (problemSetId: string) => (await readProblems(sql, problemSetId, "TRAIN")).map(({ passRate }) => passRate?.passes);
  expect(await rates(medium.problemSetId)).toEqual([16, 16]);
  expect(await rates(all.problemSetId)).toHaveLength(7);
  expect((await sql`select "problemSetId" as set from "Experiment" where id = ${id}`)[0]?.["set"]).toBe(set);
  const again = await createExperiment(world.database, { source: fileOf(set, ""), key: "again" });
  expect((await readRun(sql, `${again}.medium.1`)).problemSetId).toBe(medium.problemSetId);
  expect((await readRun(sql, `${again}.all.1`)).problemSetId).toBe(set);
});

test("refuses a set without measurements, one that has too few, and one that is not there yet", async () => {
  expect(await refused(fileOf(await store("unmeasured", [16, null, 16, 16]), ""))).toMatchObject({
    message: "problems.set: of 2 training problems 1 are not measured",
    fields: [{ path: "problems.set" }],
  });
  expect(await refused(fileOf(await store("few", [16, 3, 16, 16]), ""))).toEqual({
    message: "arms[1].problems.select: 2 problems are wanted and there are 1",
    fields: [{ path: "arms[1].problems.select" }],
  });
  expect((await refused(fileOf(set, "").replace(/set: [^ ]+/, "teacher: {}")))?.fields).toEqual([{ path: "arms[1].problems.select" }]);
});

test("a set leaves as lines that are the same set when they come back, and a set that is not there is said so", async () => {
  const out = await fetch(`${api.url}/export/problems?set=${set}`);
  const lines = await out.text();
  expect(lines.trim().split("\n")).toHaveLength(9);
  expect(JSON.parse(lines.split("\n")[0] ?? "")).toMatchObject({ split: "TRAIN", passRate: { passes: 28, attempts: 32 }, bucket: "EASY" });
  const back = await fetch(`${api.url}/import/problems?name=levels`, { method: "POST", body: lines });
  expect(await back.json()).toMatchObject({ problemSetId: set, imported: 9, rejected: [] });
  expect((await fetch(`${api.url}/export/problems?set=none`)).status).toBe(404);
});
