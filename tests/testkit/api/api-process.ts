// Owns: the API as a process of its own that a test may kill. Must not know: what a test is about.
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { ENDS_WITH_PARENT } from "@gradus/cli/up/start-app";

const main = fileURLToPath(new URL("../../../apps/api/src/main.ts", import.meta.url));

export interface ApiProcess {
  readonly url: string;
  readonly child: ChildProcess;
  /** SIGKILL: no handler runs. */
  kill(): Promise<void>;
}

/** Starts it and waits for its line of readiness. It ends with this process, which a test's failure or a runner that is killed may end first. */
export async function startApiProcess(env: Readonly<Record<string, string>>): Promise<ApiProcess> {
  const child = spawn(process.execPath, [...ENDS_WITH_PARENT, main], {
    env: { ...process.env, TEMPORAL_ADDRESS: "127.0.0.1:1", ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  let complaints = "";
  child.stderr.on("data", (chunk: Buffer) => void (complaints += String(chunk)));
  for await (const line of createInterface({ input: child.stdout })) {
    const { ready, url } = JSON.parse(line) as { ready: boolean; url: string };
    if (!ready) continue;
    return {
      url,
      child,
      async kill() {
        if (child.exitCode !== null || child.signalCode !== null) return;
        const ended = once(child, "exit");
        child.kill("SIGKILL");
        await ended;
      },
    };
  }
  throw new Error(`the API ended before it was ready: ${complaints}`);
}
