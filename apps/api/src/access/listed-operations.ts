// Owns: letting only operations be executed that were listed beforehand. Must not know: what they ask.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { GraphQLError, parse, print, stripIgnoredCharacters } from "graphql";
import { z } from "zod";

/** https://www.apollographql.com/docs/react/data/persisted-queries: what client tools write. */
const Manifest = z.object({
  format: z.literal("apollo-persisted-query-manifest"),
  version: z.literal(1),
  operations: z.array(z.object({ id: z.string().min(1), body: z.string().min(1) })),
});

export interface ListedOperations {
  /** The text of a listed operation's id; what clients may send instead of it. */
  textOf(id: string): string | undefined;
  /** Whether this text is one of the list: spaces, commas and comments do not matter. */
  has(text: string): boolean;
}

/** SHA-256 of the document in its one printed form. */
export function operationHash(text: string): string {
  return createHash("sha256")
    .update(stripIgnoredCharacters(print(parse(text))))
    .digest("hex");
}

/** @throws Error that says what is wrong with the file */
export function readListedOperations(path: string): ListedOperations {
  return listOperations(JSON.parse(readFileSync(path, "utf8")));
}

/** @throws ZodError, GraphQLError for a text that is none */
export function listOperations(manifest: unknown): ListedOperations {
  const { operations } = Manifest.parse(manifest);
  const byId = new Map(operations.map(({ id, body }) => [id, body]));
  const hashes = new Set(operations.map(({ body }) => operationHash(body)));
  return {
    textOf: (id) => byId.get(id),
    has(text) {
      try {
        return hashes.has(operationHash(text));
      } catch {
        // Tolerates any text a client sends: what does not parse is not listed.
        return false;
      }
    },
  };
}

/** @throws GraphQLError OPERATION_NOT_LISTED; null: everything is let through */
export function requireListed(listed: ListedOperations | null, text: string): void {
  if (listed !== null && !listed.has(text))
    throw new GraphQLError("this server executes only operations that were listed beforehand", {
      extensions: { code: "OPERATION_NOT_LISTED" },
    });
}
