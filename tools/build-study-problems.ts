// Owns: writing the measured problem sets and warm starts of examples/paper and examples/self-play anew from their recipes and the checked-in warm start.
//   node tools/build-study-problems.ts chains
//   node tools/build-study-problems.ts four-environments    (the warm start that answers all four)
//   node tools/build-study-problems.ts environments         (the set measured with it)
//   node tools/build-study-problems.ts self-play            (the warm start that writes problems, from that of the four)
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Problem } from "../domain/src/index.ts";
import { buildChains } from "../apps/worker/src/policy/build-chains.ts";
import { buildFourEnvironments, buildFourEnvironmentsWarmStart } from "../apps/worker/src/policy/build-four-environments.ts";
import { buildSelfPlayWarmStart } from "../apps/worker/src/policy/build-self-play.ts";
import { createEmbeddedEngine } from "../apps/worker/src/policy/embedded/embedded-engine.ts";
import { createSandbox } from "../apps/worker/src/sandbox/create-sandbox.ts";

const example = (file: string): string => fileURLToPath(new URL(`../examples/${file}`, import.meta.url));
const quickstart = (await readFile(example("quickstart/problems.jsonl"), "utf8"))
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Omit<Problem, "id">);

async function chains(): Promise<void> {
  const heldOut = quickstart.filter(({ split }) => split === "HELD_OUT");
  const problems = await buildChains(engine, "warm-start", sandbox, {
    loose: quickstart.filter(({ split }) => split === "TRAIN"),
    heldOutAsts: new Set(heldOut.map(({ astHash }) => astHash)),
    onProgress: (said) => console.error(said),
  });
  await write("paper/chains.jsonl", [...problems, ...heldOut]);
}

const fourEnvironments = example("paper/four-environments.safetensors");

async function warmStart(): Promise<void> {
  const bytes = await buildFourEnvironmentsWarmStart(await readFile(example("quickstart/warm-start.safetensors")), {
    onProgress: ({ step, steps, loss }) => step % 20 === 0 && console.error(`update ${step}/${steps}  loss ${loss.toFixed(3)}`),
  });
  await writeFile(fourEnvironments, bytes);
}

async function selfPlay(): Promise<void> {
  const bytes = await buildSelfPlayWarmStart(await readFile(fourEnvironments), {
    onProgress: ({ step, steps, loss }) => step % 20 === 0 && console.error(`update ${step}/${steps}  loss ${loss.toFixed(3)}`),
  });
  await writeFile(example("self-play/warm-start.safetensors"), bytes);
}

async function environments(): Promise<void> {
  await engine.loadState("four", await readFile(fourEnvironments));
  const problems = await buildFourEnvironments(engine, "four", sandbox, {
    induction: quickstart,
    onProgress: (said) => console.error(said),
  });
  await write("paper/environments.jsonl", problems);
}

async function write(file: string, problems: readonly Omit<Problem, "id">[]): Promise<void> {
  await writeFile(example(file), problems.map((problem) => `${JSON.stringify(problem)}\n`).join(""));
  const counts = Map.groupBy(problems, ({ split, environment, origin, bucket }) =>
    [split, environment, origin.chain === undefined ? "loose" : "chain", bucket ?? "none"].join(" "),
  );
  console.log(JSON.stringify(Object.fromEntries([...counts].map(([key, members]) => [key, members.length]))));
}

const engine = await createEmbeddedEngine({ threads: 1 });
const sandbox = await createSandbox();
await engine.loadState("warm-start", await readFile(example("quickstart/warm-start.safetensors")));
const recipes: Readonly<Record<string, () => Promise<void>>> = {
  chains,
  environments,
  "four-environments": warmStart,
  "self-play": selfPlay,
};
const asked = recipes[process.argv[2] ?? ""];
if (asked === undefined) throw new Error(`name one of ${Object.keys(recipes).join(", ")}`);
await asked();
await Promise.all([engine.close(), sandbox.close()]);
