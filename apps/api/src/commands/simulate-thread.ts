// Owns: one simulation, then the thread ends. Must not know: who asked.
import { parentPort, workerData } from "node:worker_threads";
import { paperPool, simulate } from "@gradus/domain/curriculum/simulation";
import type { SimulationInput } from "@gradus/domain/curriculum/simulation";

const { problems, ...input } = workerData as Omit<SimulationInput, "problems"> & { readonly problems: number };
try {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port, no window
  parentPort?.postMessage({ simulation: simulate({ ...input, problems: paperPool(problems) }) });
} catch (error) {
  // Tolerates a curriculum that cannot draw from these problems: that is an answer.
  if (!(error instanceof RangeError)) throw error;
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port, no window
  parentPort?.postMessage({ refused: error.message });
}
