// Owns: the order in which a Temporal dev server is looked for: PATH, the cache, the official download, a build from the Go module proxy.
// Must not know: how the server is started.
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { buildTemporal } from "./build-temporal.ts";
import { downloadTemporal } from "./download-temporal.ts";
import { gradusCache, makeFolder } from "./gradus-folders.ts";
import { temporalVersion, versionOf } from "./temporal-version.ts";
import { UnusableError } from "./unusable.ts";

export type TemporalSource = "PATH" | "cache" | "download" | "build";

export interface FindTemporalInput {
  /** Where binaries are kept; default: the user's cache folder. */
  cache?: string;
  env?: NodeJS.ProcessEnv;
  /** Called with one sentence for each thing worth knowing, at least every ten seconds while a build runs. */
  onProgress?: (message: string) => void;
  /** Which ways may be tried; default: all. */
  ways?: readonly TemporalSource[];
  signal?: AbortSignal;
}

const everyWay: readonly TemporalSource[] = ["PATH", "cache", "download", "build"];

/**
 * The path of a `temporal` of exactly the pinned version, and where it came from. Minutes when it must be built, once for each version.
 * @throws UnusableError naming each way that was tried and why it did not lead to a server
 */
export async function findTemporal(input: FindTemporalInput = {}): Promise<{ program: string; from: TemporalSource }> {
  const { cache = gradusCache(), env = process.env, onProgress = () => undefined, ways = everyWay, signal } = input;
  const cached = cachedTemporal(cache);
  const failures: string[] = [];

  for (const from of ways) {
    if (from === "PATH") {
      const { program, remark } = onPath(env);
      if (program !== null) return { program, from };
      failures.push(remark);
      if (remark !== nothingOnPath) onProgress(remark);
    } else if (from === "cache") {
      if (versionOf(cached, env) === temporalVersion) return { program: cached, from };
      failures.push(`nothing at ${cached}`);
    } else {
      const folder = makeFolder(cache, "temporal", temporalVersion);
      const make = from === "download" ? downloadTemporal : buildTemporal;
      try {
        await make({ program: cached, folder, env, onProgress, ...(signal && { signal }) });
        return { program: cached, from };
      } catch (error) {
        // Each way may fail by the machine's nature (no internet, no Go): the next is tried, and the last message names them all.
        signal?.throwIfAborted();
        failures.push(error instanceof Error ? error.message : String(error));
        onProgress(failures.at(-1) ?? "");
      }
    }
  }
  throw new UnusableError({
    what: "There is no Temporal server",
    why: failures.join("; "),
    whatToDo: `Set TEMPORAL_ADDRESS to a server that runs, or put temporal ${temporalVersion} on the PATH, or install Go 1.25 or later (or Python with pip) and start again`,
  });
}

/** Where the binary of the pinned version is kept. */
export function cachedTemporal(cache: string = gradusCache()): string {
  return join(cache, "temporal", temporalVersion, "temporal");
}

const nothingOnPath = "no temporal on the PATH";

function onPath(env: NodeJS.ProcessEnv): { program: string | null; remark: string } {
  const folders = (env["PATH"] ?? "").split(delimiter).filter(Boolean);
  const program = folders.map((folder) => join(folder, "temporal")).find((path) => existsSync(path));
  if (program === undefined) return { program: null, remark: nothingOnPath };
  const version = versionOf(program, env);
  return version === temporalVersion
    ? { program, remark: "" }
    : { program: null, remark: `${program} is version ${version ?? "unknown"}, not the pinned ${temporalVersion}` };
}
