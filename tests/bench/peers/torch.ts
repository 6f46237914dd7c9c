// Owns: PyTorch's side of the engine bench, in an environment made for it once. Must not know: our figures.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** PyPI has no CPU build for Linux on x86-64: the one there brings its CUDA libraries (3 GB), and computes on the CPU all the same. */
const PINS = ["torch==2.15.0", "numpy==2.4.6"];
const INSTALL_MS = 300_000;
const MEASURE_MS = 120_000;

export interface TorchFigures {
  readonly version: string;
  /** Seconds a training step. */
  readonly step: readonly number[];
  /** Sampled tokens a second. */
  readonly sampled: readonly number[];
}

const run = promisify(execFile);

/** PyTorch's figures for the engine bench's shapes, or why there are none. */
export async function torchFigures(threads: number): Promise<TorchFigures | string> {
  try {
    const script = fileURLToPath(new URL("../engine-torch.py", import.meta.url));
    const { stdout } = await run(await pythonWithTorch(), [script, String(threads)], { timeout: MEASURE_MS });
    return JSON.parse(stdout) as TorchFigures;
  } catch (error) {
    // Tolerates a machine without venv, registry or room: the figures are then ours alone, and it is said why.
    return (error instanceof Error ? error.message : String(error)).trim().split("\n").at(-1) ?? "";
  }
}

/** A Python that imports the pinned PyTorch: the one in GRADUS_BENCH_PYTHON, or an environment in the cache, made where it is missing. */
async function pythonWithTorch(): Promise<string> {
  const given = process.env["GRADUS_BENCH_PYTHON"];
  if (given !== undefined) return given;
  const folder = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "gradus", "bench-torch");
  const python = join(folder, "bin", "python");
  if (existsSync(join(folder, "made"))) return python;
  process.stderr.write(`engine: installing ${PINS[0]} into ${folder}, once (3 GB)\n`);
  await run("python3", ["-m", "venv", "--clear", folder], { timeout: INSTALL_MS });
  await run(python, ["-m", "pip", "install", "--quiet", "--no-cache-dir", ...PINS], { timeout: INSTALL_MS });
  await run(python, ["-c", "import torch"]);
  await writeFile(join(folder, "made"), PINS.join("\n"));
  return python;
}
