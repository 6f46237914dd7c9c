// Owns: the life of a run, its identity and what reproduces it. Must not know: Temporal, SQL.
import { z } from "zod";

export const ExperimentStatus = z.enum(["QUEUED", "PREPARING", "RUNNING", "COMPLETED", "FAILED", "CANCELLED"]);
export type ExperimentStatus = z.infer<typeof ExperimentStatus>;

export const RunStatus = z.enum(["QUEUED", "RUNNING", "PAUSED", "COMPLETED", "FAILED", "CANCELLED"]);
export type RunStatus = z.infer<typeof RunStatus>;

export const isFinished = (status: RunStatus | ExperimentStatus): boolean => ["COMPLETED", "FAILED", "CANCELLED"].includes(status);

/** What a run was made of. `reproducible` values repeat with the same provenance. */
export const Provenance = z.looseObject({
  gradusVersion: z.string(),
  commit: z.string().nullable(),
  lockFileHash: z.string().nullable(),
  seed: z.number().optional(),
  problemSet: z.string().optional(),
  problemSetHash: z.string().optional(),
  initialPolicyHash: z.string().optional(),
  engine: z.string().optional(),
  engineRuntime: z.string().optional(),
  engineThreads: z.number().optional(),
  sandbox: z.string().optional(),
  host: z.looseObject({ platform: z.string(), arch: z.string(), cpus: z.number(), node: z.string() }),
  resumedFrom: z.string().optional(),
});
export type Provenance = z.infer<typeof Provenance>;

/** `<experiment>.<arm>.<seed>`: a run's id says what it is, and making it twice makes it once. */
export const runIdOf = (experimentId: string, arm: string, seed: number): string => `${experimentId}.${arm}.${seed}`;
