// Owns: the child process of the embedded engine: takes calls one after another, answers each. Started by embedded-engine.ts.
// Must not know: what calls it; it ends when its channel to the parent closes, so a killed parent leaves no orphan.
import { writeFileSync } from "node:fs";
import { getPriority, setPriority } from "node:os";
import { openEngineCore } from "./engine-core.ts";
import type { EngineCore } from "./engine-core.ts";
import type { EngineCall, EngineCalls, EngineMethod, EngineReply, EngineRequest } from "./engine-wire.ts";

// Batch work, as the sandbox's: whoever moves runs on, on the same machine, goes first. Threads that the runtime starts inherit it.
const BATCH_LEVEL = 5;
setPriority(Math.min(getPriority() + BATCH_LEVEL, 19));
try {
  // Where the kernel groups processes by session, a nice level counts within its session only: this process leads one of its own, and this is its level.
  writeFileSync("/proc/self/autogroup", String(BATCH_LEVEL));
} catch {
  // Tolerates a system without such groups: there the nice level does it.
}

let core: EngineCore | null = null;
const aborts = new Map<number, AbortController>();
/** Calls run in the order they came: one native runtime, one model state at a time. */
let last: Promise<void> = Promise.resolve();

async function perform(call: EngineCall, signal: AbortSignal): Promise<EngineCalls[EngineMethod]["result"]> {
  if (call.method === "open") {
    core = await openEngineCore(call.args[0]);
    return core.capabilities;
  }
  if (core === null) throw new Error("the engine has not been opened");
  switch (call.method) {
    case "createModel":
      return core.createModel(...call.args);
    case "sample":
      return core.sample(...call.args, signal);
    case "forwardBackward":
      return core.forwardBackward(...call.args);
    case "logProbs":
      return core.logProbs(...call.args);
    case "optimStep":
      return core.optimStep(...call.args);
    case "saveState":
      return core.saveState(...call.args);
    case "loadState":
      return core.loadState(...call.args);
    case "resetOptimizer":
      return core.resetOptimizer(...call.args);
    case "unloadModel":
      return core.unloadModel(...call.args);
  }
}

async function answer(id: number, call: EngineCall, signal: AbortSignal): Promise<EngineReply> {
  try {
    signal.throwIfAborted();
    return { id, value: await perform(call, signal) };
  } catch (error) {
    // Whatever a call throws belongs to its caller in the parent; the engine goes on.
    const { name, message, stack = "" } = error instanceof Error ? error : new Error(String(error));
    return { id, error: { name, message, stack } };
  }
}

async function serve(earlier: Promise<void>, id: number, call: EngineCall, signal: AbortSignal): Promise<void> {
  await earlier;
  const reply = await answer(id, call, signal);
  aborts.delete(id);
  process.send?.(reply);
}

process.on("message", (request: EngineRequest) => {
  if ("abort" in request) {
    aborts.get(request.abort)?.abort();
    return;
  }
  const { id, call } = request;
  const controller = new AbortController();
  aborts.set(id, controller);
  last = serve(last, id, call, controller.signal);
});

process.on("disconnect", () => process.exit(0));
// The parent decides when a terminal's Ctrl-C ends the engine: a step in progress may have to be finished first.
process.on("SIGINT", () => undefined);
