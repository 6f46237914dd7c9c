// Owns: worker processes as the platform knows them. Must not know: Temporal, SQL.
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
  readonly scope: Scope;
  readonly stage: Stage;
  /** From 1, counted by Temporal. */
  readonly attempt: number;
  readonly nodeId: string;
}
