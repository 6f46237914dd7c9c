// A server that dies is started again, more slowly each time; processes are real, SkyRL is not needed for this.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { startSkyrl } from "@gradus/worker/skyrl/skyrl-process";
import type { SkyrlProcess } from "@gradus/worker/skyrl/skyrl-process";
import { skyrlSettings } from "@gradus/worker/skyrl/skyrl-settings";
import { tendSkyrl } from "@gradus/worker/skyrl/tend-skyrl";
import { expect, test } from "vitest";

const exists = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    // No such process.
    return false;
  }
};

function sleeper(): SkyrlProcess {
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
  const exited = once(child, "close").then(() => undefined);
  const kill = async (): Promise<void> => {
    child.kill("SIGKILL");
    await exited;
  };
  return { url: "http://127.0.0.1:1", pid: child.pid ?? 0, exited, kill, stop: kill };
}

test("starts a server again that was killed, and one that does not start again and again, and stops for good when asked", async () => {
  const made: SkyrlProcess[] = [];
  const told: string[] = [];
  let refusals = 2;
  const tended = await tendSkyrl(
    async () => {
      if (made.length === 1 && refusals-- > 0) throw new Error("no GPU");
      made.push(sleeper());
      return made.at(-1) as SkyrlProcess;
    },
    { firstWaitMs: 5, onEvent: (what) => told.push(what) },
  );
  process.kill(made[0]?.pid ?? 0, "SIGKILL");
  while (made.length < 2) await pause(5);
  while (tended.restarts < 1) await pause(5);
  expect(told.filter((what) => what.includes("does not start"))).toHaveLength(2);
  expect(told.filter((what) => what.startsWith("SkyRL ended")).map((what) => /in ([\d.]+) s/.exec(what)?.[1])).toEqual([
    "0.005",
    "0.01",
    "0.02",
  ]);
  await tended.stop();
  expect(made.map(({ pid }) => exists(pid))).toEqual([false, false]);
  expect(made).toHaveLength(2);
});

test("a server that cannot start says why with the end of its log, and what an earlier node left is ended first", async () => {
  const folder = await mkdtemp(join(tmpdir(), "gradus-skyrl-"));
  try {
    // A group whose leader looks like SkyRL, and a `uv` that fails at once.
    const orphan = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000) // skyrl.tinker.api"], { stdio: "ignore", detached: true });
    const gone = once(orphan, "close");
    const bystander = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore", detached: true });
    await writeFile(join(folder, "skyrl.pid"), String(orphan.pid));
    await mkdir(join(folder, "bin"));
    await writeFile(join(folder, "bin", "uv"), "#!/bin/sh\necho no such module: skyrl\nexit 3\n", { mode: 0o755 });
    const options = { python: join(folder, "bin", "python"), baseModel: "m", folder, port: 1, backend: "jax", backendConfig: {} };
    await expect(startSkyrl(options)).rejects.toThrow(/ended before it was ready.*no such module: skyrl/s);
    await gone;
    // The number in the file may be another program's by now: it is left alone.
    await writeFile(join(folder, "skyrl.pid"), String(bystander.pid));
    await expect(startSkyrl(options)).rejects.toThrow(/ended before/);
    expect(exists(bystander.pid ?? 0)).toBe(true);
    bystander.kill("SIGKILL");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test("names the variable that is absent or wrong", () => {
  expect(() => skyrlSettings({})).toThrow(/GRADUS_SKYRL_PYTHON/);
  const given = { GRADUS_SKYRL_PYTHON: "/venv/bin/python", GRADUS_SKYRL_MODEL: "Qwen/Qwen3-0.6B", GRADUS_SKYRL_FOLDER: "/data" };
  expect(() => skyrlSettings({ ...given, GRADUS_SKYRL_CONFIG: "[]" })).toThrow(/GRADUS_SKYRL_CONFIG: is no JSON object/);
  expect(skyrlSettings({ ...given, GRADUS_SKYRL_CONFIG: '{"a":1}' })).toMatchObject({
    port: 8_200,
    backend: "jax",
    backendConfig: { a: 1 },
  });
});
