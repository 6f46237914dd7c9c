// Owns: every operation that the page and the command line are generated with, as text that a server can be asked. Must not know: what is asserted of them.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Kind, parse, print, visit } from "graphql";
import type { DocumentNode, FragmentDefinitionNode, OperationDefinitionNode } from "graphql";

export interface ClientDocument {
  /** `web Experiments`. */
  readonly name: string;
  readonly kind: "query" | "mutation" | "subscription";
  /** With the fragments it needs. */
  readonly text: string;
}

const root = fileURLToPath(new URL("../../../apps", import.meta.url));

const filesOf = (folder: string, end: RegExp): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => end.test(file) && !file.includes("generated"))
    .map((file) => readFileSync(join(root, folder, file), "utf8"));

/** The page's documents stand in its sources as graphql(`...`), marked for codegen; the command line's are files. */
function sourcesOf(client: "web" | "cli"): string[] {
  if (client === "cli") return filesOf("cli/src/client", /\.graphql$/);
  return filesOf("web/src", /\.tsx?$/).flatMap((text) =>
    [...text.matchAll(/graphql\(\s*(?:\/\* GraphQL \*\/\s*)?`([^`]+)`/g)].map(([, source = ""]) => source),
  );
}

export function clientDocuments(client: "web" | "cli"): ClientDocument[] {
  const definitions = sourcesOf(client).flatMap((source) => parse(source).definitions);
  const fragments = new Map(
    definitions.filter((one): one is FragmentDefinitionNode => one.kind === Kind.FRAGMENT_DEFINITION).map((one) => [one.name.value, one]),
  );
  return definitions
    .filter((one): one is OperationDefinitionNode => one.kind === Kind.OPERATION_DEFINITION)
    .map((operation) => {
      const needed = new Set<string>();
      const follow = (node: OperationDefinitionNode | FragmentDefinitionNode): void =>
        void visit(node, {
          FragmentSpread({ name: { value } }) {
            const fragment = fragments.get(value);
            if (fragment === undefined || needed.has(value)) return;
            needed.add(value);
            follow(fragment);
          },
        });
      follow(operation);
      const document: DocumentNode = {
        kind: Kind.DOCUMENT,
        definitions: [operation, ...[...needed].flatMap((name) => fragments.get(name) ?? [])],
      };
      return { name: `${client} ${operation.name?.value}`, kind: operation.operation, text: print(document) };
    });
}
