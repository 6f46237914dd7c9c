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

const written = (environment: EnvironmentName, passes: number, at: number, chain?: { chain: string; rung: number }) => {
  const content = {
    environment,
    message: `${environment} ${passes} ${at}`,
    entryPoint: "f",
    reference: "def f(x):\n return x\n",
    tests: [{ kind: "call" as const, args: "1", expected: "1" }],
    visibleTests: 1,
  };
  const passRate = { passes, attempts: 32 };
  const origin = { teacher: "test", ...chain };
  const [split, bucket] = ["TRAIN" as const, bucketOf(passRate)];
  return { ...content, contentHash: contentHash(content), astHash: `${passes} ${at}`, origin, operations: [], split, passRate, bucket };
};

beforeAll(async () => {
  world = await startDatabaseWorld();
  api = await startTestApi(world.database);
  const lines = (await readFile(example("quickstart/problems.jsonl"), "utf8")).trim().split("\n");
  const quickstart = lines.map((line) => JSON.parse(line) as Omit<Problem, "id">);
  const chains = Array.from({ length: 5 }, (_, at) =>
    [28, 16, 3].map((passes, rung) => written("INDUCTION", passes, at, { chain: `c${at}`, rung })),
  );
  const loose = Array.from({ length: 5 }, (_, at) => [28, 16, 3].map((passes) => written("INDUCTION", passes, 100 + at)));
  const environments = (["INDUCTION", "ABDUCTION", "DEDUCTION", "FUZZING"] as const).flatMap((environment) =>
    Array.from({ length: environment === "INDUCTION" ? 160 : 40 }, (_, at) => written(environment, 16, at)),
  );
  const freeze = (name: string, problems: readonly Omit<Problem, "id">[]) =>
    freezeProblemSet(world.database.sql, "default", name, problems);
  sets = {
    "file: ../quickstart/problems.jsonl": await freeze("quickstart", quickstart),
    "set: a-set-with-chains": await freeze("chains", [...chains.flat(), ...loose.flat()]),
    "set: a-set-of-four-environments": await freeze("environments", environments),
  };
});
afterAll(async () => {
  await api.close();
  await world.close();
});

const VALIDATE = `mutation ($source: String!) { validateExperiment(source: $source) { ok error { message fields { path expected } } runCount specification
  selections { arm problems note } } }`;

const files = (await readdir(example("paper"))).filter((file) => file.endsWith(".yaml"));

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
