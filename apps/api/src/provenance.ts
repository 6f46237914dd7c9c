// Owns: what made a run, as far as the API knows it: the version of Gradus and this machine. The worker adds engine and data.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { sha256Hex } from "@gradus/domain";
import type { Provenance } from "@gradus/domain";

const root = new URL("../../../", import.meta.url);

export const GRADUS_VERSION: string = (JSON.parse(readFileSync(new URL("package.json", root), "utf8")) as { version: string }).version;

/** Read once: neither changes while the process runs. */
let known: Provenance | undefined;

export function readProvenance(): Provenance {
  known ??= {
    gradusVersion: GRADUS_VERSION,
    commit: orNull(() =>
      execFileSync("git", ["rev-parse", "HEAD"], { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim(),
    ),
    lockFileHash: orNull(() => sha256Hex(readFileSync(new URL("package-lock.json", root)))),
    host: { platform: process.platform, arch: process.arch, cpus: availableParallelism(), node: process.versions.node },
  };
  return known;
}

function orNull(read: () => string): string | null {
  try {
    return read();
  } catch {
    // Tolerates an installation without git or without its lock file: the record says null.
    return null;
  }
}
