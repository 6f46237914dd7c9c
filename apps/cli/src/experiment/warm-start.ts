// Owns: a warm start made on this machine, once for each recipe. Must not know: how it is trained.
import { existsSync } from "node:fs";
import { copyFile, rename, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { contentHash, sha256Hex } from "@gradus/domain/content-hash";
import { buildWarmStart, WARM_START_RECIPE } from "@gradus/worker/policy/build-warm-start";
import { QUICKSTART_MODEL } from "@gradus/worker/policy/embedded/presets";
import type { PretrainProgress } from "@gradus/worker/policy/pretrain";
import { warmStartCorpus } from "@gradus/worker/policy/warm-start-corpus";
import { RefusedError } from "../client/refused.ts";
import { readWhole } from "../client/upload.ts";
import { makeFolder } from "../up/gradus-folders.ts";

export interface WarmStart {
  /** Absolute. */
  readonly file: string;
  /** Lower-case hex SHA-256 of the file. */
  readonly hash: string;
  readonly bytes: number;
  /** Whether the same recipe had been followed before. */
  readonly cached: boolean;
}

export interface WriteWarmStartInput {
  readonly out: string;
  /** Folder of what can be made again. */
  readonly cacheFolder: string;
  /** Updates; absent: the recipe's. */
  readonly steps?: number;
  /** Train even where the cache has it. */
  readonly fresh?: boolean;
  readonly onProgress?: (progress: PretrainProgress) => void;
}

/** Enough pairs of the corpus to notice another teacher or tokenizer. */
const SAMPLED_PAIRS = 500;

/** Writes the weights of the quickstart's supervised warm start to `out`. @throws RefusedError when `out` cannot be written */
export async function writeWarmStart({
  out,
  cacheFolder,
  steps = WARM_START_RECIPE.training.steps,
  fresh = false,
  onProgress,
}: WriteWarmStartInput): Promise<WarmStart> {
  const file = resolve(out);
  if (!existsSync(dirname(file)))
    throw new RefusedError("the file cannot be written", [
      { path: "--out", value: out, expected: `a file in a folder that exists (${dirname(file)} does not)` },
    ]);
  const stored = join(makeFolder(cacheFolder, "warm-starts"), `${recipeHash(steps)}.safetensors`);
  const cached = existsSync(stored) && !fresh;
  if (!cached) {
    const bytes = await buildWarmStart({ steps, ...(onProgress && { onProgress }) });
    // Under its name only when it is whole.
    await writeFile(`${stored}.${process.pid}`, bytes);
    await rename(`${stored}.${process.pid}`, stored);
  }
  await copyFile(stored, file);
  const bytes = await readWhole(file);
  return { file, hash: sha256Hex(bytes), bytes: bytes.byteLength, cached };
}

/** What decides the weights: recipe, model, and the corpus as the teacher writes it today. */
function recipeHash(steps: number): string {
  const pairs = warmStartCorpus(WARM_START_RECIPE.corpusSeed).take(SAMPLED_PAIRS).toArray();
  return contentHash({ recipe: WARM_START_RECIPE, steps, model: QUICKSTART_MODEL, corpus: contentHash(pairs) });
}
