// A real language model as teacher and student: SmolLM2 of 135 million parameters, served by llama.cpp on this machine. It is far too small to write a problem
// that is kept; what is shown is that a real model's words go all the way: prompts in full, its replies read strictly, each turn paid once, and every token told.
import { ModelEndpoint } from "@gradus/domain";
import { openaiModel } from "@gradus/worker/teacher/openai-model";
import { afterAll, beforeAll, expect, test } from "vitest";
import { synthesize } from "../testkit/synthesis/synthesis-answer.ts";
import type { SynthesisAnswer } from "../testkit/synthesis/synthesis-answer.ts";
import { startModelServer } from "../testkit/teacher/model-server.ts";
import type { ModelServer } from "../testkit/teacher/model-server.ts";
import { startWorld } from "../testkit/world.ts";
import type { World } from "../testkit/world.ts";

let server: ModelServer;
let world: World;
let url: string;
beforeAll(async () => {
  server = await startModelServer();
  world = await startWorld();
  [{ url }] = await Promise.all([world.startApi(), world.startWorker({ role: "control,sandbox" })]);
});
afterAll(async () => {
  await world?.close();
  await server?.close();
});

const endpoint = (over: object = {}) => ({
  kind: "endpoint",
  model: server.model,
  url: server.url,
  timeoutMs: 600_000,
  maxTries: 2,
  ...over,
});
const ask = (text: string, seed: number, over: object = {}) =>
  openaiModel(ModelEndpoint.parse(endpoint(over)), new Map()).ask({ messages: [{ role: "user", content: text }], seed });

test("a real model answers in words, the same for the same seed, as long as it may and no longer, and tells its tokens", async () => {
  const question = "Write a Python function that adds two numbers.";
  const answer = await ask(question, 7, { maxTokens: 60 });
  expect(answer.text.length).toBeGreaterThan(20);
  expect(answer.promptTokens).toBeGreaterThan(8);
  expect(answer.completionTokens).toBeGreaterThan(5);
  expect(answer.completionTokens).toBeLessThanOrEqual(60);
  expect(answer.tries).toBe(1);
  expect((await ask(question, 7, { maxTokens: 60 })).text).toBe(answer.text);
  expect((await ask(question, 8, { maxTokens: 60 })).text).not.toBe(answer.text);
  expect(await ask(question, 7, { maxTokens: 5 })).toMatchObject({ finishReason: "length", completionTokens: 5 });
  expect((await ask("What is the capital of France? Answer with one word.", 1, { maxTokens: 12, temperature: 0 })).text).toContain("Paris");
});

const file = (name: string) => ({
  name,
  seeds: { from: { kind: "snippets" }, count: 1 },
  teacher: endpoint({ maxTokens: 120, concurrency: 2, pricePerMillion: { prompt: 1, completion: 10 } }),
  student: endpoint({ maxTokens: 40, concurrency: 2 }),
  turns: 2,
  attempts: 2,
});
const totals = ({ usage }: SynthesisAnswer, of: "calls" | "cached" | "requests" | "promptTokens" | "completionTokens" | "cost"): number =>
  usage.reduce((sum, each) => sum + each[of], 0);

test("a synthesis with a real teacher runs to its end: every turn has its words and a verdict on them, and a second one asks for nothing anew", async () => {
  const made = await synthesize(url, file("real"));
  expect(made).toMatchObject({ status: "COMPLETED", cause: null, seedCount: 1, turnCount: 2 });
  for (const { call, rejection, passes } of made.turns.nodes) {
    expect(call?.model).toBe(server.model);
    expect(call?.reply?.length).toBeGreaterThan(0);
    expect(rejection !== null || passes !== null, "each turn is told why it is of no use, or is measured").toBe(true);
  }
  // What a turn was told of the one before it is in its prompt.
  expect(made.turns.nodes.filter(({ turn }) => turn === 2).every(({ request }) => request !== "FIRST")).toBe(true);
  expect(totals(made, "promptTokens")).toBeGreaterThan(2 * 300);
  expect(totals(made, "completionTokens")).toBeGreaterThan(2 * 10);
  expect(totals(made, "cost")).toBeGreaterThan(0);
  process.stderr.write(
    `rejections ${JSON.stringify(made.rejections)}, tokens ${totals(made, "promptTokens")} + ${totals(made, "completionTokens")}\n`,
  );
  const again = await synthesize(url, file("again"));
  expect(again.turns.nodes.map(({ call }) => call?.reply)).toEqual(made.turns.nodes.map(({ call }) => call?.reply));
  expect(totals(again, "requests")).toBe(0);
  expect(totals(again, "cost")).toBe(0);
});
