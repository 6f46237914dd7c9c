// Owns: that a change which breaks clients of the API is a decision: the schema is held to the one that was last reviewed. Must not know: why it changes.
import { readFileSync } from "node:fs";
import { buildSchema, findBreakingChanges, isEnumType, isInputObjectType, isInterfaceType, isObjectType } from "graphql";
import type { GraphQLSchema } from "graphql";
import { expect, test } from "vitest";

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");
/** As released, or as a breaking change was last agreed to: then copied from schema.graphql (docs/architecture.md). */
const reviewed = read("./reviewed-schema.graphql");

/** `Type.field`, `Type.field(argument)`, `Enum.VALUE` of what is deprecated, with the reason. */
function deprecated(schema: GraphQLSchema): Map<string, string> {
  const found = new Map<string, string>();
  const note = (name: string, { deprecationReason }: { readonly deprecationReason?: string | null | undefined }): void => {
    if (deprecationReason != null) found.set(name, deprecationReason);
  };
  for (const type of Object.values(schema.getTypeMap())) {
    if (isEnumType(type)) for (const value of type.getValues()) note(`${type.name}.${value.name}`, value);
    if (isInputObjectType(type)) for (const field of Object.values(type.getFields())) note(`${type.name}.${field.name}`, field);
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      note(`${type.name}.${field.name}`, field);
      for (const arg of field.args) note(`${type.name}.${field.name}(${arg.name})`, arg);
    }
  }
  return found;
}

/** What clients of `from` would break on. What was deprecated there may go: that is what deprecating is for. */
function breaking(from: string, to: string): string[] {
  const [before, after] = [buildSchema(from), buildSchema(to)];
  const announced = [...deprecated(before).keys()].map((name) => name.replace(/\(.*/, ""));
  return findBreakingChanges(before, after)
    .filter(({ type, description }) => !(type === "FIELD_REMOVED" && announced.some((name) => description === `${name} was removed.`)))
    .map(({ type, description }) => `${type}: ${description}`);
}

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

test("a field may go once it was deprecated, and what is deprecated says what to use instead", () => {
  const announced = reviewed.replace(
    "curriculumPresets: [CurriculumPreset!]!",
    'curriculumPresets: [CurriculumPreset!]! @deprecated(reason: "use `nodes`")',
  );
  expect(announced).not.toBe(reviewed);
  expect(breaking(announced, announced.replace(/curriculumPresets: \[CurriculumPreset!\]! @deprecated\(.*\)/, "other: Int"))).toEqual([]);
  expect([...deprecated(buildSchema(announced))]).toEqual([["Query.curriculumPresets", "use `nodes`"]]);
  for (const [name, reason] of deprecated(buildSchema(read("../../../schema.graphql"))))
    expect([name, reason]).toEqual([name, expect.stringMatching(/^use `\w/)]);
});
