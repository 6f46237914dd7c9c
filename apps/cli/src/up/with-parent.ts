// Owns: a program run on behalf of a launcher that may be killed at any time: when standard input closes, the program is stopped.
// Run as `node with-parent.ts '<GuardedCommand as JSON>'`. Must not know: which program it runs.
import { spawn } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import type { GuardedCommand } from "./guarded-process.ts";

const { command, args, uid, gid, stopSignal, graceMs, pidFile } = JSON.parse(process.argv[2] ?? "") as GuardedCommand;

const credentials = uid === undefined || gid === undefined ? {} : { uid, gid };
const child = spawn(command, args, { stdio: ["ignore", "inherit", "inherit"], ...credentials });

child.on("error", (error) => {
  console.error(`${command}: ${error.message}`);
  process.exit(127);
});
child.on("spawn", () => writeFileSync(pidFile, String(child.pid)));
child.on("exit", (code, signal) => {
  rmSync(pidFile, { force: true });
  // The launcher learns how its server died from our own death: by the same signal, or with the same code.
  if (signal === null) process.exit(code ?? 1);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
});

function stop(): void {
  child.kill(stopSignal);
  setTimeout(() => child.kill("SIGKILL"), graceMs).unref();
}
process.stdin.resume().on("end", stop).on("error", stop);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
