// Owns: a process that starts a busy engine, tells the engine's pid, and waits to be killed. Must not know: who kills it.
import { FREE_SAMPLING, openSmallEngine, promptRows } from "./small-engine.ts";

const engine = await openSmallEngine();
await engine.createModel("m", 1);
const busy = engine.sample("m", promptRows(20_000, 1), FREE_SAMPLING);
process.send?.(engine.pid);
await busy;
