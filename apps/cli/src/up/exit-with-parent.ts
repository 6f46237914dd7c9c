// Owns: ending a Node program of ours when its launcher is gone: preloaded with `node --import`, it watches standard input, whose other end only
// the launcher holds. Must not know: which program it is in.

import { isMainThread } from "node:worker_threads";

/** How long the program may take to end in good order, in milliseconds. */
const graceMs = 20_000;

function end(): void {
  process.kill(process.pid, "SIGTERM");
  setTimeout(() => process.kill(process.pid, "SIGKILL"), graceMs);
}

// Threads inherit the preload with a standard input of their own that is over at once.
if (isMainThread) {
  process.stdin.on("end", end).on("error", end).resume();
  // Watching must not keep alive a program that has nothing left to do.
  if ("unref" in process.stdin) process.stdin.unref();
}
