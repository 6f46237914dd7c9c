// Proves: every file of examples/paper is accepted at each of its scales, with the problems that its arms select there to be had.
import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Problem } from "@gradus/domain";
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

async function problemsOf(file: string): Promise<Omit<Problem, "id">[]> {
  const lines = (await readFile(example(file), "utf8")).trim().split("\n");
  return lines.map((line) => JSON.parse(line) as Omit<Problem, "id">);
}

beforeAll(async () => {
  world = await startDatabaseWorld();
  api = await startTestApi(world.database);
  const quickstart = await problemsOf("quickstart/problems.jsonl");
  const chains = await problemsOf("paper/chains.jsonl");
  const freeze = (name: string, problems: readonly Omit<Problem, "id">[]) =>
    freezeProblemSet(world.database.sql, "default", name, problems);
  sets = {
    "file: ../quickstart/problems.jsonl": await freeze("quickstart", quickstart),
    "file: chains.jsonl": await freeze("chains", chains),
    "file: environments.jsonl": await freeze("environments", await problemsOf("paper/environments.jsonl")),
    "file: augmentation.jsonl": await freeze("augmentation", await problemsOf("paper/augmentation.jsonl")),
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
/** Written by a teacher, not trained on. */
const SYNTHESES = ["yield-multi-turn.yaml", "yield-single-turn.yaml", "seeds-solutions.yaml"];
const files = (await readdir(example("paper"))).filter((file) => file.endsWith(".yaml") && ![...CONTROLS, ...SYNTHESES].includes(file));
/** Arms differ in how many problems they have, and that is what is compared. */
const OF_DIFFERENT_SIZES = ["augmentation.yaml"];
/** What is said of selections; of the others nothing. */
const NOTES: Readonly<Record<string, string>> = {
  "same-length": "of the problems of the chains 1 have none of the same length too",
};

/** The file as the client sends it, at one of its scales. */
async function sourceOf(file: string, scale: string): Promise<string> {
  const text = (await readFile(example(`paper/${file}`), "utf8"))
    .replace(/warmStart: .*safetensors/, `warmStart: sha256:${"0".repeat(64)}`)
    .replace(/^scale: .*$/m, `scale: ${scale}`);
  return Object.entries(sets).reduce((source, [inFile, id]) => source.replaceAll(inFile, `set: ${id}`), text);
}

test.each(files.flatMap((file) => ["laptop", "paper"].map((scale) => ({ file, scale }))))(
  "$file is accepted at scale $scale",
  async ({ file, scale }) => {
    const { validateExperiment: said } = await get(api.url, VALIDATE, { source: await sourceOf(file, scale) });
    expect(said).toMatchObject({
      ok: true,
      error: null,
      specification: { scale, training: { steps: scale === "paper" ? 40_000 : expect.any(Number) } },
    });
    expect(said.runCount).toBe(said.specification.arms.length * said.specification.seeds.length);
    // Arms that are compared train on as many problems.
    const sizes = new Set(said.selections.map(({ problems }: { problems: number }) => problems));
    if (!OF_DIFFERENT_SIZES.includes(file)) expect(sizes.size).toBeLessThanOrEqual(1);
    for (const { arm, note } of said.selections as { arm: string; note: string | null }[])
      expect([arm, note]).toEqual([arm, NOTES[arm.replace(/-(hard|soft|uniform)$/, "")] ?? null]);
  },
);

const VALIDATE_SYNTHESIS = `mutation ($source: String!) { validateSynthesis(source: $source) { ok error { message fields { path expected } } maxTeacherCalls } }`;

test.each(["laptop", "paper"])(
  "both sides of the yield study make as many teacher calls at scale %s, and the seeds study can be had",
  async (scale) => {
    const calls = [];
    for (const file of SYNTHESES) {
      // As the client writes it: an entry of `against` is the set's id itself.
      const source = (await sourceOf(file, scale)).replaceAll(/\{ set: ([^ ]+) \}/g, "$1");
      const { validateSynthesis: said } = await get(api.url, VALIDATE_SYNTHESIS, { source });
      expect([file, said]).toMatchObject([file, { ok: true, error: null }]);
      calls.push(said.maxTeacherCalls);
    }
    expect(calls[1]).toBe(calls[0]);
  },
);

test.each(CONTROLS)("%s is accepted, and its arms differ in what it says alone", async (file) => {
  const { validateExperiment: said } = await get(api.url, VALIDATE, { source: await sourceOf(file, "") });
  expect(said).toMatchObject({ ok: true, error: null, runCount: 3 * said.specification.arms.length });
  const [first, ...others] = said.specification.arms.map(({ name: _name, ...arm }: { name: string }) => arm);
  for (const [at, other] of others.entries()) {
    const { policy, ...rest } = other;
    const rate = file === "identical.yaml" && at === 1 ? 0.000_303 : 0.0003;
    expect({ ...rest, training: { ...rest.training, optimizer: first.training.optimizer } }).toEqual(first);
    expect([policy, rest.training.optimizer.learningRate]).toEqual([file === "warm-start.yaml" ? { warmStart: null } : undefined, rate]);
  }
});
