// Owns: building the Temporal dev server from the sources that tools/temporal/go.mod and go.sum pin. Must not know: other ways to a server.
import { spawn } from "node:child_process";
import { renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { tryLock } from "./file-lock.ts";
import { findGo } from "./find-go.ts";
import { temporalVersion, versionOf } from "./temporal-version.ts";

export interface BuildTemporalInput {
  /** Where the program goes, by renaming at the very end. */
  program: string;
  /** An existing folder on the same disk for unfinished files. */
  folder: string;
  env?: NodeJS.ProcessEnv;
  onProgress: (message: string) => void;
  signal?: AbortSignal;
}

const moduleFolder = fileURLToPath(new URL("../../../../tools/temporal", import.meta.url));
/** How many packages the build compiles, measured; only the progress line depends on it. */
const packageCount = 1_310;
const progressEveryMs = 10_000;

/**
 * Builds the pinned version (over four minutes on two cores the first time, seconds when Go's own cache is warm). Only one process builds at a
 * time; others wait for its result.
 * @throws Error with one sentence: no Go, or the last lines of the failed build
 */
export async function buildTemporal({ program, folder, env = process.env, onProgress, signal }: BuildTemporalInput): Promise<void> {
  const lockFile = join(folder, "building");
  let lock = tryLock(lockFile);
  for (; !lock.held; lock = tryLock(lockFile)) {
    onProgress(`process ${lock.byPid} is building Temporal, waiting for it`);
    await setTimeout(progressEveryMs, undefined, { ...(signal && { signal }) });
  }
  try {
    if (versionOf(program, env) === temporalVersion) return;
    const go = await findGo({ folder: join(folder, "..", ".."), env, onProgress, ...(signal && { signal }) });
    const unfinished = join(folder, `unfinished.${process.pid}`);
    try {
      await runBuild({ go: go.program, version: go.version, output: unfinished, env, onProgress, ...(signal && { signal }) });
      renameSync(unfinished, program);
    } finally {
      rmSync(unfinished, { force: true });
    }
  } finally {
    lock.release();
  }
}

interface RunBuildInput {
  go: string;
  version: string;
  output: string;
  env: NodeJS.ProcessEnv;
  onProgress: (message: string) => void;
  signal?: AbortSignal;
}

async function runBuild({ go, version, output, env, onProgress, signal }: RunBuildInput): Promise<void> {
  onProgress(`building Temporal ${temporalVersion} with Go ${version}; once, about five minutes on two cores`);
  const stamp = `-s -w -X github.com/temporalio/cli/temporalcli.Version=${temporalVersion}`;
  const args = ["build", "-v", "-mod=readonly", "-trimpath", "-ldflags", stamp, "-o", output, "github.com/temporalio/cli/cmd/temporal"];
  // CGO off: the server is pure Go, and a machine without a C compiler builds the same bytes.
  const goEnv = { ...env, CGO_ENABLED: "0", GOFLAGS: "", GOTOOLCHAIN: "local", GOWORK: "off" };
  const build = spawn(go, args, { cwd: moduleFolder, env: goEnv, stdio: ["ignore", "ignore", "pipe"], ...(signal && { signal }) });

  const started = performance.now();
  const seconds = () => Math.round((performance.now() - started) / 1000);
  let compiled = 0;
  let downloaded = 0;
  let lastLines: string[] = [];
  build.stderr.setEncoding("utf8").on("data", (text: string) => {
    const lines = text.split("\n").filter(Boolean);
    downloaded += lines.filter((line) => line.startsWith("go: downloading")).length;
    compiled += lines.filter((line) => /^[\w.]+(\/\S+)*$/.test(line)).length;
    lastLines = [...lastLines, ...lines].slice(-5);
  });
  const ticker = setInterval(() => {
    const share = compiled === 0 ? `${downloaded} modules downloaded` : `${compiled} of about ${packageCount} packages compiled`;
    onProgress(`building Temporal: ${share}, ${seconds()} s`);
  }, progressEveryMs);
  try {
    const code = await new Promise((resolve, reject) => build.once("error", reject).once("close", resolve));
    if (code !== 0) throw new Error(`the build of Temporal failed: ${lastLines.join(" / ")}`);
    onProgress(`built Temporal ${temporalVersion} in ${seconds()} s`);
  } finally {
    clearInterval(ticker);
  }
}
