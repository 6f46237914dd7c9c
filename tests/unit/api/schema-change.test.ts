// Owns: that a change which breaks clients of the API is a decision: the schema is held to the one that was last reviewed. Must not know: why it changes.
import { readFileSync } from "node:fs";
import { buildSchema, findBreakingChanges } from "graphql";
import { expect, test } from "vitest";

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");
/** As released, or as a breaking change was last agreed to: then copied from schema.graphql (docs/architecture.md). */
const reviewed = read("./reviewed-schema.graphql");

const breaking = (from: string, to: string): string[] =>
  findBreakingChanges(buildSchema(from), buildSchema(to)).map(({ type, description }) => `${type}: ${description}`);

/** Of a schema in which this text is replaced. */
const change = (text: string, by: string): string[] => {
  if (!reviewed.includes(text)) throw new Error(`the schema has no ${text}`);
  return breaking(reviewed, reviewed.replace(text, by));
};

test("no change of the schema breaks clients of the reviewed one", () => {
  expect(breaking(reviewed, read("../../../schema.graphql"))).toEqual([]);
});

test("a field that goes, an argument that is required and a type that changes are seen; what is added is not", () => {
  expect(change("curriculumPresets:", "presets:")).toEqual(["FIELD_REMOVED: Query.curriculumPresets was removed."]);
  expect(change("cancelRun(", 'cancelRun("More." sure: Boolean! ')).toEqual([expect.stringMatching(/^REQUIRED_ARG_ADDED/)]);
  expect(change("curriculumPresets: [CurriculumPreset!]!", "curriculumPresets: [CurriculumPreset]")).toEqual([
    expect.stringMatching(/^FIELD_CHANGED_KIND/),
  ]);
  expect(change("curriculumPresets: [CurriculumPreset!]!", "curriculumPresets: [CurriculumPreset!]! more: Int")).toEqual([]);
});
