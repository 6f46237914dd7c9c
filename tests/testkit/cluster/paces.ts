// Owns: the clusters that the forecast is held to: each with another bottleneck. Must not know: how they are measured.
import type { Pace } from "./measure-cluster.ts";

/** Everything so many times slower: on a machine that is busy with other work, what is not paced must still be small beside what is. */
const SLOWER = Number(process.env["GRADUS_PACE"] ?? 1);

const base = {
  policyNodes: 2,
  rolloutsPerStep: 8,
  steps: 6,
  maxStaleness: 0,
  generate: 3 * SLOWER,
  execute: 0.9 * SLOWER,
  update: 2 * SLOWER,
} as const;

/** A run alone on its node: nothing waits, and its stage times are what the others are forecast from. */
export const ALONE: Pace = { ...base, policyNodes: 1, runsPerNode: 1, sandboxSlots: 8 };

export const PACES: Readonly<Record<string, Pace>> = {
  /** Two runs take turns on each engine, which is full. */
  "engines-full": { ...base, runsPerNode: 2, sandboxSlots: 8 },
  /** Four runs' programs wait for two slots. */
  "sandbox-full": { ...base, runsPerNode: 2, sandboxSlots: 2 },
  /** Executing is hidden behind the next step's sampling. */
  "one-stale": { ...base, runsPerNode: 1, sandboxSlots: 4, maxStaleness: 1, steps: 8 },
};
