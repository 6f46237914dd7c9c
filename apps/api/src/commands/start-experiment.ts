// Owns: starting a stored experiment. Must not know: GraphQL.
import { isFinished } from "@gradus/domain";
import type { Database } from "@gradus/prisma/database";
import type { ExperimentRow } from "@gradus/prisma/rows";
import type { RunControl } from "../run-control.ts";
import { refuseExternal } from "./external-run.ts";
import { Refusal } from "./refusal.ts";

/** Starting what runs already is no error. @throws Refusal for one that is unknown, over, or of runs that others train */
export async function startExperiment(db: Database, control: RunControl, experiment: ExperimentRow | null, id: string): Promise<void> {
  if (experiment === null)
    throw new Refusal(`there is no experiment ${id}`, [{ path: "id", value: id, expected: "the id of an experiment that exists" }]);
  if (isFinished(experiment.status)) throw new Refusal(`experiment ${id} has ended: ${experiment.status}`);
  await refuseExternal(db, id);
  await control.startExperiment(id);
}
