// Owns: what a bench of the sandbox executes, and one timed pass over it. Must not know: which figures are made of it.
import { existsSync, readFileSync } from "node:fs";
import type { HiddenTest } from "@gradus/domain/problem";
import { treeCpuMs, treeResidentMb } from "@gradus/worker/sandbox/bubblewrap/tree-cpu";
import { judge, probesOf } from "@gradus/worker/sandbox/judge";
import { DEFAULT_LIMITS, type Sandbox, type SandboxRequest } from "@gradus/worker/sandbox/sandbox";
import { humanEvalProblems } from "../humaneval/humaneval.ts";

export interface Work {
  readonly request: SandboxRequest;
  /** Of the request's probes; none where answers are not looked at. */
  readonly tests: readonly HiddenTest[];
}

export interface Pass {
  /** Executions a second. */
  readonly rate: number;
  /** Milliseconds of CPU of an execution: its own, the warm interpreters', and the trusted side's. */
  readonly cpuMs: number;
  readonly latencies: readonly number[];
}

/** Executes all of it; unless told how many at once, as many as there are slots and as many again in line, as a training step does. */
export async function sustained(sandbox: Sandbox, work: readonly Work[], clients = 2 * sandbox.slots): Promise<Pass> {
  const latencies: number[] = [];
  let next = 0;
  const cpuBefore = treeCpuMs(process.pid, read);
  const started = performance.now();
  const client = async (): Promise<void> => {
    for (let one = work[next++]; one !== undefined; one = work[next++]) {
      const asked = performance.now();
      const execution = await sandbox.execute(one.request);
      if (execution.outcome === "SANDBOX_ERROR") throw new Error(execution.detail);
      // What is expected is compared on this side: that is part of the work, as it is in the peers.
      const wrong = judge(execution, one.tests).tests.find(({ verdict }) => verdict !== "OK");
      if (wrong !== undefined) throw new Error(`a right program is called ${wrong.verdict}`);
      latencies.push(performance.now() - asked);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  const rate = work.length / ((performance.now() - started) / 1000);
  return { rate, latencies, cpuMs: (treeCpuMs(process.pid, read) - cpuBefore) / work.length };
}

const PROGRAMS = [
  "def f(xs):\n    return sorted(set(xs))[::-1]",
  "def f(xs):\n    total = 0\n    for x in xs:\n        total += x * x if x % 2 else -x\n    return total",
  "from collections import Counter\ndef f(xs):\n    return dict(Counter(xs))",
  "import itertools, math\ndef f(xs):\n    return [math.gcd(a, b) for a, b in itertools.pairwise(xs)]",
  "def f(xs):\n    return ''.join(chr(97 + x % 26) for x in xs)",
  "def f(xs):\n    return xs[0] / 0",
];

export function inductionWork(count: number): Work[] {
  return Array.from({ length: count }, (_, at) => ({
    request: {
      language: "python",
      source: PROGRAMS[at % PROGRAMS.length] ?? "",
      probes: [0, 1, 2, 3, 4].map(
        (test) => ({ kind: "call", entry: "f", args: `[${at % 97}, ${test}, ${at % 13}, 7, ${test * 5}]` }) as const,
      ),
      limits: DEFAULT_LIMITS,
    },
    tests: [],
  }));
}

/** The canonical solutions with the tests that the importer makes of the published checks. */
export async function humanEvalWork(): Promise<Work[]> {
  return (await humanEvalProblems()).map(({ entryPoint, reference, tests }) => ({
    request: {
      language: "python",
      source: reference,
      probes: probesOf(entryPoint, tests),
      limits: { ...DEFAULT_LIMITS, cpuMs: 3_000, wallMs: 30_000 },
    },
    tests,
  }));
}

/** Megabytes that this process and all below it hold. */
export const residentMb = (): number => treeResidentMb(process.pid, read);

const read = (path: string): string => (existsSync(path) ? readFileSync(path, "latin1") : "");
