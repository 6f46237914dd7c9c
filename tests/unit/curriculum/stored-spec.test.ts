// Proves: a sampler that has another name now is refused under the old one where it is written anew, and read under it where it is stored.
import { expect, test } from "vitest";
import { resolveExperiment } from "@gradus/api/commands/resolve-experiment";
import { CurriculumSpec } from "@gradus/domain/curriculum/curriculum-spec";
import { resolveCurriculum } from "@gradus/domain/curriculum/presets";
import { SAMPLERS } from "@gradus/domain/curriculum/registry";
import { readStoredExperiment, readStoredRun } from "@gradus/domain/stored-spec";

const written =
  "{ name: x, seeds: [1], arms: [{ name: a, curriculum: { sampler: { kind: learnable-kinds } } }, { name: b, curriculum: azr }] }";

const withOldName = (value: unknown): unknown => JSON.parse(JSON.stringify(value).replaceAll('"learnable-kinds"', '"azr"')) as unknown;

/** As they were stored when the sampler was called otherwise. */
const asStored = (): { readonly specification: unknown; readonly configurations: unknown[] } => {
  const { specification, arms } = resolveExperiment(written);
  return { specification: withOldName(specification), configurations: arms.map(({ configuration }) => withOldName(configuration)) };
};

test("no present name of a sampler is another one's former name", () => {
  const kinds = SAMPLERS.map(({ kind }) => kind);
  expect(SAMPLERS.filter(({ formerly }) => formerly !== undefined && kinds.includes(formerly))).toEqual([]);
});

test("a file that says the former name is told the field and the present name", () => {
  const { error } = CurriculumSpec.safeParse({ sampler: { kind: "azr", propose: 1 } });
  expect(error?.issues).toMatchObject([{ path: ["sampler", "kind"], message: "'learnable-kinds': that is what 'azr' is called now" }]);
  expect(() => resolveExperiment(written.replace("learnable-kinds", "azr"))).toThrow(
    expect.objectContaining({
      fields: [
        {
          path: "arms[0].curriculum.sampler.kind",
          value: "azr",
          expected: "'learnable-kinds': that is what 'azr' is called now",
        },
      ],
    }),
  );
  // A name that never was one is told as before, and the preset is another thing.
  expect(CurriculumSpec.safeParse({ sampler: { kind: "nothing" } }).error?.issues[0]?.message).toContain("'uniform' | 'staged'");
  expect(resolveCurriculum("azr")).toMatchObject({ sampler: { kind: "uniform" }, proposals: {} });
});

test("what was stored under the former name is read as what it is called now, and presets stay", () => {
  const { specification, configurations } = asStored();
  expect(JSON.stringify(specification)).toContain('"kind":"azr"');
  expect(readStoredExperiment(specification)).toEqual(resolveExperiment(written).specification);
  expect(configurations.map(readStoredRun)).toEqual(resolveExperiment(written).arms.map(({ configuration }) => configuration));
  expect(() => readStoredExperiment({ name: "x" })).toThrow();
  expect(() => readStoredRun({})).toThrow();
});
