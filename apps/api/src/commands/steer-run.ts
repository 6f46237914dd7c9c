// Owns: asking something of a running run, and saying why it cannot be asked. Must not know: GraphQL, what is asked.
import { isFinished } from "@gradus/domain";
import type { RunRow } from "@gradus/prisma/rows";
import { RequestRefused, WorkflowNotRunning } from "../run-control.ts";
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
