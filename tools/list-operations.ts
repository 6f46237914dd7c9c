// Owns: `npm run operations -- <file>`: writes the manifest of every operation that the page, `gradus` and the logging client send, for GRADUS_OPERATIONS.
import { writeFileSync } from "node:fs";
import { Kind, parse, print } from "graphql";
import type { DocumentNode } from "graphql";
import { operationHash } from "../apps/api/src/access/listed-operations.ts";
import * as ofCli from "../apps/cli/src/client/generated/operations.ts";
import { documents as ofClient } from "../apps/client/src/api.ts";
import * as ofPage from "../apps/web/src/generated/graphql.ts";

const [path] = process.argv.slice(2);
if (path === undefined) {
  console.error("usage: npm run operations -- <file>");
  process.exit(2);
}
const isDocument = (value: unknown): value is DocumentNode =>
  typeof value === "object" && value !== null && "kind" in value && value.kind === Kind.DOCUMENT;
const texts = [
  ...Object.values(ofPage).flatMap((value) => (value instanceof ofPage.TypedDocumentString ? [value.toString()] : [])),
  ...Object.values(ofCli).flatMap((value) => (isDocument(value) ? [print(value)] : [])),
  ...ofClient,
];
const operations = texts.flatMap((body) => {
  const operation = parse(body).definitions.find(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  if (operation?.kind !== Kind.OPERATION_DEFINITION) return [];
  return [{ id: operationHash(body), name: operation.name?.value ?? "", type: operation.operation, body }];
});
const unique = [...new Map(operations.map((one) => [one.id, one])).values()];
writeFileSync(path, `${JSON.stringify({ format: "apollo-persisted-query-manifest", version: 1, operations: unique }, null, 1)}\n`);
console.log(`${unique.length} operations in ${path}`);
