// Owns: what the trusted side can see of the warm interpreter: that it holds nothing of a rollout, and that nothing survives the worker.
import { execFile, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, readSync, readdirSync } from "node:fs";
import { getPriority } from "node:os";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createSandbox } from "@gradus/worker/sandbox/create-sandbox";
import { probeSandbox } from "@gradus/worker/sandbox/probe-sandbox";
import { DEFAULT_LIMITS, type Sandbox } from "@gradus/worker/sandbox/sandbox";
import { describe, expect, it } from "vitest";
import { alive, below, isPython } from "../../testkit/sandbox/processes.ts";

const call = (args: string) => ({ kind: "call", entry: "f", args }) as const;
/** How often `text` stands in the writable memory of a process. */
function occurrences(pid: number, text: string): number {
  const memory = openSync(`/proc/${pid}/mem`, "r");
  let count = 0;
  for (const line of readFileSync(`/proc/${pid}/maps`, "latin1").split("\n")) {
    const range = /^([0-9a-f]+)-([0-9a-f]+) rw/u.exec(line);
    if (range === null) continue;
    const [start, end] = [Number.parseInt(range[1] ?? "0", 16), Number.parseInt(range[2] ?? "0", 16)];
    const bytes = Buffer.alloc(end - start);
    try {
      readSync(memory, bytes, 0, bytes.length, start);
    } catch {
      continue; // a guard page
    }
    for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + 1)) count += 1;
  }
  closeSync(memory);
  return count;
}

describe("the warm interpreter", () => {
  it("gives way to the processes that move runs on", async () => {
    const sandbox = await createSandbox({ backend: "bubblewrap", mode: "WARM", slots: 1 });
    const execution = await sandbox.execute({
      language: "python",
      source: "import os\ndef f():\n    return os.nice(0)",
      probes: [call("")],
      limits: DEFAULT_LIMITS,
    });
    expect(execution.probes[0]).toEqual({ outcome: "RETURNED", value: `i0x${(getPriority() + 5).toString(16)};` });
    await sandbox.close();
  });

  it.skipIf(process.getuid?.() !== 0)(
    "and the process that waits hold nothing of any rollout in their memory: neither source, arguments, output nor answers",
    async () => {
      const sandbox = await createSandbox({ backend: "bubblewrap", mode: "WARM", slots: 1, spares: 0 });
      const marks = ["source7215mark", "argument7215mark", "printed7215mark", "answer7215mark"];
      const source = `# source7215mark\ndef f(x):\n    print('printed' + '7215mark')\n    return 'answer' + x`;
      const execution = await sandbox.execute({
        language: "python",
        source,
        probes: [call("'7215mark' or 'argument7215mark'")],
        limits: DEFAULT_LIMITS,
      });
      expect(execution.probes[0]).toEqual({ outcome: "RETURNED", value: "s14:answer7215mark" });
      const interpreters = below(process.pid).filter(isPython);
      // The warm one, and the process of the next rollout, which was made while this one ran.
      expect(interpreters.length).toBe(2);
      for (const pid of interpreters) {
        // The method finds what is there: the interpreter's own source is in its memory.
        expect(occurrences(pid, "become_rollout")).toBeGreaterThan(0);
        for (const mark of marks) expect(occurrences(pid, mark), mark).toBe(0);
      }
      await sandbox.close();
    },
  );

  it("is replaced when it dies, and what it ran is a SANDBOX_ERROR, not a verdict", async () => {
    const sandbox = await createSandbox({ backend: "bubblewrap", mode: "WARM", slots: 1, spares: 0 });
    const request = {
      language: "python",
      source: "import time\ndef f(x):\n    time.sleep(x)\n    return x",
      limits: DEFAULT_LIMITS,
    } as const;
    expect((await sandbox.execute({ ...request, probes: [call("0")] })).probes[0]?.outcome).toBe("RETURNED");
    const running = sandbox.execute({ ...request, probes: [call("5")] });
    const before = below(process.pid);
    for (const pid of before) process.kill(pid, "SIGKILL");
    expect((await running).outcome).toBe("SANDBOX_ERROR");
    expect((await sandbox.execute({ ...request, probes: [call("0")] })).probes[0]?.outcome).toBe("RETURNED");
    await sandbox.close();
  });

  it("is replaced when it hangs, and blocks nobody meanwhile", async () => {
    const sandbox = await createSandbox({ backend: "bubblewrap", mode: "WARM", slots: 2, spares: 0 });
    const execute = async (): Promise<string> => {
      const limits = { ...DEFAULT_LIMITS, cpuMs: 200, wallMs: 1_000 };
      const source = "def f(x):\n    return x";
      const { outcome, probes } = await sandbox.execute({ language: "python", source, probes: [call("1")], limits });
      return probes[0]?.outcome ?? outcome;
    };
    process.kill(below(process.pid).find(isPython) ?? 0, "SIGSTOP");
    const outcomes = await Promise.all(Array.from({ length: 6 }, execute));
    expect(outcomes.toSorted()).toEqual([...Array.from({ length: 5 }, () => "RETURNED"), "SANDBOX_ERROR"]);
    expect(sandbox.load()).toMatchObject({ sandboxErrors: 1, replacedSlots: 1 });
    expect(await Promise.all([execute(), execute()])).toEqual(["RETURNED", "RETURNED"]);
    await sandbox.close();
  });

  it("and all that it started die with the worker, however the worker dies", async () => {
    const script = fileURLToPath(new URL("../../testkit/sandbox/endless-worker.ts", import.meta.url));
    const worker = spawn(process.execPath, [script], { stdio: ["ignore", "pipe", "inherit"] });
    await new Promise((resolve) => worker.stdout.once("data", resolve));
    const started = below(worker.pid ?? 0);
    expect(started.length).toBeGreaterThan(1);
    const gone = new Promise((resolve) => worker.once("exit", resolve));
    worker.kill("SIGKILL");
    await gone;
    for (let look = 0; look < 200 && started.some(alive); look++) await promisify(execFile)("sleep", ["0.05"]);
    expect(started.filter(alive)).toEqual([]);
  });
});

describe("the pool", () => {
  it("lets no slow program block the others, and serves everybody in line", async () => {
    const sandbox = await createSandbox({ backend: "bubblewrap", slots: 2 });
    const limits = { ...DEFAULT_LIMITS, cpuMs: 1_500 };
    const slow = sandbox.execute({ language: "python", source: "def f(x):\n    while True: pass", probes: [call("1")], limits });
    const finished: string[] = [];
    void slow.then(() => finished.push("slow"));
    const quick = (at: number): ReturnType<Sandbox["execute"]> =>
      sandbox.execute({ language: "python", source: "def f(x):\n    return x", probes: [call(String(at))], limits });
    const answers = await Promise.all(Array.from({ length: 8 }, (_, at) => quick(at)));
    expect(answers.map((answer) => answer.probes[0])).toEqual(answers.map((_, at) => ({ outcome: "RETURNED", value: `i0x${at};` })));
    expect(finished).toEqual([]);
    expect((await slow).probes[0]?.outcome).toBe("TIMEOUT");
    await sandbox.close();
  });

  it("tells its load: what ran and waited, what broke, and that no process leaked", async () => {
    const sandbox = await createSandbox({ backend: "bubblewrap", slots: 1 });
    const request = {
      language: "python",
      source: "import os\ndef f(x):\n    os.fork()\n    return x",
      probes: [call("1")],
      limits: DEFAULT_LIMITS,
    } as const;
    const running = Promise.all([1, 2, 3].map(() => sandbox.execute(request)));
    expect(sandbox.load()).toMatchObject({ waiting: 2, finished: 0 });
    await running;
    const load = sandbox.load();
    expect(load).toMatchObject({ running: 0, waiting: 0, finished: 3, sandboxErrors: 0, replacedSlots: 0, leakedProcesses: 0 });
    expect(load.busyMs).toBeGreaterThan(0);
    expect(load.queueWaitMs).toBeGreaterThan(0);
    await sandbox.close();
  });

  it("holds no descriptor of a finished execution, however it ended", async () => {
    const sandbox = await createSandbox({ backend: "bubblewrap", slots: 1 });
    const limits = { ...DEFAULT_LIMITS, cpuMs: 200, wallMs: 2_000, outputBytes: 1_024 };
    const bodies = [
      "return x",
      "import os; os._exit(3)",
      "while True: print('x' * 1000)",
      "while True: pass",
      "import os; os.close(3)",
      "import os; os.closerange(0, 9)",
    ];
    const descriptors: number[] = [];
    for (let round = 0; round < 4; round++) {
      for (const body of bodies)
        await sandbox.execute({ language: "python", source: `def f(x):\n    ${body}`, probes: [call("1")], limits });
      await new Promise((resolve) => setTimeout(resolve, 50));
      descriptors.push(readdirSync("/proc/self/fd").length);
    }
    expect(descriptors.slice(1)).toEqual(descriptors.slice(1).map(() => descriptors[0]));
    await sandbox.close();
  });

  it("answers SANDBOX_ERROR once it is closed", async () => {
    const sandbox = await createSandbox({ backend: "bubblewrap", slots: 1 });
    await sandbox.close();
    const late = await sandbox.execute({ language: "python", source: "", probes: [], limits: DEFAULT_LIMITS });
    expect(late).toMatchObject({ outcome: "SANDBOX_ERROR", detail: "the sandbox is closed" });
  });
});

it("doctor's probe names the backend, why, how memory is bounded, and passes its own test", async () => {
  const report = await probeSandbox({ backend: "bubblewrap" });
  expect(report).toMatchObject({ ok: true, backend: "bubblewrap", mode: "WARM", why: "it was asked for" });
  expect(report.facts.join()).toMatch(/Python 3.*memory and processes bounded by/u);
  expect(report.checks.filter((check) => !check.ok)).toEqual([]);
});
