// Owns: that the quickstart's problems are what their recipe makes. Must not know: what they promise.
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { buildProblemSet } from "@gradus/worker/policy/build-problem-set";
import { createEmbeddedEngine } from "@gradus/worker/policy/embedded/embedded-engine";
import { createSandbox } from "@gradus/worker/sandbox/create-sandbox";

/** One in ten: every problem is drawn and checked, and so many are attempted 32 times again. */
const MEASURED = 80;
const quickstart = (file: string): string => fileURLToPath(new URL(`../../../examples/quickstart/${file}`, import.meta.url));

test("the first 80 checked-in problems are drawn, checked and measured again to the same lines", async () => {
  const kept = (await readFile(quickstart("problems.jsonl"), "utf8")).split("\n").slice(0, MEASURED);
  const [engine, sandbox] = [await createEmbeddedEngine({ threads: 1 }), await createSandbox()];
  await engine.loadState("warm-start", await readFile(quickstart("warm-start.safetensors")));
  const rebuilt = await buildProblemSet(engine, "warm-start", sandbox, { count: MEASURED });
  await Promise.all([engine.close(), sandbox.close()]);
  expect(rebuilt.map((problem) => JSON.stringify(problem))).toEqual(kept);
});
