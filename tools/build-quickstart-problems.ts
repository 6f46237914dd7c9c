// Owns: writing examples/quickstart/problems.jsonl anew from the recipe and the checked-in warm start. A long test holds the file to it.
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { createEmbeddedEngine } from "../apps/worker/src/policy/embedded/embedded-engine.ts";
import { buildProblemSet } from "../apps/worker/src/policy/build-problem-set.ts";
import { createSandbox } from "../apps/worker/src/sandbox/create-sandbox.ts";

const quickstart = (file: string): string => fileURLToPath(new URL(`../examples/quickstart/${file}`, import.meta.url));
const engine = await createEmbeddedEngine({ threads: 1 });
const sandbox = await createSandbox();
await engine.loadState("warm-start", await readFile(quickstart("warm-start.safetensors")));
const problems = await buildProblemSet(engine, "warm-start", sandbox, {
  onProgress: (done, of) => done % 40 === 0 && console.error(`${done} of ${of} problems measured`),
});
await writeFile(quickstart("problems.jsonl"), problems.map((problem) => `${JSON.stringify(problem)}\n`).join(""));
console.log(
  JSON.stringify(
    Object.fromEntries(
      Map.groupBy(problems, ({ split, bucket }) => `${split} ${bucket ?? "none"}`)
        .entries()
        .map(([key, members]) => [key, members.length]),
    ),
  ),
);
await Promise.all([engine.close(), sandbox.close()]);
