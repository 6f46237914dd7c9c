// Proves: what each answer of a Tinker server that is no result comes to: asked again, the model is lost and its checkpoint is loaded, or a person is told
// what to change. The server is real, its answers are those that SkyRL was seen to give.
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { ConfigurationError } from "@gradus/domain";
import { ModelLost, TinkerConnection } from "@gradus/worker/policy/tinker/tinker-connection";
import type { TinkerConnectionOptions } from "@gradus/worker/policy/tinker/tinker-connection";
import { expect, test } from "vitest";

type Answer = { readonly status?: number; readonly body?: object; readonly text?: string } | "cut" | "silent";

/** Answers in order, the last one for good; a request that is promised is answered by `{ request_id }` first. */
async function serve(answers: readonly Answer[]): Promise<{ readonly url: string; readonly asked: string[] } & AsyncDisposable> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    request.resume();
    const answer = answers[Math.min(asked.length, answers.length - 1)] as Answer;
    asked.push((request.url ?? "").replace("/api/v1/", ""));
    if (answer === "cut") return void request.socket.destroy();
    if (answer === "silent") return;
    const { status = 200, body, text = JSON.stringify(body) } = answer;
    response.writeHead(status, { "content-type": "application/json" }).end(text);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const PROMISED = { body: { request_id: "4" } };
const DONE = { body: { path: "tinker://m/weights/w" } };

async function outcome(
  answers: readonly Answer[],
  repeatable: "repeatable" | "once" = "once",
  path = "optim_step",
  options: Partial<TinkerConnectionOptions> = {},
) {
  await using server = await serve(answers);
  const connection = new TinkerConnection({ url: server.url, patienceMs: 300, dialect: "json", ...options });
  const settled = await connection.result(path, { model_id: "m" }, repeatable).then(
    (value) => ({ value, error: null }),
    (error: unknown) => ({ value: null, error }),
  );
  return { ...settled, asked: server.asked };
}

test("a long poll that ran out is asked again, and so is a server or proxy that is away for a moment", async () => {
  const { value, asked } = await outcome([PROMISED, { status: 408, body: {} }, { body: { type: "try_again" } }, DONE]);
  expect(value).toEqual(DONE.body);
  expect(asked).toEqual(["optim_step", "retrieve_future", "retrieve_future", "retrieve_future"]);
  for (const status of [425, 429, 502, 503, 504]) {
    const again = await outcome([{ status, body: {} }, PROMISED, DONE]);
    expect([status, again.value]).toEqual([status, DONE.body]);
  }
});

test("work that takes longer than a question may be held is asked for again while the server says that it is there, and no longer", async () => {
  const { value, asked } = await outcome(
    [PROMISED, "silent", { body: { status: "ok" } }, "silent", { body: { status: "ok" } }, DONE],
    "once",
    "optim_step",
    {
      pollMs: 50,
      patienceMs: 5_000,
    },
  );
  expect(value).toEqual(DONE.body);
  expect(asked).toEqual(["optim_step", "retrieve_future", "healthz", "retrieve_future", "healthz", "retrieve_future"]);
  const gone = await outcome([PROMISED, "silent"], "once", "optim_step", { pollMs: 50 });
  expect(gone.error).not.toBeInstanceOf(ModelLost);
  expect(String(gone.error)).toContain("no engine answers at");
});

test("a result that broke off is fetched again; a change that may have been done is not sent again, for its model is lost", async () => {
  expect((await outcome([PROMISED, "cut", DONE])).value).toEqual(DONE.body);
  expect((await outcome(["cut", PROMISED, DONE], "repeatable")).value).toEqual(DONE.body);
  const { error, asked } = await outcome(["cut", PROMISED, DONE], "once");
  expect(error).toBeInstanceOf(ModelLost);
  expect(String(error)).toContain("whether it was done is not known");
  expect(asked).toHaveLength(1);
});

test.each([
  ["an id that is not known", [{ status: 404, body: { detail: "model m not found" } }]],
  ["a model that is not loaded any more, said at the result", [PROMISED, { status: 400, body: { detail: "Model m not loaded" } }]],
  ["the same as a result of its own", [PROMISED, { body: { error: "model not loaded", category: "user" } }]],
] as [string, Answer[]][])("%s: the checkpoint is loaded again", async (_, answers) => {
  expect((await outcome(answers)).error).toBeInstanceOf(ModelLost);
});

test.each([
  [
    "fields that it does not take",
    "optim_step",
    [{ status: 422, body: { detail: [{ loc: ["body"], msg: "Field required" }] } }],
    "Field required",
  ],
  [
    "a number that it refuses",
    "asample",
    [{ status: 400, body: { detail: "max_tokens must be positive" } }],
    "max_tokens must be positive",
  ],
  ["a rank that is too big", "create_model", [PROMISED, { status: 400, body: { detail: "LoRA rank 64 exceeds 8" } }], "rank 64 exceeds 8"],
  ["adapters that are all taken", "create_model", [PROMISED, { status: 400, body: { detail: "max_lora_adapters reached" } }], "--capacity"],
  ["the wrong key", "optim_step", [{ status: 401, text: "no" }], "GRADUS_TINKER_KEY must be the server's key"],
  ["more than it takes", "forward_backward", [{ status: 413, text: "too large" }], "Train fewer groups a step"],
] as [string, string, Answer[], string][])("%s: a person is told, and no retry is wasted", async (_, path, answers, words) => {
  const { error } = await outcome(answers, "once", path);
  expect(error).toBeInstanceOf(ConfigurationError);
  expect(String(error)).toContain(words);
});

test.each([
  ["a crash in words", [{ status: 500, text: "Internal Server Error" }], "Internal Server Error"],
  [
    "a name that is stuck after a failed save: the next one is another",
    [PROMISED, { status: 409, body: { detail: "name used" } }],
    "name used",
  ],
  ["no engine in time", [{ status: 503, text: "starting" }], "answers 503"],
  ["an answer that is none", [{ text: "<html>" }], "gave no request_id"],
] as [string, Answer[], string][])("%s: the stage fails and is tried again", async (_, answers, words) => {
  const { error } = await outcome(answers);
  expect(error).not.toBeInstanceOf(ConfigurationError);
  expect(error).not.toBeInstanceOf(ModelLost);
  expect(String(error)).toContain(words);
});

test("silence does not hold a caller that has been told to stop", async () => {
  await using server = await serve(["silent"]);
  const connection = new TinkerConnection({ url: server.url, patienceMs: 60_000, dialect: "json" });
  const stop = new AbortController();
  const waiting = connection.result("asample", {}, "repeatable", stop.signal);
  setTimeout(() => stop.abort(), 50);
  await expect(waiting).rejects.toThrow(/abort/i);
});
