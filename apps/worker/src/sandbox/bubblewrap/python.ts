// Owns: finding the interpreter that model-written code runs on, and what of the host it needs to see. Must not know: how it is confined.
import { execFile } from "node:child_process";
import { access, constants, readlink, realpath, stat } from "node:fs/promises";
import { promisify } from "node:util";

/** A Python of this host. `binds` are host folders it must be able to read, besides /usr and what the loader needs. */
export interface HostPython {
  readonly executable: string;
  readonly version: string;
  readonly binds: readonly string[];
}

const REPORT =
  "import sys, os; print('%d.%d.%d' % sys.version_info[:3]); print(os.path.realpath(sys.executable)); print(sys.base_prefix); print(sys.base_exec_prefix)";

/** /usr/bin/python3 where it is one of 3.9 or later, otherwise the first on PATH, seen through shims to the real interpreter. */
export async function findPython(): Promise<HostPython | null> {
  for (const candidate of ["/usr/bin/python3", "python3", "/usr/local/bin/python3"]) {
    const found = await inspect(candidate);
    if (found !== null) return found;
  }
  return null;
}

async function inspect(candidate: string): Promise<HostPython | null> {
  try {
    const { stdout } = await promisify(execFile)(candidate, ["-I", "-S", "-c", REPORT], { timeout: 20_000 });
    const [version = "", executable = "", ...prefixes] = stdout.trim().split("\n");
    const [major = 0, minor = 0] = version.split(".").map(Number);
    if (major !== 3 || minor < 9) return null;
    const outside = [...new Set(prefixes)].filter((prefix) => prefix !== "/usr" && !prefix.startsWith("/usr/"));
    return { executable, version, binds: outside };
  } catch {
    return null; // not there, or not runnable: the next candidate is tried
  }
}

/** bubblewrap arguments for the top-level folders of /usr as this host has them: a symlink where usr is merged, a bind where it is not. */
export async function usrTree(): Promise<string[]> {
  const args = ["--ro-bind", "/usr", "/usr"];
  for (const name of ["bin", "lib", "lib64", "lib32"]) {
    const path = `/${name}`;
    const link = await readlink(path).catch(() => null);
    if (link !== null) args.push("--symlink", link.replace(/^\//u, ""), path);
    else if ((await stat(path).catch(() => null)) !== null) args.push("--ro-bind", path, path);
  }
  const cache = "/etc/ld.so.cache";
  if ((await stat(cache).catch(() => null)) !== null) args.push("--ro-bind", cache, cache);
  return args;
}

/** The first `bwrap` on PATH, as a real path, or null. */
export async function findBubblewrap(): Promise<string | null> {
  for (const folder of (process.env["PATH"] ?? "/usr/bin").split(":")) {
    const path = `${folder}/bwrap`;
    if (
      await access(path, constants.X_OK).then(
        () => true,
        () => false,
      )
    )
      return await realpath(path);
  }
  return null;
}
