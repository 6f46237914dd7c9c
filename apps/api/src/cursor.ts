// Owns: the text of cursors: of streams (they carry the store epoch) and of lists (they carry the last row's sort key). Must not know: SQL.
import { GraphQLError } from "graphql";
import type { NodesPlace } from "@gradus/prisma/reading/catalog-reader";

/** `run`: position in one run's stream; `all`: position in the numbering across runs. */
export type StreamKind = "run" | "all";

const encode = (parts: readonly string[]): string => Buffer.from(JSON.stringify(parts)).toString("base64url");

function decode(cursor: string): readonly string[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
    if (Array.isArray(parts) && parts.every((part) => typeof part === "string")) return parts;
  } catch {
    // Tolerates any text a client may send: it is refused below.
  }
  throw badCursor("it is no cursor of this API");
}

const badCursor = (why: string): GraphQLError => new GraphQLError(`after: ${why}`, { extensions: { code: "BAD_USER_INPUT" } });

const expired = (): GraphQLError =>
  new GraphQLError("the cursor is older than the store: read again from the start", { extensions: { code: "CURSOR_EXPIRED" } });

/** A place in a stream, good for one store epoch. */
export const streamCursor = (kind: StreamKind, epoch: string, position: bigint): string => encode([kind, epoch, String(position)]);

/**
 * The position a stream cursor stands for; 0 for none.
 * @throws GraphQLError CURSOR_EXPIRED for another epoch, BAD_USER_INPUT for anything else
 */
export function streamPosition(kind: StreamKind, epoch: string, cursor: string | null | undefined): bigint {
  if (cursor === null || cursor === undefined) return 0n;
  const [given, ofEpoch, position] = decode(cursor);
  if (given !== kind || position === undefined || !/^\d{1,18}$/.test(position)) throw badCursor("it is the cursor of another stream");
  if (ofEpoch !== epoch) throw expired();
  return BigInt(position);
}

/** A place among the changes of worker nodes. */
export const nodesCursor = (epoch: string, { revision, atMs }: NodesPlace): string =>
  encode(["nodes", epoch, String(revision), String(atMs)]);

/** The place a cursor of `nodeHealth` stands for; before every node for none. @throws GraphQLError as streamPosition does */
export function nodesPlace(epoch: string, cursor: string | null | undefined): NodesPlace {
  if (cursor === null || cursor === undefined) return { revision: -1n, atMs: 0n };
  const [given, ofEpoch, ...numbers] = decode(cursor);
  const [revision = "", atMs = ""] = numbers;
  if (given !== "nodes" || !/^-?\d{1,18}$/.test(revision) || !/^\d{1,18}$/.test(atMs))
    throw badCursor("it is the cursor of another stream");
  if (ofEpoch !== epoch) throw expired();
  return { revision: BigInt(revision), atMs: BigInt(atMs) };
}

/** @throws GraphQLError CURSOR_EXPIRED where events after the position may have been taken away; from the beginning one reads what is left */
export function refuseBefore(floor: bigint, position: bigint): void {
  if (position > 0n && position < floor)
    throw new GraphQLError("events after the cursor were taken away: read again from the start", {
      extensions: { code: "CURSOR_EXPIRED" },
    });
}

/** A place in the list `list`: the sort key of its row, as texts. */
export const listCursor = (list: string, key: readonly string[]): string => encode([list, ...key]);

/** The sort key a list cursor stands for, null for none. @throws GraphQLError BAD_USER_INPUT */
export function listKey(list: string, cursor: string | null | undefined, length: number): readonly string[] | null {
  if (cursor === null || cursor === undefined) return null;
  const [given, ...key] = decode(cursor);
  if (given !== list || key.length !== length) throw badCursor("it is the cursor of another list");
  return key;
}
