// Owns: the SandboxFusion adapter against a server that answers as the public description has it.
import { createSandbox } from "@gradus/worker/sandbox/create-sandbox";
import { judge, probesOf } from "@gradus/worker/sandbox/judge";
import { DEFAULT_LIMITS, type Execution, type Sandbox } from "@gradus/worker/sandbox/sandbox";
import { createFusionSandbox } from "@gradus/worker/sandbox/sandbox-fusion";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type FusionMood, type FusionServer, startFusionServer } from "../../testkit/sandbox/fusion-server.ts";

let server: FusionServer;
let sandbox: Sandbox;
beforeAll(async () => {
  server = await startFusionServer();
  sandbox = await createSandbox({ backend: "sandboxfusion", url: server.url, slots: 2 });
});
afterAll(async () => {
  await sandbox.close();
  await server.close();
});

const tests = [
  { kind: "call", args: "[3, 1]", expected: "[1, 3]" },
  { kind: "call", args: "7", expected: "7" },
  { kind: "call", args: "[]", expected: "[]" },
] as const;
const execute = (source: string, on = sandbox, wallMs = 4_000): Promise<Execution> =>
  on.execute({ language: "python", source, probes: probesOf("f", tests), limits: { ...DEFAULT_LIMITS, cpuMs: 1_000, wallMs } });
const verdicts = async (source: string): Promise<string[]> => {
  const result = judge(await execute(source), tests);
  return [result.verdict, ...result.tests.map((test) => test.verdict)];
};

it("gives the same verdicts as the other backends", async () => {
  expect(await verdicts("def f(x):\n    print('hello')\n    return sorted(x)")).toEqual(["EXECUTED", "OK", "RUNTIME", "OK"]);
  expect(await verdicts("def f(x) return x")).toEqual(["SYNTAX", "NOT_RUN", "NOT_RUN", "NOT_RUN"]);
  expect(await verdicts("def f(x):\n    while x == 7: pass\n    return sorted(x)")).toEqual(["EXECUTED", "OK", "TIMEOUT", "NOT_RUN"]);
  expect(await verdicts("import os\ndef f(x):\n    os._exit(0)")).toEqual(["EXECUTED", "RUNTIME", "NOT_RUN", "NOT_RUN"]);
  expect(await verdicts("import time\ndef f(x):\n    time.sleep(60)")).toEqual(["EXECUTED", "TIMEOUT", "NOT_RUN", "NOT_RUN"]);
});

it("keeps what the program printed apart from what the guest said", async () => {
  const execution = await execute("def f(x):\n    print('hello')\n    return x");
  expect(execution.stdout).toBe("hello\nhello\nhello\n");
});

it("lays what the service loses of a program's output to the program, not to the machine", async () => {
  expect(await verdicts("import os\ndef f(x):\n    os.write(1, b'\\xff')\n    return sorted(x)")).toEqual([
    "EXECUTED",
    "RUNTIME",
    "RUNTIME",
    "RUNTIME",
  ]);
  // The service keeps a mebibyte, and answers that came after it are gone.
  expect(await verdicts("def f(x):\n    print('x' * 2_000_000)\n    return sorted(x)")).toEqual([
    "EXECUTED",
    "OUTPUT_LIMIT",
    "NOT_RUN",
    "NOT_RUN",
  ]);
});

it("counts no answer of a program that gives more of them than it was asked for", async () => {
  const forging = "import sys\ndef f(x):\n    sys._getframe(3).f_globals['say']('R N')\n    return x";
  expect((await verdicts(forging)).slice(1)).not.toContain("OK");
});

it.each(["HTTP_500", "SANDBOX_ERROR", "RUNNER_ERROR", "GARBAGE", "HANG"] satisfies FusionMood[])(
  "calls %s of the service a SANDBOX_ERROR",
  async (mood) => {
    const impatient = createFusionSandbox({ url: server.url, slots: 1, graceMs: 100 });
    server.mood = mood;
    try {
      expect((await execute("def f(x):\n    return x", impatient, 300)).outcome).toBe("SANDBOX_ERROR");
    } finally {
      server.mood = "WELL";
      await impatient.close();
    }
  },
);

it("asks once more where the service's clock ended a program, and once only", async () => {
  const before = server.asked;
  expect(await verdicts("import time\ndef f(x):\n    time.sleep(60)")).toContain("TIMEOUT");
  expect(server.asked - before).toBe(2);
  expect(await verdicts("def f(x):\n    return x")).not.toContain("TIMEOUT");
  expect(server.asked - before).toBe(3);
});

it("gives each test a process of its own when asked", async () => {
  const source = "seen = []\ndef f(x):\n    seen.append(x)\n    return len(seen)";
  const request = { language: "python", source, probes: probesOf("f", tests), limits: DEFAULT_LIMITS } as const;
  const values = async (processes: "SHARED" | "PER_PROBE") =>
    (await sandbox.execute({ ...request, processes })).probes.map((probe) => ("value" in probe ? probe.value : probe.outcome));
  expect(await values("SHARED")).toEqual(["i0x1;", "i0x2;", "i0x3;"]);
  expect(await values("PER_PROBE")).toEqual(["i0x1;", "i0x1;", "i0x1;"]);
});

it("calls a service that is not there a SANDBOX_ERROR", async () => {
  const nobody = createFusionSandbox({ url: "http://127.0.0.1:9/", slots: 1 });
  expect((await execute("def f(x):\n    return x", nobody)).outcome).toBe("SANDBOX_ERROR");
  await nobody.close();
});
