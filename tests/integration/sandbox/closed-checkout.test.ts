// Owns: that sandboxes work for root where only root may enter the checkout: what slots' users run and read is copied to where they reach it.
import { spawnSync } from "node:child_process";
import { chmod, copyFile, cp, mkdir, mkdtemp, rm, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { findPyodideBackend } from "@gradus/worker/sandbox/pyodide/pyodide-backend";
import { reachableNode } from "@gradus/worker/sandbox/reachable";
import { DEFAULT_LIMITS } from "@gradus/worker/sandbox/sandbox";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

describe.skipIf(process.getuid?.() !== 0)("as root, in a folder that only root may enter", () => {
  const user = { uid: 61_200, gid: 61_200 };
  let folder: string;
  let closed: string;
  let cache: string;
  let node: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "gradus-closed-"));
    [closed, cache] = [join(folder, "closed"), join(folder, "cache")];
    node = join(closed, "node");
    await chmod(folder, 0o711);
    await mkdir(closed, { mode: 0o700 });
    await copyFile(process.execPath, node);
    vi.stubEnv("GRADUS_CACHE", cache);
    vi.stubEnv("XDG_CACHE_HOME", join(folder, "snapshots"));
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true });
  });

  it("Node is copied once", async () => {
    const copy = reachableNode(user, node);
    expect(copy).toBe(join(cache, "node", process.version, "node"));
    expect(spawnSync(copy, ["-p", "6 * 7"], { ...user, cwd: "/", encoding: "utf8" }).stdout).toBe("42\n");
    const { ino } = await stat(copy);
    expect(reachableNode(user, node)).toBe(copy);
    expect((await stat(copy)).ino).toBe(ino);
    expect(reachableNode({}, node)).toBe(node);
  });

  it("Pyodide and the program beside it are copied, even where they are root's alone, and a rollout's process starts from the copies", async () => {
    const [home, child] = [join(closed, "pyodide"), join(closed, "pyodide-child.ts")];
    await cp(dirname(createRequire(import.meta.resolve("@gradus/worker")).resolve("pyodide/package.json")), home, { recursive: true });
    await copyFile(fileURLToPath(import.meta.resolve("@gradus/worker/sandbox/pyodide/pyodide-child")), child);
    for (const file of [join(home, "pyodide.asm.wasm"), child]) await chmod(file, 0o600);
    const backend = await findPyodideBackend(() => ({ node, home, child }));
    if (!("start" in backend)) expect.unreachable(backend.why);
    const launcher = await backend.start("python");
    try {
      const confined = await launcher.launch(DEFAULT_LIMITS);
      confined.kill();
      expect((await confined.ended).how).toBe("KILLED");
    } finally {
      await launcher.close();
    }
  });
});
