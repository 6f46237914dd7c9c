// Owns: asking something of a run, steering one that has not begun by its row alone, and saying why it cannot be asked. Must not know: GraphQL.
import { isFinished } from "@gradus/domain";
import type { Database } from "@gradus/prisma/database";
import type { RunRow } from "@gradus/prisma/rows";
import { lengthenUnbegun, steerUnbegun } from "@gradus/prisma/training/run-store";
import { RequestRefused, WorkflowNotRunning, WorkflowsUnreachable } from "../run-control.ts";
import type { RunControl } from "../run-control.ts";
import { Refusal } from "./refusal.ts";

/** @throws Refusal for a run that is unknown, over or not begun, or that says no itself */
export async function steerRun(run: RunRow | null, id: string, request: (run: RunRow) => Promise<void>): Promise<void> {
  const known = existing(run, id);
  if (isFinished(known.status)) throw new Refusal(`run ${id} has ended: ${known.status}`);
  try {
    await request(known);
  } catch (error) {
    // Tolerates the two ways in which a run says no: they are the caller's answer.
    if (error instanceof RequestRefused) throw new Refusal(error.message);
    if (error instanceof WorkflowNotRunning)
      throw new Refusal(known.status === "QUEUED" ? `run ${id} has not begun` : `run ${id} is not running`);
    throw error;
  }
}

/** @throws Refusal */
export function existing(run: RunRow | null, id: string): RunRow {
  if (run === null) throw new Refusal(`there is no run ${id}`, [{ path: "id", value: id, expected: "the id of a run that exists" }]);
  return run;
}

/** A run that has not begun stays in its row until it is resumed; one that trains waits between two steps. @throws Refusal */
export const pauseRun = ({ sql }: Database, control: RunControl, run: RunRow | null, id: string, cause?: string): Promise<void> =>
  steerRun(run, id, async () => {
    if (!(await steerUnbegun(sql, id, "PAUSED", cause))) await control.pauseRun(id, cause);
  });

/** One that has not begun waits for its turn again, also where this was asked before and the word was lost. @throws Refusal */
export const resumeRun = ({ sql }: Database, control: RunControl, run: RunRow | null, id: string): Promise<void> =>
  steerRun(run, id, async ({ experimentId }) => {
    if (await steerUnbegun(sql, id, "QUEUED")) await control.releaseRun(experimentId, id);
    else await control.resumeRun(id);
  });

/** One that has not begun has the new length here and now; one that trains is asked, since it knows which step it has begun. @throws Refusal */
export const setTotalSteps = ({ sql }: Database, control: RunControl, run: RunRow | null, id: string, totalSteps: number): Promise<void> =>
  steerRun(run, id, async ({ stepsDone }) => {
    if (totalSteps <= stepsDone) {
      const expected = `at least ${stepsDone + 1}: ${stepsDone} are done`;
      throw new Refusal(`totalSteps: expected ${expected}, got ${totalSteps}`, [{ path: "totalSteps", value: totalSteps, expected }]);
    }
    if (!(await lengthenUnbegun(sql, id, totalSteps))) await control.setTotalSteps(id, totalSteps);
  });

/** One that has not begun ends here and now; a workflow that is about to begin it finds it so. @throws Refusal */
export const cancelRun = ({ sql }: Database, control: RunControl, run: RunRow | null, id: string): Promise<void> =>
  steerRun(run, id, async ({ experimentId }) => {
    if (!(await steerUnbegun(sql, id, "CANCELLED", "cancelled before it began"))) return control.cancelRun(id);
    // Tolerates a workflow server that is away: the row is what counts, and an experiment that holds the run back looks again by itself.
    return control.releaseRun(experimentId, id).catch((error: unknown) => {
      if (!(error instanceof WorkflowsUnreachable)) throw error;
    });
  });
