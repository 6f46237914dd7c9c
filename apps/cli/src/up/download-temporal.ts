// Owns: fetching the official Temporal archive and believing it only by its SHA-256. Must not know: other ways to a server.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { archiveSha256, temporalVersion } from "./temporal-version.ts";

export interface DownloadTemporalInput {
  /** Where the program goes, by renaming at the very end. */
  program: string;
  /** An existing folder on the same disk for unfinished files. */
  folder: string;
  env?: NodeJS.ProcessEnv;
  onProgress: (message: string) => void;
  signal?: AbortSignal;
}

/** A machine without internet must not wait: so long until the first byte, then so long for the whole, in milliseconds. */
const firstByteMs = 5_000;
const wholeMs = 300_000;

const platform = `${process.platform}_${process.arch === "x64" ? "amd64" : process.arch}`;

/**
 * Downloads the pinned version's archive for this machine. `GRADUS_TEMPORAL_MIRROR` replaces the address of the releases.
 * @throws Error with one sentence: not reachable, not there for this platform, or not the bytes that were pinned
 */
export async function downloadTemporal({ program, folder, env = process.env, onProgress, signal }: DownloadTemporalInput): Promise<void> {
  const expected = archiveSha256[platform];
  if (expected === undefined) throw new Error(`no official Temporal archive for ${platform}`);
  const url = archiveUrl(env);
  onProgress(`downloading Temporal ${temporalVersion} from ${new URL(url).host}`);
  const bytes = await fetchBytes(url, signal);
  const actual = createHash("sha256").update(bytes).digest("hex");
  if (actual !== expected) throw new Error(`the download of Temporal was not believed: its SHA-256 is ${actual}, not ${expected}`);

  const archive = join(folder, `download.${process.pid}.tar.gz`);
  writeFileSync(archive, bytes);
  const extracted = join(folder, "temporal");
  const { status, stderr, error } = spawnSync("tar", ["-xzf", archive, "-C", folder, "temporal"], { encoding: "utf8" });
  rmSync(archive, { force: true });
  if (status !== 0) throw new Error(`the Temporal archive could not be unpacked: ${error?.message ?? stderr.trim()}`);
  chmodSync(extracted, 0o755);
  if (extracted !== program) renameSync(extracted, program);
}

/** Whether the official archive for this machine answers; false after five seconds of silence. */
export async function archiveIsReachable(env: NodeJS.ProcessEnv): Promise<boolean> {
  if (archiveSha256[platform] === undefined) return false;
  try {
    return (await fetch(archiveUrl(env), { method: "HEAD", signal: AbortSignal.timeout(firstByteMs) })).ok;
  } catch {
    // No internet, or not to there: the other ways are for that.
    return false;
  }
}

function archiveUrl(env: NodeJS.ProcessEnv): string {
  const releases = env["GRADUS_TEMPORAL_MIRROR"] || "https://github.com/temporalio/cli/releases/download";
  return `${releases}/v${temporalVersion}/temporal_cli_${temporalVersion}_${platform}.tar.gz`;
}

async function fetchBytes(url: string, signal?: AbortSignal): Promise<Buffer> {
  const slow = new AbortController();
  const timer = setTimeout(() => slow.abort(new Error(`no answer within ${firstByteMs / 1000} s`)), firstByteMs);
  const signals = [slow.signal, AbortSignal.timeout(wholeMs), ...(signal ? [signal] : [])];
  try {
    const response = await fetch(url, { signal: AbortSignal.any(signals) });
    clearTimeout(timer);
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    return Buffer.from(await response.arrayBuffer());
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new Error(`the official Temporal download is not reachable (${cause instanceof Error ? cause.message : String(cause)})`, {
      cause: error,
    });
  } finally {
    clearTimeout(timer);
  }
}
