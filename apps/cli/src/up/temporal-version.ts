// Owns: which Temporal dev server Gradus runs, and how to know it. Must not know: where it comes from.
import { spawnSync } from "node:child_process";

/** Version of the Temporal CLI, whose `server start-dev` is the server (1.29.1) with its web UI. The same as in tools/temporal/go.mod. */
export const temporalVersion = "1.5.1";

/** SHA-256 of the official archives, by `<os>_<arch>` as their names have it. */
export const archiveSha256: Readonly<Record<string, string>> = {
  linux_amd64: "ddc95e08b0b076efd4ea9733a3f488eb7d2be875f8834e616cd2a37358b4852d",
  linux_arm64: "bd1b0db9f18b051026de8bf6cc1505f2510f14bbb7a8b9a4a91fff46c77454f5",
  darwin_amd64: "bbb73e2a31135abe50a1f1cdb35030c42961df618e8ce9c60ae89f201540c5d9",
  darwin_arm64: "cca01b7ea35ad56e2a328d9ae596bf716bd22313ef63c7a761c88354457c2415",
};

/** What the program says its version is, such as "1.5.1"; null when it does not run. */
export function versionOf(program: string, env: NodeJS.ProcessEnv = process.env): string | null {
  const { stdout } = spawnSync(program, ["--version"], { encoding: "utf8", env, timeout: 20_000 });
  return /^temporal version (\S+)/.exec(stdout ?? "")?.[1] ?? null;
}
