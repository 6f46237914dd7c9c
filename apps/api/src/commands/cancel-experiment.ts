// Owns: ending an experiment by request. Must not know: GraphQL.
import { isFinished } from "@gradus/domain";
import type { Database } from "@gradus/prisma/database";
import type { ExperimentRow } from "@gradus/prisma/rows";
import { setExperimentStatus } from "@gradus/prisma/training/experiment-store";
import { steerUnbegun } from "@gradus/prisma/training/run-store";
import { WorkflowNotRunning } from "../run-control.ts";
import type { RunControl } from "../run-control.ts";
import { refuseExternal } from "./external-run.ts";
import { Refusal } from "./refusal.ts";

const CAUSE = "the experiment was cancelled";

/** Runs under way end by themselves; those that wait for their turn are ended here, since no workflow would. @throws Refusal */
export async function cancelExperiment(db: Database, control: RunControl, experiment: ExperimentRow | null, id: string): Promise<void> {
  const { sql, prisma } = db;
  if (experiment === null)
    throw new Refusal(`there is no experiment ${id}`, [{ path: "id", value: id, expected: "the id of an experiment that exists" }]);
  if (isFinished(experiment.status)) throw new Refusal(`experiment ${id} has ended: ${experiment.status}`);
  await refuseExternal(db, id);
  try {
    await control.cancelExperiment(id);
  } catch (error) {
    // Tolerates an experiment that was never started: there is nothing to end but its row.
    if (!(error instanceof WorkflowNotRunning)) throw error;
    await setExperimentStatus(sql, id, "CANCELLED", CAUSE, true);
  }
  const waiting = await prisma.run.findMany({
    where: { experimentId: id, startedAt: null, status: { in: ["QUEUED", "PAUSED"] } },
    select: { id: true },
  });
  for (const run of waiting) await steerUnbegun(sql, run.id, "CANCELLED", CAUSE);
}
