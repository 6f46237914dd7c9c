import { createSchema } from "@gradus/api/schema";
import { isEnumType, isInputObjectType, isInterfaceType, isObjectType } from "graphql";
import type { GraphQLArgument } from "graphql";
import { expect, test } from "vitest";

const schema = createSchema();
const ours = Object.values(schema.getTypeMap()).filter(
  ({ name }) => !name.startsWith("__") && !["String", "Int", "Float", "Boolean", "ID"].includes(name),
);

test("every type, field, argument and enum value of the schema is described", () => {
  const bare = ours.flatMap((type) => {
    const own = type.description || ["Query", "Mutation", "Subscription"].includes(type.name) ? [] : [type.name];
    if (isEnumType(type))
      return [...own, ...type.getValues().flatMap((value) => (value.description ? [] : [`${type.name}.${value.name}`]))];
    if (!isObjectType(type) && !isInterfaceType(type) && !isInputObjectType(type)) return own;
    const fields = Object.values(type.getFields()).flatMap((field) => {
      // A mutation's one input explains itself by its type.
      const args: readonly GraphQLArgument[] =
        "args" in field ? (field.args as readonly GraphQLArgument[]).filter((arg) => arg.name !== "input") : [];
      return [
        ...(field.description ? [] : [`${type.name}.${field.name}`]),
        ...args.flatMap((arg) => (arg.description ? [] : [`${type.name}.${field.name}(${arg.name})`])),
      ];
    });
    return [...own, ...fields];
  });
  expect(bare).toEqual([]);
});

test("every mutation answers with ok and error, and every connection has pages", () => {
  for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) expect(String(field.type)).toMatch(/^\w+Result!$/);
  for (const type of ours) {
    if (isObjectType(type) && type.name.endsWith("Result") && type.name !== "EvaluationResult" && type.name !== "TestResult")
      expect(Object.keys(type.getFields())).toEqual(expect.arrayContaining(["ok", "error"]));
    if (isObjectType(type) && type.name.endsWith("Connection"))
      expect(Object.keys(type.getFields())).toEqual(expect.arrayContaining(["edges", "nodes", "pageInfo"]));
  }
});

test("every query, mutation and subscription has a resolver", () => {
  for (const root of [schema.getQueryType(), schema.getMutationType()]) {
    for (const [name, field] of Object.entries(root?.getFields() ?? {})) expect([name, typeof field.resolve]).toEqual([name, "function"]);
  }
  for (const [name, field] of Object.entries(schema.getSubscriptionType()?.getFields() ?? {}))
    expect([name, typeof field.subscribe]).toEqual([name, "function"]);
});
