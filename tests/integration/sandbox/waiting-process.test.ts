// Owns: the process that is made ahead of the rollout it will run: what it may cost nobody, and what it knows nothing of.
import { readdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { createSandbox } from "@gradus/worker/sandbox/create-sandbox";
import { DEFAULT_LIMITS, type Execution, type Sandbox, type SandboxLimits } from "@gradus/worker/sandbox/sandbox";
import { afterEach, beforeEach, expect, it } from "vitest";
import { below, children, isPython } from "../../testkit/sandbox/processes.ts";

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await createSandbox({ backend: "bubblewrap", mode: "WARM", slots: 1, spares: 0 });
});
afterEach(() => sandbox.close());

const execute = (body: string, limits: Partial<SandboxLimits> = {}): Promise<Execution> =>
  sandbox.execute({
    language: "python",
    source: `import os, time\ndef f():\n    ${body}`,
    probes: [{ kind: "call", entry: "f", args: "" }],
    limits: { ...DEFAULT_LIMITS, ...limits },
  });
const answer = async (execution: Promise<Execution>): Promise<string> => {
  const { outcome, probes } = await execution;
  const [probe] = probes;
  return probe === undefined ? outcome : "value" in probe ? probe.value : probe.outcome;
};

/** Children of the warm interpreter, the youngest last. */
function forks(): number[] {
  const warm = below(process.pid).find(isPython);
  return children(warm ?? 0);
}

it("there is one while a rollout runs and one when none does, and neither is a leaked process", async () => {
  expect(forks()).toHaveLength(1);
  const running = execute("time.sleep(1)");
  await expect.poll(() => forks().length, { timeout: 20_000 }).toBe(2);
  await running;
  expect(forks()).toHaveLength(1);
  expect(sandbox.load().leakedProcesses).toBe(0);
});

it("each rollout runs in the one that waited for it, and no other", async () => {
  const waited: number[][] = [];
  const ran: string[] = [];
  for (let at = 0; at < 3; at++) {
    waited.push(forks());
    ran.push(await answer(execute("return [os.getpid(), os.path.exists('mark'), open('mark', 'w').close()]")));
  }
  // Pid 1 of a namespace of its own, in a work directory of its own.
  expect(ran).toEqual(["l3:i0x1;FN", "l3:i0x1;FN", "l3:i0x1;FN"]);
  expect(new Set(waited.flat()).size).toBe(3);
});

it.skipIf(process.getuid?.() !== 0)("it holds four descriptors, none of them of the rollout beside which it was made", async () => {
  await execute("return 1");
  const [waiting = 0] = forks();
  expect(readdirSync(`/proc/${waiting}/fd`).sort()).toEqual(["0", "1", "2", "3"]);
});

it("limits are those of the rollout that it runs, not of the one before", async () => {
  const half = "return len(bytearray(100 * 2**20))";
  expect(await answer(execute(half, { memoryMb: 256 }))).toBe("i0x6400000;");
  expect(await answer(execute(half, { memoryMb: 64 }))).toBe("MEMORY");
  expect(await answer(execute(half, { memoryMb: 256 }))).toBe("i0x6400000;");
  const loop = "while time.process_time() < 0.6: pass\n    return 1";
  expect(await answer(execute(loop, { cpuMs: 200, wallMs: 20_000 }))).toBe("TIMEOUT");
  expect(await answer(execute(loop, { cpuMs: 5_000, wallMs: 25_000 }))).toBe("i0x1;");
});

it("its waiting is no time of the rollout's", async () => {
  await execute("return 1");
  const before = performance.now();
  await sleep(4_000);
  const waited = performance.now() - before;
  const { wallMs, cpuMs, probes } = await execute("return 1");
  expect(probes[0]?.outcome).toBe("RETURNED");
  expect(wallMs).toBeLessThan(waited);
  expect(cpuMs).toBeLessThan(waited);
});

it("where it dies while another runs, it is made again and nobody notices", async () => {
  const running = execute("time.sleep(1)\n    return 1");
  await expect.poll(() => forks().length, { timeout: 20_000 }).toBe(2);
  process.kill(forks()[1] ?? 0, "SIGKILL");
  expect(await answer(running)).toBe("i0x1;");
  expect(await answer(execute("return 2"))).toBe("i0x2;");
  expect(sandbox.load()).toMatchObject({ sandboxErrors: 0, replacedSlots: 0, leakedProcesses: 0 });
});

it("where it dies with nobody there to see, the machine failed and the slot is replaced", async () => {
  process.kill(forks()[0] ?? 0, "SIGKILL");
  expect(await execute("return 1")).toMatchObject({ outcome: "SANDBOX_ERROR", detail: expect.stringContaining("never started") });
  expect(await answer(execute("return 2"))).toBe("i0x2;");
  expect(sandbox.load()).toMatchObject({ sandboxErrors: 1, replacedSlots: 1, leakedProcesses: 0 });
});
