// Owns: requests to a Tinker server: the key, patience, futures, and what an answer that is no result means. Must not know: models, tokens.
import { setTimeout as sleep } from "node:timers/promises";
import { ConfigurationError } from "@gradus/domain";
import { decodeSampled, decodeTrained, encodeTraining, PROTOBUF } from "../../tinker-wire/messages.ts";
import type { JsonSampled, JsonTrained, JsonTraining } from "../../tinker-wire/messages.ts";

export interface TinkerConnectionOptions {
  /** Of the server, such as http://10.0.0.7:8100, without /api/v1. */
  readonly url: string;
  readonly key?: string;
  /** How long nobody may answer before a request fails, in milliseconds. Default 60,000. */
  readonly patienceMs?: number;
  /** How long one question for a result may be held before it is asked again, in milliseconds. Default 240,000: Node's own fetch gives up after 300,000. */
  readonly pollMs?: number;
  /** Default: the server is asked once. */
  readonly dialect?: Dialect;
}

/** How training requests and the results of training and sampling are written: SkyRL up to 0.3.0 takes JSON alone, later ones and hosted servers protobuf alone. */
export type Dialect = "json" | "protobuf";

/** Whether a request that may have arrived can be sent again: only where doing it twice has the effect of once. */
export type Repeatable = "repeatable" | "once";

/** The server no longer has what the request was about, or nobody knows whether it was done: load the last checkpoint and do the step again. */
export class ModelLost extends Error {
  override readonly name = "ModelLost";
}

const TRAIN = "forward_backward";
const PATIENCE_MS = 60_000;
const POLL_MS = 240_000;
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 2_000;
/** A server, or its proxy, that is away or full for a moment. 425: a checkpoint that is not finished. */
const AWAY = new Set([425, 429, 502, 503, 504]);

/** Connections are kept alive and shared by Node's own fetch. */
export class TinkerConnection {
  readonly #base: string;
  /** Private, so that no inspection of this object shows it. */
  readonly #key: string | undefined;
  readonly #patienceMs: number;
  readonly #pollMs: number;
  #dialect: Promise<Dialect> | null;

  constructor({ url, key, patienceMs = PATIENCE_MS, pollMs = POLL_MS, dialect }: TinkerConnectionOptions) {
    this.#base = `${url.replace(/\/+$/, "")}/api/v1`;
    this.#key = key;
    this.#patienceMs = patienceMs;
    this.#pollMs = pollMs;
    this.#dialect = dialect === undefined ? null : Promise.resolve(dialect);
  }

  /** A call that answers at once. */
  async ask(path: string, body?: object, signal?: AbortSignal): Promise<Record<string, unknown>> {
    return this.#settled(path, await this.#send({ path, body }, "repeatable", signal));
  }

  /** Found by a request that asks for nothing: 415 says that its JSON was not even read. */
  async dialect(): Promise<Dialect> {
    this.#dialect ??= this.#send({ path: TRAIN, body: {} }, "repeatable").then(
      ({ status }) => (status === 415 ? "protobuf" : "json"),
      (error: unknown) => {
        this.#dialect = null;
        throw error;
      },
    );
    return this.#dialect;
  }

  /** A forward pass and, unless `forward_only`, the gradient. @throws as `result` does */
  async train(asked: JsonTraining, repeatable: Repeatable): Promise<JsonTrained> {
    if ((await this.dialect()) === "protobuf") {
      const trained = await this.#promised({ path: TRAIN, body: encodeTraining(asked), decode: decodeTrained }, repeatable);
      return trained as unknown as JsonTrained;
    }
    const { model_id: modelId, seq_id: seqId, forward_only: isForward, forward_backward_input: input } = asked;
    const body = { model_id: modelId, seq_id: seqId, [isForward ? "forward_input" : "forward_backward_input"]: input };
    return (await this.result(isForward ? "forward" : TRAIN, body, repeatable)) as unknown as JsonTrained;
  }

  /** @throws as `result` does */
  async sample(body: object, signal?: AbortSignal): Promise<JsonSampled> {
    const decode = (await this.dialect()) === "protobuf" ? { decode: decodeSampled } : {};
    return (await this.#promised({ path: "asample", body, ...decode }, "repeatable", signal)) as unknown as JsonSampled;
  }

  /**
   * A call that is promised: waits for its result.
   * @throws ModelLost, ConfigurationError; Error for what a retry may mend
   */
  async result(path: string, body: object, repeatable: Repeatable, signal?: AbortSignal): Promise<Record<string, unknown>> {
    return this.#promised({ path, body }, repeatable, signal);
  }

  async #promised({ path, body, decode }: Call, repeatable: Repeatable, signal?: AbortSignal): Promise<Record<string, unknown>> {
    const { request_id: id } = this.#settled(path, await this.#send({ path, body }, repeatable, signal));
    if (typeof id !== "string") throw new Error(`${this.#base}/${path} gave no request_id`);
    for (;;) {
      const answer = await this.#poll({ path: "retrieve_future", body: { request_id: id }, decode }, signal);
      const isPending = answer === null || answer.status === 408 || answer.body["type"] === "try_again";
      if (!isPending) return this.#settled(path, answer);
    }
  }

  /** Null: nothing yet, and the server is there. Work takes as long as it takes, and a server may hold the question as long. */
  async #poll(call: Call, signal: AbortSignal | undefined): Promise<Answer | null> {
    const isStopped = (): boolean => signal?.aborted === true;
    const hold = AbortSignal.timeout(this.#pollMs);
    try {
      return await this.#send(call, "repeatable", either(signal, hold));
    } catch (error) {
      // Only a question that was held too long.
      if (!hold.aborted || isStopped()) throw error;
    }
    const patience = AbortSignal.timeout(this.#patienceMs);
    try {
      // Whatever it answers: it is there.
      await this.#send({ path: "healthz" }, "repeatable", either(signal, patience));
      return null;
    } catch (error) {
      if (!patience.aborted || isStopped()) throw error;
      throw new Error(`no engine answers at ${this.#base} within ${this.#patienceMs / 1_000} s`, { cause: error });
    }
  }

  async #send(call: Call, repeatable: Repeatable, signal?: AbortSignal): Promise<Answer> {
    const { path } = call;
    const since = performance.now();
    for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
      signal?.throwIfAborted();
      const isLate = performance.now() - since > this.#patienceMs;
      try {
        const answer = await this.#sendOnce(call, signal);
        if (!AWAY.has(answer.status)) return answer;
        if (isLate) throw new Error(`${this.#base}/${path} answers ${answer.status} for ${this.#patienceMs / 1_000} s: ${answer.text}`);
      } catch (error) {
        // Tolerates a server that is away for a while; fetch says so with a TypeError.
        if (!(error instanceof TypeError)) throw error;
        const cause = error.cause instanceof Error ? error.cause : error;
        const code = "code" in cause ? String(cause.code) : "";
        // Refused: it never arrived. A long poll cut by a time limit is asked again.
        if (repeatable === "once" && code !== "ECONNREFUSED")
          throw new ModelLost(`the connection broke during ${path}, and whether it was done is not known: ${cause.message}`, {
            cause: error,
          });
        if (isLate) throw new Error(`no engine answers at ${this.#base}: ${cause.message || code}`, { cause: error });
      }
      await sleep(waitMs, undefined, signal === undefined ? {} : { signal });
    }
  }

  async #sendOnce({ path, body, decode }: Call, signal: AbortSignal | undefined): Promise<Answer> {
    const isBinary = body instanceof Uint8Array;
    const response = await fetch(`${this.#base}/${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: {
        ...(body !== undefined && { "content-type": isBinary ? PROTOBUF : "application/json" }),
        ...(decode !== undefined && { accept: `${PROTOBUF}, application/json` }),
        ...(this.#key !== undefined && { "x-api-key": this.#key }),
      },
      ...(body !== undefined && { body: isBinary ? body : JSON.stringify(body) }),
      ...(signal !== undefined && { signal }),
      // The key is for this server alone.
      redirect: "error",
    });
    if (decode !== undefined && response.headers.get("content-type")?.includes(PROTOBUF) === true)
      return { status: response.status, text: "", body: decode(await response.bytes()) as Readonly<Record<string, unknown>> };
    const text = await response.text();
    return { status: response.status, text, body: parsed(text) };
  }

  /** The body of a good answer. */
  #settled(path: string, { status, text, body }: Answer): Record<string, unknown> {
    const failure = status >= 400 ? detail(body, text) : typeof body["error"] === "string" ? body["error"] : null;
    if (failure === null) return body;
    const told = `the engine at ${this.#base} refuses ${path}: ${failure}`;
    if (status === 401 || status === 403) throw new ConfigurationError(`${told}. GRADUS_TINKER_KEY must be the server's key`);
    if (status === 404 || /not (loaded|found)/i.test(failure)) throw new ModelLost(told);
    if (status < 500 && /adapter/i.test(failure) && path === "create_model")
      throw new ConfigurationError(`${told}. Let its node hold fewer runs (gradus worker --capacity), or the server more adapters`);
    if (status === 413) throw new ConfigurationError(`${told}. Train fewer groups a step`);
    if (status === 400 || status === 422 || body["category"] === "user") throw new ConfigurationError(told);
    throw new Error(told);
  }
}

const either = (signal: AbortSignal | undefined, other: AbortSignal): AbortSignal =>
  signal === undefined ? other : AbortSignal.any([signal, other]);

interface Call {
  readonly path: string;
  /** Bytes are a protobuf message. */
  readonly body?: object | Uint8Array<ArrayBuffer> | undefined;
  /** Of a result that may come as protobuf. */
  readonly decode?: ((bytes: Uint8Array) => object) | undefined;
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly body: Readonly<Record<string, unknown>>;
}

function parsed(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    // Tolerates any server at the address: its text is shown as it is.
    return {};
  }
}

const detail = (body: Readonly<Record<string, unknown>>, text: string): string =>
  (body["detail"] === undefined ? text : typeof body["detail"] === "string" ? body["detail"] : JSON.stringify(body["detail"])).slice(
    0,
    500,
  );
