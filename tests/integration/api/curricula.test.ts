// Curricula over the wire: what was used, what there is, and what one would draw.
import { afterAll, beforeAll, expect, test } from "vitest";
import { CURRICULUM_PRESETS } from "@gradus/domain/curriculum/presets";
import { paperPool, simulate } from "@gradus/domain/curriculum/simulation";
import { createSample } from "../../testkit/api/sample-experiment.ts";
import { get, startTestApi } from "../../testkit/api/test-api.ts";
import type { TestApi } from "../../testkit/api/test-api.ts";
import { startDatabaseWorld } from "../../testkit/world.ts";
import type { DatabaseWorld } from "../../testkit/world.ts";

let world: DatabaseWorld;
let api: TestApi;
let id: string;

beforeAll(async () => {
  world = await startDatabaseWorld();
  api = await startTestApi(world.database);
  ({ id } = await createSample(world.database, "curricula"));
});
afterAll(async () => {
  await api.close();
  await world.close();
});

test("lists the curricula that were used, with the arms and runs that used them, and those that may be named", async () => {
  const { curricula, curriculumPresets } = await get(
    api.url,
    "{ curricula { name version arms { name experiment { id } runs { id } } } curriculumPresets { name summary specification } }",
  );
  expect(curricula.map(({ name, version }: { name: string; version: number }) => `${name} v${version}`)).toEqual([
    "classic v1",
    "uniform v1",
  ]);
  for (const { name, arms } of curricula) {
    expect(arms).toMatchObject([{ name, experiment: { id } }]);
    expect(arms[0].runs).toHaveLength(2);
  }
  expect(curriculumPresets.map(({ name }: { name: string }) => name)).toEqual(Object.keys(CURRICULUM_PRESETS));
});

const SIMULATE = `query ($input: SimulateCurriculumInput!) { simulateCurriculum(input: $input) { ok error { message fields { path expected } }
  simulation { uniqueProblems problems warnings windows { fromStep toStep admitted rolloutsPerStep drawn { bucket value } passRate { bucket value } } } } }`;

test("simulates a preset and a curriculum of one's own as the domain does", async () => {
  const spec = CURRICULUM_PRESETS["classic"];
  if (spec === undefined) throw new Error("a preset");
  const sizes = { steps: 40, groupsPerStep: 4, groupSize: 8, seed: 3, windows: 5 };
  const known = simulate({ spec, ...sizes, problems: paperPool(64) });
  for (const source of ["classic", JSON.stringify(spec)]) {
    const { simulateCurriculum } = await get(api.url, SIMULATE, { input: { source, problems: 64, ...sizes } });
    expect(simulateCurriculum.error).toBeNull();
    expect(simulateCurriculum.simulation.uniqueProblems).toBe(known.uniqueProblems);
    const windows = simulateCurriculum.simulation.windows.map(({ drawn, ...window }: { drawn: { bucket: string; value: number }[] }) => ({
      ...window,
      drawn: Object.fromEntries(drawn.map(({ bucket, value }) => [bucket, value])),
    }));
    for (const [index, { fromStep, toStep, drawn, rolloutsPerStep }] of known.windows.entries())
      expect(windows[index]).toMatchObject({ fromStep, toStep, drawn, rolloutsPerStep });
  }
});

const told = async (input: object) => (await get(api.url, SIMULATE, { input })).simulateCurriculum;

test("says why something is no curriculum, too large, or cannot draw", async () => {
  expect(await told({ source: "clasic" })).toMatchObject({
    ok: false,
    simulation: null,
    error: { message: expect.stringContaining("clasic") },
  });
  expect(await told({ source: "sampler: { kind: schedul }" })).toMatchObject({ ok: false, error: { fields: [expect.anything()] } });
  expect(await told({ source: "uniform", problems: 0 })).toMatchObject({ ok: false, error: { fields: [{ path: "problems" }] } });
  expect(await told({ source: "uniform", steps: 10_000, groupsPerStep: 8 })).toMatchObject({ ok: false });
});
