// Owns: `gradus synthesize` and `gradus synthesis` as processes over the example file. Must not know: what the figures must be.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseDocument } from "yaml";
import { gradus } from "../../testkit/cli/gradus.ts";
import { startWorld } from "../../testkit/world.ts";
import type { World } from "../../testkit/world.ts";

const examples = fileURLToPath(new URL("../../../examples/", import.meta.url));
let world: World;
let folder: string;
let env: { GRADUS_API_URL: string };

beforeAll(async () => {
  world = await startWorld();
  const [api] = await Promise.all([world.startApi(), world.startWorker({ env: { GRADUS_POLICY_SLOTS: "1" } })]);
  env = { GRADUS_API_URL: api.url };
  folder = await mkdtemp(join(tmpdir(), "gradus-synthesize-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await world.close();
});

/** The example, smaller. */
async function smaller(name: string, changes: Readonly<Record<string, unknown>>): Promise<string> {
  const document = parseDocument(await readFile(join(examples, "synthesis.yaml"), "utf8"));
  document.setIn(["student", "warmStart"], join(examples, "quickstart/warm-start.safetensors"));
  for (const [path, value] of Object.entries(changes)) document.setIn(path.split("."), value);
  const file = join(folder, name);
  await writeFile(file, document.toString());
  return file;
}

test("the example is valid as it is, and a dry run says what it would cost and stores nothing", async () => {
  const { code, stdout, stderr } = await gradus(["synthesize", join(examples, "synthesis.yaml"), "--dry-run", "--json"], env);
  expect(code, stderr).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    specification: { turns: 6, attempts: 32, target: { low: 0.35, high: 0.65 }, student: { warmStart: expect.stringMatching(/^sha256:/) } },
    maxTeacherCalls: 144,
    maxStudentAttempts: 4_608,
  });
  expect(await world.database.prisma.synthesis.count()).toBe(0);
});

test("problems that the file names, as seeds or to stay away from, become sets on the way, and a scale is laid over it", async () => {
  const { code, stdout, stderr } = await gradus(["synthesize", join(examples, "paper/seeds-solutions.yaml"), "--dry-run", "--json"], env);
  expect(code, stderr).toBe(0);
  const { specification, maxTeacherCalls } = JSON.parse(stdout);
  expect(specification).toMatchObject({
    scale: "laptop",
    seeds: { count: 24, from: { kind: "solutions", set: expect.stringMatching(/^problems-/) } },
  });
  expect(specification.filters.against).toEqual([specification.seeds.from.set]);
  expect(maxTeacherCalls).toBe(144);
});

test("a synthesis is followed to its end and reported, and the report can be asked for again", async () => {
  const file = await smaller("small.yaml", { "seeds.count": 3, turns: 2, attempts: 4, name: "small" });
  const made = await gradus(["synthesize", file, "--key", "one"], env);
  expect(made.code, made.stderr).toBe(0);
  const id = /^(small-\w+): COMPLETED$/m.exec(made.stdout)?.[1] ?? "";
  for (const part of [
    "Funnel: turns that came so far",
    "in target",
    "From one turn to the next",
    "Asked to be harder",
    "turn 1 alone",
    "teacher, grammar/1",
  ])
    expect(made.stdout).toContain(part);
  expect(made.stderr).toContain(`synthesis ${id} is started`);
  const report = await gradus(["synthesis", id, "--json"], env);
  expect(JSON.parse(report.stdout)).toMatchObject({ id, status: "COMPLETED", turnCount: 6, multiTurnYield: { teacherCalls: 6, seeds: 3 } });
  // The same key is the same synthesis.
  expect((await gradus(["synthesize", file, "--key", "one", "--no-watch"], env)).stdout).toBe(id);
  expect((await gradus(["synthesis", id, "--cancel"], env)).code).toBe(2);
});

test("what cannot be is refused with 2, field by field", async () => {
  const file = await smaller("wrong.yaml", { turns: 0, "seeds.from": { kind: "nothing" } });
  const { code, stderr } = await gradus(["synthesize", file], env);
  expect(code).toBe(2);
  expect(stderr).toContain("turns: is 0");
  expect(stderr).toContain("seeds.from");
  expect((await gradus(["synthesis", "none"], env)).code).toBe(2);
});
