// Owns: the RolloutSink of a node without the database: every member is one request to the API, or a few where it is large.
// Must not know: what the API does with it (domain/src/node-wire.ts says what may be asked; ADR 0008).
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { RolloutSink } from "@gradus/domain";
import { LISTED_MEMBER } from "@gradus/domain/node-wire";
import type { AnswerHead, NodeOperation } from "@gradus/domain/node-wire";
import type { ApiConnection } from "./api-connection.ts";

/** Characters of rollouts sent at once; the API takes many times that of a single one. */
const BATCH_CHARACTERS = 4 << 20;
/** Smaller bodies are not worth packing. */
const PACK_FROM_CHARACTERS = 4_096;
/** A request that gets no answer in this time is sent again, in milliseconds. */
const ANSWER_WITHIN_MS = 60_000;

type Arguments<Operation extends NodeOperation> = Parameters<RolloutSink[Operation]>;
type Result<Operation extends NodeOperation> = Awaited<ReturnType<RolloutSink[Operation]>>;

export function httpSink(api: ApiConnection): RolloutSink {
  const call = async <Operation extends NodeOperation>(
    operation: Operation,
    args: Arguments<Operation>,
    patienceMs?: number,
  ): Promise<Result<Operation>> => {
    const text = JSON.stringify(args);
    const packed = text.length >= PACK_FROM_CHARACTERS;
    const headers = { "content-type": "application/json", ...(packed && { "content-encoding": "gzip" }) };
    const body = packed ? await pack(text, { level: 1 }) : text;
    const init = { method: "POST", headers, body };
    const read = (response: Response): Promise<Result<Operation>> => readAnswer(response, operation);
    return api.ask(`/${operation}`, () => ({ ...init, signal: AbortSignal.timeout(ANSWER_WITHIN_MS) }), read, patienceMs);
  };
  return {
    stageStarted: (...args) => call("stageStarted", args),
    stageEnded: (...args) => call("stageEnded", args),
    readGeneration: (...args) => call("readGeneration", args),
    async saveRollouts(batch) {
      for (const rollouts of inBatches(batch.rollouts)) await call("saveRollouts", [{ ...batch, rollouts }]);
    },
    readExecuting: (...args) => call("readExecuting", args),
    async saveExecutions(executed) {
      for (const some of inBatches(executed)) await call("saveExecutions", [some]);
    },
    readInitialPolicy: (...args) => call("readInitialPolicy", args),
    readUpdating: (...args) => call("readUpdating", args),
    commitPolicy: (...args) => call("commitPolicy", args),
    refuseUpdate: (...args) => call("refuseUpdate", args),
    addProvenance: (...args) => call("addProvenance", args),
    registerNode: (...args) => call("registerNode", args),
    // The next beat says the same, and a node that leaves waits for nobody.
    nodeSeen: (...args) => call("nodeSeen", args, 0),
    nodeDraining: (...args) => call("nodeDraining", args),
    nodeStopped: (...args) => call("nodeStopped", args, 0),
  };
}

const pack = promisify(gzip);

/** In order; one that is large by itself goes alone. */
function* inBatches<Row>(rows: readonly Row[]): Generator<Row[]> {
  let batch: Row[] = [];
  let characters = 0;
  for (const row of rows) {
    const length = JSON.stringify(row).length;
    if (batch.length > 0 && characters + length > BATCH_CHARACTERS) {
      yield batch;
      batch = [];
      characters = 0;
    }
    batch.push(row);
    characters += length;
  }
  if (batch.length > 0) yield batch;
}

/** The head, and the listed member's items a line each. */
async function readAnswer<Operation extends NodeOperation>(response: Response, operation: Operation): Promise<Result<Operation>> {
  if (response.body === null) throw new Error(`${operation}: the API answered without a body`);
  const values: unknown[] = [];
  for await (const line of linesOf(response.body)) values.push(JSON.parse(line));
  const [head, ...rows] = values as [AnswerHead?, ...unknown[]];
  // A cut answer is a connection that broke: asked again like any other.
  if (head === undefined || rows.length !== head.listed)
    throw new TypeError(`${operation}: ${rows.length} of ${head?.listed ?? "?"} lines came`);
  if (head.result === null) return undefined as Result<Operation>;
  const listed = LISTED_MEMBER[operation];
  return (listed === undefined ? head.result : { ...head.result, [listed]: rows }) as Result<Operation>;
}

/** Whole lines only. Unlike readline it passes on what breaks its source. */
async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let open: string[] = [];
  for await (const chunk of body) {
    const [first = "", ...others] = decoder.decode(chunk, { stream: true }).split("\n");
    open.push(first);
    for (const next of others) {
      yield open.join("");
      open = [next];
    }
  }
}
