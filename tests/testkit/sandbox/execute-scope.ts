// Owns: a workflow that asks for one scope to be executed, as a run's step and an evaluation do. Runs inside Temporal's isolate.
import type { Scope } from "@gradus/domain/scope";
import { sandbox } from "@gradus/workflows/training-run/workflow";

export async function executeScope(scope: Scope): Promise<void> {
  await sandbox.executeRollouts({ scope });
}
