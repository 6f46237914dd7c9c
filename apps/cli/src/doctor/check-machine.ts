// Owns: the checks of disk, ports and the sandbox. Must not know: how findings are shown.
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { probeSandbox } from "@gradus/worker/sandbox/probe-sandbox";
import { sandboxOptions } from "@gradus/worker/sandbox/sandbox-options";
import { checkFreeSpace, readRunning } from "../up/data-folder.ts";
import { isPortFree } from "../up/free-port.ts";
import { isAlive } from "../up/leftover.ts";
import { defaultPort } from "../up/services.ts";
import { type Finding, fine } from "./finding.ts";

const comfortableBytes = 5 * 1024 ** 3;

export function checkDisk(home: string): Finding {
  let folder = home;
  while (!existsSync(folder)) folder = dirname(folder);
  const freeBytes = checkFreeSpace(folder);
  const free = `${(freeBytes / 1024 ** 3).toFixed(1)} GB free at ${folder}`;
  if (freeBytes >= comfortableBytes) return fine("disk", free);
  const why = "a first build of Temporal takes 3 GB of cache, and checkpoints grow with every run";
  return { name: "disk", severity: "NOTE", what: free, why, whatToDo: "Free some space, or set GRADUS_HOME to a folder on another disk" };
}

export async function checkPorts(home: string): Promise<Finding> {
  const running = readRunning(home);
  if (running !== null && isAlive(running.pid)) return fine("ports", `Gradus is running: ${running.apiUrl}`);
  const taken: number[] = [];
  for (const port of [0, 1, 2, 3].map((offset) => defaultPort + offset)) if (!(await isPortFree(port))) taken.push(port);
  if (taken.length === 0) return fine("ports", `${defaultPort} to ${defaultPort + 3} are free on 127.0.0.1`);
  const why = `another program listens on ${taken.join(", ")}; free ports will be taken instead, and named at the start`;
  return { name: "ports", severity: "NOTE", what: "A usual port is taken", why, whatToDo: "Nothing, or `gradus up --port <number>`" };
}

/** Runs the sandbox's own self-test: a second or two. */
export async function checkSandbox(env: NodeJS.ProcessEnv): Promise<Finding> {
  const { ok, backend, mode, why, facts, checks } = await probeSandbox({ ...sandboxOptions(env), slots: 1 });
  if (backend === null) {
    const whatToDo = "apt-get install bubblewrap python3, or run `npm ci` again for the Pyodide that comes with Gradus";
    return { name: "sandbox", severity: "BAD", what: "Programs cannot be run", why, whatToDo };
  }
  const way = `programs run in ${backend}${mode === null ? "" : ` (${mode.toLowerCase()})`}`;
  const details = [`why: ${why}`, ...facts, ...checks.map((check) => `self-test: ${check.name}: ${check.ok ? "yes" : check.detail}`)];
  if (!ok) {
    const failed = checks.filter((check) => !check.ok).map(({ name, detail }) => `${name}: ${detail}`);
    const whatToDo = "Do not run programs you do not trust here; report the lines above with `gradus doctor --json`";
    return { name: "sandbox", severity: "BAD", what: `The sandbox does not hold: ${way}`, details, why: failed.join("; "), whatToDo };
  }
  if (backend !== "pyodide") return fine("sandbox", `${way}, ${checks.length} self-tests hold`, details);
  return {
    name: "sandbox",
    severity: "NOTE",
    what: `${way}, which is slower`,
    details,
    why,
    whatToDo: "apt-get install bubblewrap python3",
  };
}
