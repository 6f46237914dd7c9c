// Owns: starting a stored experiment. Must not know: GraphQL.
import { isFinished } from "@gradus/domain";
import type { ExperimentRow } from "@gradus/prisma/rows";
import type { RunControl } from "../run-control.ts";
import { Refusal } from "./refusal.ts";

/** Starting what runs already is no error. @throws Refusal for one that is unknown or over */
export async function startExperiment(control: RunControl, experiment: ExperimentRow | null, id: string): Promise<void> {
  if (experiment === null)
    throw new Refusal(`there is no experiment ${id}`, [{ path: "id", value: id, expected: "the id of an experiment that exists" }]);
  if (isFinished(experiment.status)) throw new Refusal(`experiment ${id} has ended: ${experiment.status}`);
  await control.startExperiment(id);
}
