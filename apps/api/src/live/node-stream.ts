// Owns: the stream of worker nodes whose state has changed, silence included. Must not know: which subscription shows it, SQL.
import { SILENT_MS } from "@gradus/domain/node";
import { readChangedNodes } from "@gradus/prisma/reading/catalog-reader";
import { NODES } from "@gradus/prisma/training/node-store";
import type { ApiContext } from "../context.ts";
import { nodesCursor, nodesPlace } from "../cursor.ts";
import type { NodeHealthModel } from "../mappers.ts";
import { BATCH, followTail } from "./tail.ts";

/** A node that falls silent wakes nobody: it is looked for at the latest when a sleep ends by itself. @throws GraphQLError as nodesPlace does */
export async function nodeStream(
  { db, wake, share, epoch }: ApiContext,
  after: string | null | undefined,
): Promise<AsyncIterableIterator<NodeHealthModel>> {
  const storeEpoch = await epoch();
  return followTail(
    {
      async read(from, _heldMs, mark) {
        const { nodes, place } = await share(`nodes ${from.revision} ${from.atMs} ${mark}`, () =>
          readChangedNodes(db, from, SILENT_MS, BATCH),
        );
        const told = nodes.map(({ silent, ...node }) => (silent ? { ...node, alive: false } : node));
        return {
          items: told.length === 0 ? [] : [{ cursor: nodesCursor(storeEpoch, place), nodes: told }],
          upTo: place,
          more: nodes.filter(({ silent }) => !silent).length === BATCH,
        };
      },
      mark: () => wake.mark(),
      sleep: (mark, signal) => wake.sleep(mark, (id) => id === NODES, signal),
    },
    nodesPlace(storeEpoch, after),
  );
}
