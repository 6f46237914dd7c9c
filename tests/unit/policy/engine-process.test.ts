// Owns: what happens to callers when the engine's process dies, is asked to stop, or loses its parent. Must not know: tensors.
import { fork } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { getPriority } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { FREE_SAMPLING, openSmallEngine, promptRows } from "../../testkit/policy/small-engine.ts";

const LONG = { ...FREE_SAMPLING, maxTokens: 24 };
const many = promptRows(2_000, 1);

/** Whether the process runs; a zombie does not. */
async function isRunning(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return stat !== "" && !/\) [ZX] /.test(stat);
}

describe("the engine's process", () => {
  test("gives way to the processes that move runs on", async () => {
    const engine = await openSmallEngine();
    expect(getPriority(engine.pid as number)).toBe(Math.min(19, getPriority() + 5));
    await engine.close();
  });

  test("killed while sampling rejects that call, and the next model starts a new one", async () => {
    const engine = await openSmallEngine();
    await engine.createModel("m", 1);
    const reference = await engine.sample("m", promptRows(3, 1), LONG);
    const saved = await engine.saveState("m");
    const first = engine.pid as number;
    const lost = engine.sample("m", many, LONG).catch((error: unknown) => error);
    process.kill(first, "SIGKILL");
    expect(String(await lost)).toContain("EngineCrashed: the policy engine's process ended (signal SIGKILL) during sample");
    expect(engine.hasModel("m")).toBe(false);
    await expect(engine.sample("m", promptRows(1, 1), LONG)).rejects.toThrow("no process: create or load a model first");
    await engine.loadState("m", saved);
    expect(engine.pid).not.toBe(first);
    expect(await engine.sample("m", promptRows(3, 1), LONG)).toEqual(reference);
    await engine.close();
  });

  test("stops a sampling that is aborted, and goes on with the next call", async () => {
    const engine = await openSmallEngine();
    await engine.createModel("m", 1);
    await engine.sample("m", promptRows(1, 1), LONG);
    const controller = new AbortController();
    const sampling = engine.sample("m", many, LONG, controller.signal);
    const next = engine.sample("m", promptRows(1, 1), LONG);
    controller.abort();
    await expect(sampling).rejects.toMatchObject({ name: "AbortError" });
    expect(await next).toHaveLength(1);
    await expect(engine.sample("m", many, LONG, AbortSignal.abort())).rejects.toMatchObject({ name: "AbortError" });
    await engine.close();
  });

  test("keeps its parent's event loop free while it computes", async () => {
    const engine = await openSmallEngine();
    await engine.createModel("m", 1);
    let turns = 0;
    const clock = setInterval(() => (turns += 1), 1);
    expect(await engine.sample("m", promptRows(256, 1), LONG)).toHaveLength(256);
    clearInterval(clock);
    expect(turns).toBeGreaterThan(50);
    await engine.close();
  });

  test("ends when its parent is killed", async () => {
    const parent = fork(fileURLToPath(new URL("../../testkit/policy/orphaning-parent.ts", import.meta.url)), [], { execArgv: [] });
    const [child] = (await once(parent, "message")) as [number];
    expect(await isRunning(child)).toBe(true);
    parent.kill("SIGKILL");
    await once(parent, "exit");
    const deadline = Date.now() + 20_000;
    while ((await isRunning(child)) && Date.now() < deadline) await pause(50);
    expect(await isRunning(child)).toBe(false);
  });

  test("does not start for a provider or a model that cannot be", async () => {
    await expect(openSmallEngine({ width: 30 })).rejects.toThrow("model width 30 is not a multiple of twice its 2 heads");
    await expect(openSmallEngine({ promptBuckets: [] })).rejects.toThrow("promptBuckets [] are not ascending positive integers");
  });
});
