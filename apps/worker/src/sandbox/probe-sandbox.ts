// Owns: telling people which sandbox this machine has, why, and whether it does what it should. Must not know: how it is printed.
import { createSandbox, chooseBackend, type SandboxOptions } from "./create-sandbox.ts";
import { judge, probesOf } from "./judge.ts";
import type { Sandbox } from "./sandbox.ts";

export interface SandboxCheck {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

export interface SandboxReport {
  readonly ok: boolean;
  readonly backend: Sandbox["backend"] | null;
  readonly mode: "WARM" | "COLD" | null;
  /** Why this backend: what the better one lacks, or that it works; where there is none, what to do. */
  readonly why: string;
  readonly facts: readonly string[];
  readonly checks: readonly SandboxCheck[];
}

/** Chooses a backend as `createSandbox` does and runs a self-test on it, in a second or two. Never throws. */
export async function probeSandbox(options: SandboxOptions = {}): Promise<SandboxReport> {
  try {
    const fusion = options.backend === "sandboxfusion";
    const { backend, why } = fusion ? { backend: FUSION, why: "it was asked for" } : await chooseBackend(options);
    const sandbox = await createSandbox({ ...options, slots: 1, spares: 0 });
    try {
      const checks: SandboxCheck[] = [];
      for (const test of SELF_TEST) if (!fusion || test.isolation !== true) checks.push(await selfTest(sandbox, test));
      return { ok: checks.every((check) => check.ok), backend: backend.name, mode: backend.mode, why, facts: backend.facts, checks };
    } finally {
      await sandbox.close();
    }
  } catch (error) {
    return { ok: false, backend: null, mode: null, why: error instanceof Error ? error.message : String(error), facts: [], checks: [] };
  }
}

const FUSION = { name: "sandboxfusion", mode: null, facts: ["isolation is the service's: it was not tested"] } as const;

interface SelfTest {
  readonly name: string;
  readonly source: string;
  readonly expected: string;
  readonly verdict: string;
  /** About what a program can reach, not about verdicts. */
  readonly isolation?: true;
}

const SELF_TEST: readonly SelfTest[] = [
  { name: "a right answer is OK", source: "def f():\n    return {'a': [1, 2.5]}", expected: "{'a': [1, 2.5]}", verdict: "OK" },
  { name: "a wrong answer is WRONG", source: "def f():\n    return 1", expected: "2", verdict: "WRONG" },
  { name: "an endless loop is a TIMEOUT", source: "def f():\n    while True:\n        pass", expected: "1", verdict: "TIMEOUT" },
  { name: "a memory bomb is MEMORY", source: "def f():\n    return len(bytearray(2_000_000_000))", expected: "1", verdict: "MEMORY" },
  { name: "an early exit is RUNTIME", source: "import os\ndef f():\n    os._exit(0)", expected: "1", verdict: "RUNTIME" },
  {
    name: "the network is out of reach",
    isolation: true,
    source:
      "import socket\ndef f():\n    try:\n        socket.create_connection(('127.0.0.1', 22), 1)\n    except OSError:\n        return True",
    expected: "True",
    verdict: "OK",
  },
  {
    name: "the host's files are out of reach",
    isolation: true,
    source: "import os\ndef f():\n    return [p for p in ('/etc/passwd', '/root', '/home/' + 'x', '/proc/1/environ') if os.path.exists(p)]",
    expected: "[]",
    verdict: "OK",
  },
];

async function selfTest(sandbox: Sandbox, { name, source, expected, verdict }: SelfTest): Promise<SandboxCheck> {
  const tests = [{ kind: "call", args: "", expected }] as const;
  const limits = { cpuMs: 1_000, wallMs: 20_000, memoryMb: 128, outputBytes: 4_096 };
  const execution = await sandbox.execute({ language: "python", source, probes: probesOf("f", tests), limits });
  const [result] = judge(execution, tests).tests;
  const ok = result?.verdict === verdict;
  return { name, ok, detail: ok ? "" : `${execution.outcome} ${result?.verdict ?? ""} ${result?.detail ?? execution.detail ?? ""}`.trim() };
}
