// Owns: worker processes as the platform knows them. Must not know: Temporal, SQL.
import { z } from "zod";
import { MachineReport } from "./machine-report.ts";
import type { Scope } from "./scope.ts";
import type { NodeRole, Stage } from "./stage.ts";

export interface NodeRegistration {
  readonly id: string;
  readonly roles: readonly NodeRole[];
  readonly taskQueue: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly capabilities: Readonly<Record<string, string | number | boolean>>;
}

export interface StageAttempt {
  /** Made by whoever begins it, so that an attempt told twice is one attempt. */
  readonly id: string;
  readonly scope: Scope;
  readonly stage: Stage;
  /** From 1, counted by Temporal. */
  readonly attempt: number;
  readonly nodeId: string;
}

/** What a node's sandbox does now and has done since the node joined; sent with every heartbeat. */
export const SandboxReport = z.strictObject({
  backend: z.string(),
  /** Programs it can execute at once. */
  slots: z.number().int().positive(),
  running: z.number().int().nonnegative(),
  waiting: z.number().int().nonnegative(),
  /** Executions that ended, however they ended. */
  finished: z.number().int().nonnegative(),
  /** Those of them where the machine failed, not the program. */
  sandboxErrors: z.number().int().nonnegative(),
  replacedSlots: z.number().int().nonnegative(),
  /** Living processes that no execution accounts for; must stay 0. */
  leakedProcesses: z.number().int().nonnegative(),
  /** Share of its slots' time in use over the last minute. */
  utilisation: z.number().min(0).max(1),
  /** Milliseconds that an execution stood in line, mean over the last minute; null where none ended. */
  queueWaitMs: z.number().nonnegative().nullable(),
});
export type SandboxReport = z.infer<typeof SandboxReport>;

/** Several heartbeats may be lost before a node counts as gone, in milliseconds. */
export const SILENT_MS = 30_000;

/** `now` in milliseconds of the epoch. */
export const isNodeAlive = (node: { readonly lastSeenAt: Date; readonly stoppedAt: Date | null }, now: number): boolean =>
  node.stoppedAt === null && now - node.lastSeenAt.getTime() < SILENT_MS;

/** What a node says of itself with a heartbeat. `sandbox` null: it has none, or has not needed it yet; `machine` null: a node that tells nothing of it. */
export const NodeReport = z.strictObject({ sandbox: SandboxReport.nullable(), machine: MachineReport.nullable().default(null) });
export type NodeReport = z.infer<typeof NodeReport>;
