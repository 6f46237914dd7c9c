// Owns: the Tinker API over HTTP: routes, the key, long polls, errors as statuses. Must not know: what a request does to a model.
import { createHash, randomUUID, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { ConfigurationError } from "@gradus/domain";
import express from "express";
import type { NextFunction, Request, Response } from "express";
import { ZodError } from "zod";
import type { z } from "zod";
import type { PolicyEngine } from "../policy/policy-engine.ts";
import { decodeTraining, encodeSampled, encodeTrained, PROTOBUF } from "../tinker-wire/messages.ts";
import type { JsonSampled, JsonTrained, JsonTraining } from "../tinker-wire/messages.ts";
import { Futures } from "./futures.ts";
import { Refusal } from "./refusal.ts";
import { requests } from "./requests.ts";
import { BASE_MODELS, ServedModels } from "./served-models.ts";

export interface EngineServerOptions {
  readonly engine: PolicyEngine;
  /** Where saved weights lie; a server started on the same folder finds them again. */
  readonly folder: string;
  readonly host?: string;
  /** 0: any free one. */
  readonly port?: number;
  /** Whoever sends it may do everything; needed for any host but loopback. */
  readonly key?: string;
  /** How long a client waits for a future before it is told to ask again, in milliseconds. */
  readonly longPollMs?: number;
  /** Vocabulary and hash of the engine's tokenizer, announced so that a client does not send other tokens. */
  readonly vocabulary: { readonly size: number; readonly hash: string };
}

export interface EngineServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Shorter than the 45 s for which the PyPI SDK waits. */
const LONG_POLL_MS = 30_000;
const LARGEST_BODY = "256mb";
const SESSIONS_EVERY_MS = 10_000;
const LOOPBACK = new Set(["127.0.0.1", "::1", "localhost"]);

/** Serves the engine, which stays the caller's to close. @throws Error for a public host without a key */
export async function serveEngine(options: EngineServerOptions): Promise<EngineServer> {
  const { engine, folder, host = "127.0.0.1", port = 0, key, longPollMs = LONG_POLL_MS, vocabulary } = options;
  if (key === undefined && !LOOPBACK.has(host)) throw new ConfigurationError(`listening on ${host} needs a key: set GRADUS_ENGINE_KEY`);
  const models = new ServedModels(engine, folder);
  const futures = new Futures();
  const { maxPromptTokens, maxCompletionTokens } = engine.capabilities;
  const api = express.Router();
  const on = <Schema extends z.ZodType>(path: string, schema: Schema, answer: (body: z.infer<Schema>) => unknown): void =>
    void api.post(path, async (request, response) => void response.json(await answer(schema.parse(request.body))));
  const promise = (work: Promise<unknown>, extra: object = {}): object => ({ request_id: futures.add(work), ...extra });

  api.get("/healthz", (_, response) => void response.json({ status: "ok" }));
  api.use((request, _, next) =>
    next(key === undefined || isKey(request, key) ? undefined : new Refusal(401, "the API key is missing or wrong")),
  );
  api.get(
    "/get_server_capabilities",
    (_, response) =>
      void response.json({
        supported_models: BASE_MODELS.map((name) => ({ model_name: name, max_context_length: maxPromptTokens + maxCompletionTokens })),
        gradus: {
          engine: engine.capabilities.engine,
          runtime: engine.capabilities.runtime,
          threads: engine.capabilities.threads,
          deterministic: engine.capabilities.deterministic,
          losses: engine.capabilities.losses,
          maxPromptTokens,
          maxCompletionTokens,
          vocabulary: vocabulary.size,
          vocabularyHash: vocabulary.hash,
          lossReduction: "sum",
        },
      }),
  );
  // No flags of ours: each client's own defaults. The PyPI SDK asks this before anything else.
  on("/client/config", requests.clientConfig, () => ({}));
  on("/create_session", requests.createSession, () => ({ type: "create_session", session_id: models.createSession() }));
  on("/session_heartbeat", requests.heartbeat, ({ session_id: id }) => {
    models.beat(id);
    return { type: "session_heartbeat" };
  });
  on("/create_sampling_session", requests.createSamplingSession, ({ session_id: id, ...source }) => ({
    type: "create_sampling_session",
    sampling_session_id: models.createSampler(id, source),
  }));
  on("/create_model", requests.createModel, ({ session_id: id, base_model: baseModel, lora_config: { seed } }) => {
    const { modelId, made } = models.create(id, baseModel, seed ?? 0);
    return promise(made, { model_id: modelId });
  });
  on("/unload_model", requests.ofModel, ({ model_id: id }) => promise(models.unload(id)));
  on("/get_info", requests.ofModel, ({ model_id: id }) => {
    const { baseModel } = models.model(id);
    return { type: "get_info", model_id: id, model_data: { base_model: baseModel, model_name: baseModel, arch: "gpt" } };
  });
  // The SDK wants a name for every sequence; nothing here refers to them later.
  on("/asample", requests.sample, (request) =>
    promise(models.sample(request), { sample_sequence_ids: Array.from({ length: request.num_samples }, () => randomUUID()) }),
  );
  api.post("/forward_backward", (request, response) => {
    const body: unknown = Buffer.isBuffer(request.body) ? messageIn(request.body) : request.body;
    const { model_id: id, forward_backward_input: input, forward_only: isForward } = requests.forwardBackward.parse(body);
    response.json(promise(models.train(id, input, !isForward)));
  });
  on("/forward", requests.forward, ({ model_id: id, forward_input: input }) => promise(models.train(id, input, false)));
  on("/optim_step", requests.optimStep, (request) => promise(models.optimStep(request)));
  on("/save_weights", requests.saveWeights, ({ model_id: id, path }) => promise(models.save(id, path)));
  on("/save_weights_for_sampler", requests.saveForSampler, ({ model_id: id, path }) => promise(models.saveForSampler(id, path ?? null)));
  on("/load_weights", requests.loadWeights, (request) => {
    const { modelId, loaded } = models.load(request);
    return promise(loaded, { model_id: modelId });
  });
  api.post("/retrieve_future", async (request, response) => {
    const { request_id: id } = requests.retrieve.parse(request.body);
    const outcome = await futures.outcomeOf(id, longPollMs);
    if (outcome === null) throw new Refusal(404, `there is no request ${id}; its answer is gone, or the server started anew`);
    if (outcome === "pending") return void response.status(408).json({ type: "try_again", request_id: id, queue_state: "active" });
    if ("value" in outcome) {
      const message = request.accepts(["application/json", PROTOBUF]) === PROTOBUF ? messageOf(outcome.value) : null;
      return void (message === null ? response.json(outcome.value) : response.type(PROTOBUF).send(Buffer.from(message)));
    }
    const { error } = outcome;
    response.json({ error: error.message, category: error instanceof Refusal ? "user" : "server" });
  });

  const app = express()
    .disable("x-powered-by")
    .use(express.json({ limit: LARGEST_BODY }), express.raw({ type: PROTOBUF, limit: LARGEST_BODY }))
    .use("/api/v1", api)
    .use(tellError);
  // A poll that waits must not be cut by the server's own idea of a slow request.
  const server = createServer({ requestTimeout: 0, keepAliveTimeout: 2 * longPollMs }, app);
  server.listen(port, host);
  await once(server, "listening");
  const sweep = setInterval(() => void models.endSilentSessions(performance.now()), SESSIONS_EVERY_MS).unref();
  const at = (server.address() as AddressInfo).port;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${at}`,
    async close() {
      clearInterval(sweep);
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** @throws Refusal 400 for bytes that are no such message, or one of more than this engine does */
function messageIn(bytes: Uint8Array): JsonTraining {
  try {
    return decodeTraining(bytes);
  } catch (error) {
    // The client hears what it sent.
    throw new Refusal(400, `forward_backward: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Results of training and sampling in the protobuf dialect; all others are JSON in both. */
function messageOf(value: unknown): Uint8Array | null {
  const { type } = value as { type?: string };
  if (type === "sample") return encodeSampled(value as JsonSampled);
  return type === "forward_backward" || type === "forward" ? encodeTrained(value as JsonTrained) : null;
}

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/** `X-API-Key` is what the SDK sends; a bearer token is taken as well. */
function isKey(request: Request, key: string): boolean {
  const sent = request.get("x-api-key") ?? request.get("authorization")?.replace(/^Bearer /, "") ?? "";
  return timingSafeEqual(digest(sent), digest(key));
}

/** The four parameters are how Express knows an error handler. */
function tellError(error: unknown, _request: Request, response: Response, _next: NextFunction): void {
  if (error instanceof Refusal) return void response.status(error.status).json({ detail: error.message });
  if (error instanceof ZodError)
    return void response.status(422).json({ detail: error.issues.map(({ path, message }) => ({ loc: path, msg: message })) });
  const status = typeof error === "object" && error !== null && "status" in error ? Number(error.status) : 500;
  response.status(status).json({ detail: error instanceof Error ? error.message : "internal error" });
}
