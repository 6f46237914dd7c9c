// Owns: the executable schema: schema.graphql with the resolvers and scalars. Must not know: transports.
import { readFileSync } from "node:fs";
import { makeExecutableSchema } from "@graphql-tools/schema";
import { Kind, parse } from "graphql";
import type { GraphQLSchema } from "graphql";
import { guardRoots, ROOT_RULES } from "./access/guard-roots.ts";
import type { RootRules } from "./access/guard-roots.ts";
import { resolvers } from "./resolvers/index.ts";
import { scalars } from "./scalars.ts";

const typeDefs = parse(readFileSync(new URL("../../../schema.graphql", import.meta.url), "utf8"));

/** `rules`: other ones than ours, for whoever shows that each of ours is needed. */
export function createSchema(rules: RootRules = ROOT_RULES): GraphQLSchema {
  const schema = makeExecutableSchema({
    typeDefs,
    resolvers: { ...guardRoots(resolvers, rules), ...scalars },
    resolverValidationOptions: { requireResolversToMatchSchema: "error" },
  });
  // A scalar's implementation replaces its definition, description included.
  for (const definition of typeDefs.definitions) {
    if (definition.kind !== Kind.SCALAR_TYPE_DEFINITION) continue;
    const type = schema.getType(definition.name.value);
    if (type !== undefined) type.description = definition.description?.value;
  }
  return schema;
}
