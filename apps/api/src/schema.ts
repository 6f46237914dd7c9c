// Owns: the executable schema: schema.graphql with the resolvers and scalars. Must not know: transports.
import { readFileSync } from "node:fs";
import { makeExecutableSchema } from "@graphql-tools/schema";
import type { GraphQLSchema } from "graphql";
import { resolvers } from "./resolvers/index.ts";
import { scalars } from "./scalars.ts";

const typeDefs = readFileSync(new URL("../../../schema.graphql", import.meta.url), "utf8");

export const createSchema = (): GraphQLSchema =>
  makeExecutableSchema({
    typeDefs,
    resolvers: { ...resolvers, ...scalars },
    resolverValidationOptions: { requireResolversToMatchSchema: "error" },
  });
