// Owns: `gradus` as a person or a script runs it: a process with arguments, its output and its exit code. Must not know: what a test is about.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { ENDS_WITH_PARENT } from "@gradus/cli/up/start-app";

// The test runner asks for colours, which would win over NO_COLOR.
const { FORCE_COLOR: _colours, ...surroundings } = process.env;
const main = fileURLToPath(new URL("../../../apps/cli/src/main.ts", import.meta.url));

export interface GradusEnd {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningGradus {
  readonly pid: number;
  /** Lines of standard output so far. */
  readonly lines: readonly string[];
  /** Lines of standard error so far. */
  readonly errorLines: readonly string[];
  /** Waits for a line of either that matches; lines that came before count. @throws Error when it ends first */
  line(pattern: RegExp): Promise<string>;
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<GradusEnd>;
}

/** Starts `gradus <args>`; `env` adds to our own environment, without colours and without an API that the tester uses. */
export function startGradus(args: readonly string[], env: Readonly<Record<string, string>> = {}): RunningGradus {
  // A launcher among them must not stay when the tests are killed.
  const child = spawn(process.execPath, [...ENDS_WITH_PARENT, main, ...args], {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...surroundings, NO_COLOR: "1", GRADUS_API_URL: "", GRADUS_HOME: "/nonexistent/gradus", ...env },
  });
  const lines: string[] = [];
  const errorLines: string[] = [];
  const waiting = new Set<(line: string) => void>();
  const keep = (into: string[]) => (line: string) => {
    into.push(line);
    for (const tell of waiting) tell(line);
  };
  createInterface({ input: child.stdout }).on("line", keep(lines));
  createInterface({ input: child.stderr }).on("line", keep(errorLines));
  const ended = once(child, "close").then(([code]): GradusEnd => ({
    code: code as number | null,
    stdout: lines.join("\n"),
    stderr: errorLines.join("\n"),
  }));
  return {
    pid: child.pid ?? 0,
    lines,
    errorLines,
    ended,
    kill: (signal) => void child.kill(signal),
    async line(pattern) {
      const found = [...lines, ...errorLines].find((line) => pattern.test(line));
      if (found !== undefined) return found;
      return Promise.race([
        new Promise<string>((resolve) => {
          const tell = (line: string) => {
            if (!pattern.test(line)) return;
            waiting.delete(tell);
            resolve(line);
          };
          waiting.add(tell);
        }),
        ended.then(({ stdout, stderr }) => Promise.reject(new Error(`it ended before a line matched ${pattern}:\n${stdout}\n${stderr}`))),
      ]);
    },
  };
}

/** Runs `gradus <args>` to its end. */
export const gradus = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<GradusEnd> =>
  startGradus(args, env).ended;
