// Proves: every file of examples/paper is accepted at each of its scales, with the problems that its arms select there to be had.
import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { bucketOf, contentHash } from "@gradus/domain";
import type { EnvironmentName, Problem } from "@gradus/domain";
import { freezeProblemSet } from "@gradus/prisma/training/problem-set-store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { get, startTestApi } from "../../testkit/api/test-api.ts";
import type { TestApi } from "../../testkit/api/test-api.ts";
import { startDatabaseWorld } from "../../testkit/world.ts";
import type { DatabaseWorld } from "../../testkit/world.ts";

const example = (file: string): string => fileURLToPath(new URL(`../../../examples/${file}`, import.meta.url));

let world: DatabaseWorld;
let api: TestApi;
/** What stands in a file -> the set that it means here. */
let sets: Record<string, string>;

const written = (environment: EnvironmentName, passes: number, at: number) => {
  const content = {
    environment,
    message: `${environment} ${passes} ${at}`,
    entryPoint: "f",
    reference: "def f(x):\n return x\n",
    tests: [{ kind: "call" as const, args: "1", expected: "1" }],
    visibleTests: 1,
  };
  const passRate = { passes, attempts: 32 };
  const origin = { teacher: "test" };
  const [split, bucket] = ["TRAIN" as const, bucketOf(passRate)];
  return { ...content, contentHash: contentHash(content), astHash: `${passes} ${at}`, origin, operations: [], split, passRate, bucket };
};

async function problemsOf(file: string): Promise<Omit<Problem, "id">[]> {
  const lines = (await readFile(example(file), "utf8")).trim().split("\n");
  return lines.map((line) => JSON.parse(line) as Omit<Problem, "id">);
}

beforeAll(async () => {
  world = await startDatabaseWorld();
  api = await startTestApi(world.database);
  const quickstart = await problemsOf("quickstart/problems.jsonl");
  const chains = await problemsOf("paper/chains.jsonl");
  const environments = (["INDUCTION", "ABDUCTION", "DEDUCTION", "FUZZING"] as const).flatMap((environment) =>
    Array.from({ length: environment === "INDUCTION" ? 160 : 40 }, (_, at) => written(environment, 16, at)),
  );
  const freeze = (name: string, problems: readonly Omit<Problem, "id">[]) =>
    freezeProblemSet(world.database.sql, "default", name, problems);
  sets = {
    "file: ../quickstart/problems.jsonl": await freeze("quickstart", quickstart),
    "file: chains.jsonl": await freeze("chains", chains),
    "set: a-set-of-four-environments": await freeze("environments", environments),
  };
});
afterAll(async () => {
  await api.close();
  await world.close();
});

const VALIDATE = `mutation ($source: String!) { validateExperiment(source: $source) { ok error { message fields { path expected } } runCount specification
  selections { arm problems note } } }`;

/** Of every size as they stand. */
const CONTROLS = ["identical.yaml", "warm-start.yaml"];
const files = (await readdir(example("paper"))).filter((file) => file.endsWith(".yaml") && !CONTROLS.includes(file));

test.each(files.flatMap((file) => ["laptop", "paper"].map((scale) => ({ file, scale }))))(
  "$file is accepted at scale $scale",
  async ({ file, scale }) => {
    let source = (await readFile(example(`paper/${file}`), "utf8"))
      .replace("../quickstart/warm-start.safetensors", `sha256:${"0".repeat(64)}`)
      .replace("scale: laptop\n", `scale: ${scale}\n`);
    for (const [inFile, id] of Object.entries(sets)) source = source.replace(inFile, `set: ${id}`);
    const { validateExperiment: said } = await get(api.url, VALIDATE, { source });
    expect(said).toMatchObject({
      ok: true,
      error: null,
      specification: { scale, training: { steps: scale === "paper" ? 40_000 : expect.any(Number) } },
    });
    expect(said.runCount).toBe(said.specification.arms.length * said.specification.seeds.length);
    // Arms that are compared train on as many problems.
    expect(new Set(said.selections.map(({ problems }: { problems: number }) => problems)).size).toBeLessThanOrEqual(1);
    expect(said.selections.map(({ note }: { note: string | null }) => note).filter((note: string | null) => note !== null)).toEqual([]);
  },
);

test.each(CONTROLS)("%s is accepted, and its arms differ in what it says alone", async (file) => {
  let source = (await readFile(example(`paper/${file}`), "utf8")).replace(
    "../quickstart/warm-start.safetensors",
    `sha256:${"0".repeat(64)}`,
  );
  for (const [inFile, id] of Object.entries(sets)) source = source.replace(inFile, `set: ${id}`);
  const { validateExperiment: said } = await get(api.url, VALIDATE, { source });
  expect(said).toMatchObject({ ok: true, error: null, runCount: 3 * said.specification.arms.length });
  const [first, ...others] = said.specification.arms.map(({ name: _name, ...arm }: { name: string }) => arm);
  for (const [at, other] of others.entries()) {
    const { policy, ...rest } = other;
    const rate = file === "identical.yaml" && at === 1 ? 0.000_303 : 0.0003;
    expect({ ...rest, training: { ...rest.training, optimizer: first.training.optimizer } }).toEqual(first);
    expect([policy, rest.training.optimizer.learningRate]).toEqual([file === "warm-start.yaml" ? { warmStart: null } : undefined, rate]);
  }
});
