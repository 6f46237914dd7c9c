// Owns: `npm run bench -- learning`: that the embedded policy learns from executed rewards, seed by seed, and from shuffled ones does not.
// Must not know: speed of the engine's parts.
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { mean } from "@gradus/domain/statistics/mean";
import { buildLiteralWarmStart, literalRecipeHash } from "@gradus/worker/policy/build-literal-warm-start";
import { createEmbeddedEngine } from "@gradus/worker/policy/embedded/embedded-engine";
import { LITERAL_ENVIRONMENTS } from "@gradus/worker/policy/literal-corpus";
import { createSandbox } from "@gradus/worker/sandbox/create-sandbox";
import { pairedChange, passRates, splitLiteralProblems, splitProblems, train } from "../testkit/policy/induction-arena.ts";
import type { Arena } from "../testkit/policy/induction-arena.ts";
import { learnToReverse } from "../testkit/policy/reverse-digits.ts";
import { benchLine } from "./bench-line.ts";
import type { Bench } from "./bench-line.ts";

const SEEDS = [1, 2, 3];
const HELD_OUT = 200;
const LITERAL_HELD_OUT = 100;
const ATTEMPTS = 8;
const WARM_START = fileURLToPath(new URL("../../examples/quickstart/warm-start.safetensors", import.meta.url));

const bench: Bench = async (report) => {
  const figure = (measured: Omit<Parameters<typeof benchLine>[0], "bench">): void => report(benchLine({ bench: "learning", ...measured }));

  const reversed = [];
  for (const seed of SEEDS) reversed.push(await learnToReverse(seed, 0.95, 2_000));
  figure({
    metric: "reverse 3 digits from random weights, reward",
    unit: "share",
    values: reversed.map(({ reward }) => reward),
    goal: { atLeast: 0.95 },
  });
  figure({
    metric: "reverse 3 digits from random weights, time",
    unit: "s",
    values: reversed.map(({ seconds }) => seconds),
    goal: { atMost: 60 },
  });

  const arena: Arena = { engine: await createEmbeddedEngine({ threads: 1 }), sandbox: await createSandbox() };
  const { training, heldOut } = splitProblems(HELD_OUT);
  const warm = await readFile(WARM_START);
  await arena.engine.loadState("warm", warm);
  const before = await passRates(arena, "warm", heldOut, ATTEMPTS);
  figure({
    metric: `warm start, held-out pass@1 (${HELD_OUT} problems x ${ATTEMPTS})`,
    unit: "share",
    values: [mean(before)],
    goal: { atLeast: 0.3, atMost: 0.5 },
  });
  await arena.engine.unloadModel("warm");

  for (const shuffled of [false, true]) {
    const name = shuffled ? "GRPO on shuffled rewards" : "GRPO";
    for (const seed of SEEDS) {
      const started = performance.now();
      await arena.engine.loadState("m", warm);
      await train(arena, "m", training, { seed, shuffled });
      const after = await passRates(arena, "m", heldOut, ATTEMPTS);
      const { value, interval } = pairedChange(before, after);
      const low = interval?.low ?? Number.NaN;
      figure({ metric: `${name}, seed ${seed}: held-out pass@1`, unit: "share", values: [mean(after)] });
      figure({ metric: `${name}, seed ${seed}: change`, unit: "share", values: [value] });
      const goal = shuffled ? { atMost: 0 } : { atLeast: Number.MIN_VALUE };
      figure({ metric: `${name}, seed ${seed}: low end of its 95% interval`, unit: "share", values: [low], goal });
      if (!shuffled)
        figure({
          metric: `${name}, seed ${seed}: time`,
          unit: "s",
          values: [(performance.now() - started) / 1_000],
          goal: { atMost: 600 },
        });
    }
  }
  await literalAnswers(arena, warm, figure);
  await arena.engine.close();
  await arena.sandbox.close();
};

type Figure = (measured: Omit<Parameters<typeof benchLine>[0], "bench">) => void;

/** Abduction and deduction: GRPO from a warm start that knows their answers' form, measured on problems that no corpus showed. */
async function literalAnswers(arena: Arena, quickstart: Uint8Array, figure: Figure): Promise<void> {
  const { engine } = arena;
  const warm = await literalWarmStart(quickstart);
  for (const name of LITERAL_ENVIRONMENTS) {
    const { training, heldOut } = splitLiteralProblems(name, LITERAL_HELD_OUT);
    const what = `${name.toLowerCase()} (${heldOut.length} held-out problems x ${ATTEMPTS})`;
    await engine.loadState("m", quickstart);
    const untrained = await passRates(arena, "m", heldOut, ATTEMPTS);
    await engine.loadState("m", warm);
    const before = await passRates(arena, "m", heldOut, ATTEMPTS);
    figure({ metric: `${what}: quickstart's warm start`, unit: "share", values: [mean(untrained)] });
    figure({ metric: `${what}: warm start on literals`, unit: "share", values: [mean(before)] });
    for (const seed of SEEDS) {
      await engine.loadState("m", warm);
      await train(arena, "m", training, { seed, shuffled: false });
      const { value, interval } = pairedChange(before, await passRates(arena, "m", heldOut, ATTEMPTS));
      figure({ metric: `${what}: GRPO, seed ${seed}: change`, unit: "share", values: [value] });
      figure({
        metric: `${what}: GRPO, seed ${seed}: low end of its 95% interval`,
        unit: "share",
        values: [interval?.low ?? Number.NaN],
        goal: { atLeast: Number.MIN_VALUE },
      });
    }
  }
}

/** Made once for each recipe and beginning, kept in the cache. */
async function literalWarmStart(base: Uint8Array): Promise<Uint8Array> {
  const folder = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "gradus", "warm-starts");
  const file = join(folder, `${literalRecipeHash(base)}.safetensors`);
  if (existsSync(file)) return readFile(file);
  const bytes = await buildLiteralWarmStart(base);
  await mkdir(folder, { recursive: true });
  await writeFile(`${file}.${process.pid}`, bytes);
  await rename(`${file}.${process.pid}`, file);
  return bytes;
}

export default bench;
