// Owns: POST /node/v1/<operation>: the RolloutSink for nodes without the database, and their blobs below the same path (ADR 0008).
// Must not know: what an operation does, SQL.
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { constants, createGzip } from "node:zlib";
import type { RolloutSink, StreamingBlobStore } from "@gradus/domain";
import { isNodeOperation, LISTED_MEMBER, NODE_ARGUMENTS, NODE_WIRE_VERSION, refusalCodeOf } from "@gradus/domain/node-wire";
import type { AnswerHead } from "@gradus/domain/node-wire";
import express, { Router } from "express";
import type { Request, Response } from "express";
import { blobRoutes } from "./blob-routes.ts";
import { nodeKeyGuard } from "./node-key.ts";

/** Bytes of a request's body once unpacked: one long rollout fits, and a node splits what is more than a few of them. */
export const MAX_NODE_BODY_BYTES = 64 << 20;

const STATUS = { STALE_LEASE: 409, MISSING_ROW: 404, CONFIGURATION: 422 } as const;

export function nodeRoutes(sink: RolloutSink, blobs: StreamingBlobStore, key: string | undefined): Router {
  const routes = Router();
  const versioned = Router();
  versioned.use(nodeKeyGuard(key), blobRoutes(blobs));
  versioned.post("/:operation", express.json({ limit: MAX_NODE_BODY_BYTES }), async (request, response) => {
    const { operation } = request.params;
    if (!isNodeOperation(operation)) return refuse(response, 404, "CONFIGURATION", `this API knows no operation ${operation} of nodes`);
    const { data, error: invalid } = NODE_ARGUMENTS[operation].safeParse(request.body);
    if (invalid !== undefined) {
      const [issue] = invalid.issues;
      return refuse(response, 422, "CONFIGURATION", `${operation} ${issue?.path.join(".")}: ${issue?.message}`);
    }
    try {
      const act = sink[operation] as (...args: readonly unknown[]) => Promise<object | void>;
      await answer(request, response, (await act(...data)) ?? null, LISTED_MEMBER[operation]);
    } catch (error) {
      // Tolerates refusals, which are told as what they are. Anything else is this server's failure, and the node tries again.
      const code = refusalCodeOf(error);
      if (code === null) throw error;
      refuse(response, STATUS[code], code, (error as Error).message);
    }
  });
  // A path of another version is a node of another Gradus: told as what no retry mends.
  versioned.use((_request, response) => refuse(response, 404, "CONFIGURATION", "this API has no such path for nodes"));
  routes.use(`/node/${NODE_WIRE_VERSION}`, versioned);
  routes.use("/node", (_request, response) =>
    refuse(response, 404, "CONFIGURATION", `this API speaks ${NODE_WIRE_VERSION} with its nodes: run the same Gradus on both`),
  );
  return routes;
}

function refuse(response: Response, status: number, code: keyof typeof STATUS, message: string): void {
  response.status(status).json({ code, error: message });
}

/** JSON lines: the head, then the listed member's items, so that neither side ever holds a step's tokens as one text. */
async function answer(request: Request, response: Response, result: object | null, listed: string | undefined): Promise<void> {
  const { [listed ?? ""]: items = [], ...rest } = (result ?? {}) as Record<string, unknown>;
  const rows = items as readonly unknown[];
  const head: AnswerHead = { result: result === null ? null : rest, listed: rows.length };
  response.type("application/x-ndjson");
  if (rows.length === 0) return void response.send(`${JSON.stringify(head)}\n`);
  const lines = Readable.from(linesOf(head, rows));
  try {
    if (request.acceptsEncodings("gzip") === false) await pipeline(lines, response);
    else {
      response.setHeader("Content-Encoding", "gzip");
      await pipeline(lines, createGzip({ level: constants.Z_BEST_SPEED }), response);
    }
  } catch (error) {
    // Tolerates a node that went away while it was answered: it will ask again.
    if (!(error instanceof Error && "code" in error && error.code === "ERR_STREAM_PREMATURE_CLOSE")) throw error;
  }
}

function* linesOf(head: AnswerHead, rows: readonly unknown[]): Generator<string> {
  yield `${JSON.stringify(head)}\n`;
  for (const row of rows) yield `${JSON.stringify(row)}\n`;
}
