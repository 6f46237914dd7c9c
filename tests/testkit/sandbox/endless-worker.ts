// Owns: a worker with endless programs in it, for the test that kills it. Prints a line once they run.
import { createSandbox } from "@gradus/worker/sandbox/create-sandbox";
import { DEFAULT_LIMITS } from "@gradus/worker/sandbox/sandbox";

const sandbox = await createSandbox({ backend: "bubblewrap", slots: 2 });
const limits = { ...DEFAULT_LIMITS, cpuMs: 60_000, wallMs: 600_000 };
const probes = [{ kind: "call", entry: "f", args: "" }] as const;
await sandbox.execute({ language: "python", source: "def f():\n    return 1", probes, limits });
void sandbox.execute({ language: "python", source: "import os\ndef f():\n    os.fork()\n    while True: pass", probes, limits });
void sandbox.execute({ language: "python", source: "import time\ndef f():\n    time.sleep(600)", probes, limits });
setTimeout(() => process.stdout.write("running\n"), 500);
