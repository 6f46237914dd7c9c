// Proves: what the client of an OpenAI-compatible server makes of servers as they are: busy, broken, silent, strict, and strange.
import { ModelEndpoint } from "@gradus/domain";
import { RequestRejected } from "@gradus/worker/teacher/language-model";
import { openaiModel, takeModelKeys } from "@gradus/worker/teacher/openai-model";
import { expect, test } from "vitest";
import { startOpenaiServer } from "../../testkit/synthesis/openai-server.ts";
import type { ChatReply } from "../../testkit/synthesis/openai-server.ts";

const KEY = "sk-a-secret-of-nobody";
const ASK = { messages: [{ role: "user", content: "Say something." }], seed: 7 } as const;
const endpoint = (over: object): ModelEndpoint =>
  ModelEndpoint.parse({ kind: "endpoint", model: "some-model", timeoutMs: 30_000, ...over });

/** Asks a server that answers so, one reply after the other, and the last one for good. */
async function askOf(replies: readonly ChatReply[], over: object = {}) {
  await using server = await startOpenaiServer({ reply: (_, nth) => replies[Math.min(nth, replies.length - 1)] as ChatReply });
  const answer = openaiModel(endpoint({ url: server.url, ...over }), new Map()).ask(ASK);
  const settled = await answer.then(
    (value) => ({ value, error: null }),
    (error: unknown) => ({ value: null, error }),
  );
  return { ...settled, requests: server.requests };
}

test("settings, seed and reasoning effort go over the wire, and tokens come back", async () => {
  const { value, requests } = await askOf([{ text: "something", reasoning: "hmm, well" }], {
    temperature: 0.5,
    reasoningEffort: "high",
    maxTokens: 99,
  });
  expect(value).toEqual({
    text: "something",
    reasoning: "hmm, well",
    finishReason: "stop",
    promptTokens: 4,
    completionTokens: 3,
    reasoningTokens: 3,
    tries: 1,
  });
  expect(requests).toEqual([
    {
      model: "some-model",
      temperature: 0.5,
      max_tokens: 99,
      reasoning_effort: "high",
      messages: ASK.messages,
      seed: 7,
      stream: false,
    },
  ]);
  const [hosted] = (await askOf([{ text: "x" }], { maxTokensField: "max_completion_tokens", maxTokens: 9, topP: 0.9 })).requests;
  expect(hosted).toMatchObject({ max_completion_tokens: 9, top_p: 0.9 });
  expect(hosted).not.toHaveProperty("max_tokens");
  expect((await askOf([{ text: "x" }], { sendSeed: false })).requests[0]).not.toHaveProperty("seed");
});

test("a busy or broken server is asked again: 429 with Retry-After, 500, a reset connection, silence, an answer that never ends", async () => {
  for (const first of [
    { status: 429, headers: { "retry-after-ms": "20" } },
    { status: 500 },
    { status: 503, headers: { "retry-after": "0.02" } },
    { hang: "reset" },
    { hang: "nothing" },
    { hang: "headers" },
  ] satisfies ChatReply[]) {
    // Long enough for a busy machine to answer the second request.
    const { value, error, requests } = await askOf([first, { text: "at last" }], "hang" in first ? { timeoutMs: 3_000 } : {});
    expect(error, JSON.stringify(first)).toBeNull();
    expect(value).toMatchObject({ text: "at last", tries: 2 });
    expect(requests).toHaveLength(2);
  }
});

test("what stays broken is an error that a later try may mend, after as many requests as were allowed", async () => {
  const { error, requests } = await askOf([{ status: 500, message: "overloaded" }], { maxTries: 2 });
  expect(error).not.toBeInstanceOf(RequestRejected);
  expect(String(error)).toMatch(/some-model at .* after 2 requests: .*overloaded/);
  expect(requests).toHaveLength(2);
  expect(String((await askOf([{ raw: "<html>", type: "text/html" }], { maxTries: 1 })).error)).toContain("not with a chat completion");
});

test("a request that the server rejects is a fact of that request, and not sent again", async () => {
  const { error, requests } = await askOf([{ status: 400, message: "the prompt is too long" }]);
  expect(error).toBeInstanceOf(RequestRejected);
  expect(error).toMatchObject({ message: expect.stringContaining("the prompt is too long"), tries: 1 });
  expect(requests).toHaveLength(1);
});

test("a reply without choices, content or usage is an empty reply, not a crash", async () => {
  const empty = { text: "", promptTokens: null };
  expect((await askOf([{ raw: '{"choices":[]}' }])).value).toMatchObject({ ...empty, finishReason: "unknown" });
  expect((await askOf([{ raw: '{"choices":[{"message":{"content":null},"finish_reason":"stop"}]}' }])).value).toMatchObject(empty);
});

test("a key goes to the address beside it, leaves the environment, and is in no error", async () => {
  await using server = await startOpenaiServer({ key: KEY, reply: () => ({ text: "welcome" }) });
  const env: NodeJS.ProcessEnv = {
    GRADUS_MODEL_KEY_MINE: KEY,
    GRADUS_MODEL_URL_MINE: server.url,
    GRADUS_MODEL_KEY_OLD: "sk-old",
    GRADUS_MODEL_URL_OLD: server.url,
  };
  const keys = takeModelKeys(env);
  expect(Object.keys(env)).toEqual(["GRADUS_MODEL_URL_MINE", "GRADUS_MODEL_URL_OLD"]);
  const mine = openaiModel(endpoint({ key: "MINE" }), keys);
  expect(await mine.ask(ASK)).toMatchObject({ text: "welcome" });
  expect(JSON.stringify(mine.settings)).not.toContain(KEY);
  const refused = await openaiModel(endpoint({ key: "OLD" }), keys)
    .ask(ASK)
    .catch(String);
  expect(refused).toMatch(/ConfigurationError: .* refuses the key for some-model/);
  expect(refused).not.toContain("sk-old");
  expect(() => openaiModel(endpoint({ key: "NONE" }), keys)).toThrow("GRADUS_MODEL_KEY_NONE");
  expect(() => takeModelKeys({ GRADUS_MODEL_KEY_LONE: "x" })).toThrow("GRADUS_MODEL_URL_LONE");
  // A file cannot name an address for a key.
  expect(() => endpoint({ key: "MINE", url: "http://elsewhere.example/v1" })).toThrow("exactly one of url and key");
});
