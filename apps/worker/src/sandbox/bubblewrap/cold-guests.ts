// Owns: what a cold process starts with, for each language, and how its memory is bounded. Must not know: how it is watched.
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { COLD_PARTS, EXEC_PARTS, guestSource } from "../guest/guest-source.ts";
import type { SandboxLimits } from "../sandbox.ts";
import { reachableNode } from "../reachable.ts";
import { PROCESSES, PYTHON_FLAGS, type SlotGround, WORK_MB } from "./slot-ground.ts";

export interface ColdGuest {
  readonly binds: readonly string[];
  readonly command: (limits: SandboxLimits) => string[];
  /** Resident memory of the runtime itself, where a watch on RSS bounds the program; null where an address-space limit does. */
  readonly residentMb: number | null;
  /** Signals by which the runtime ends itself for want of memory. */
  readonly memorySignals: readonly number[];
}

export function pythonGuest(ground: SlotGround): ColdGuest {
  const python = [ground.python.executable, ...PYTHON_FLAGS, "-c", guestSource(COLD_PARTS)];
  return { binds: [], command: (limits) => [...python, ...numbers(limits, limits.memoryMb)], residentMb: null, memorySignals: [] };
}

/**
 * This Node, after Python has given up the same things as for itself and become it. An address-space limit would abort Node below 1 GB
 * (V8 reserves far more than it uses), so the heap is bounded by V8 and the rest by the watch and the control group.
 */
export function nodeGuest(ground: SlotGround): ColdGuest {
  const python = [ground.python.executable, ...PYTHON_FLAGS, "-c", guestSource(EXEC_PARTS)];
  const guest = readFileSync(new URL("../guest/candidate.cjs", import.meta.url), "utf8");
  return {
    binds: ["--ro-bind", dirname(reachableNode(ground.identity)), "/opt/node"],
    command: (limits) => {
      const flags = [`--max-old-space-size=${limits.memoryMb}`, "--no-warnings", "--input-type=commonjs", "-e", guest];
      return [...python, ...numbers(limits, 0), "/opt/node/node", ...flags];
    },
    residentMb: 128,
    // V8 ends itself by a trap or an abort, which pid 1 of a namespace feels as a segmentation fault.
    memorySignals: [4, 5, 6, 11],
  };
}

const numbers = (limits: SandboxLimits, addressSpaceMb: number): string[] =>
  [Math.ceil(limits.cpuMs / 1000), addressSpaceMb, PROCESSES, WORK_MB].map(String);
