// Owns: groups of runs beside each other, with what may be said of them and what to know before believing it, as arms have it. Must not know: how runs
// are chosen, SQL.
import type { Database } from "@gradus/prisma/database";
import { countSandboxErrors } from "@gradus/prisma/reading/step-reader";
import type { ComparedEvaluation } from "../generated/schema-types.ts";
import { verdictsOf } from "./compare.ts";
import { comparedEvaluations, evaluationRails } from "./evaluations.ts";
import { groupRuns } from "./groups.ts";
import type { GroupInput, RunGroup } from "./groups.ts";
import { guardedArm, guardRails } from "./guard-rails.ts";
import { beforeAndAfter } from "./improvement.ts";

export interface GroupComparison {
  readonly metrics: readonly string[];
  readonly baseline: string | null;
  readonly groups: readonly RunGroup[];
  readonly verdicts: readonly string[];
  readonly guardRails: readonly string[];
  readonly evaluations: readonly ComparedEvaluation[];
}

/** A fixed number of queries, however many runs there are. @throws GraphQLError BAD_USER_INPUT for a baseline that is no group */
export async function compareGroups(db: Database, input: GroupInput): Promise<GroupComparison> {
  const { runs, metrics } = input;
  const runIds = runs.map(({ run }) => run.id);
  const [grouped, broken] = await Promise.all([groupRuns(db, input), countSandboxErrors(db, runIds)]);
  const { groups, baseline, values } = grouped;
  const completed = await grouped.completed();
  const labelOf = new Map(groups.flatMap(({ label, runs: ofGroup }) => ofGroup.map(({ id }) => [id, label])));
  const configOf = new Map(runs.map(({ run, config }) => [run.id, config]));
  const evaluations = comparedEvaluations(completed, (runId) => labelOf.get(runId) ?? "");
  const known = {
    values,
    metrics,
    errorsOf: new Map(broken.map(({ runId, errors }) => [runId, errors])),
    evaluatedAt: new Map(beforeAndAfter(completed).map(({ runId, after }) => [runId, after.step])),
  };
  const guarded = groups.map(({ label, runs: ofGroup }) =>
    guardedArm(
      label,
      ofGroup,
      ofGroup.map(({ id }) => configOf.get(id)),
      known,
    ),
  );
  const verdicts = await Promise.all(
    groups.map(async (group) => verdictsOf({ metrics: group.metrics, improvement: await group.improvement() })),
  );
  return {
    metrics,
    baseline,
    groups,
    verdicts: verdicts.flat(),
    guardRails: [...guardRails(guarded, metrics, baseline, "group"), ...evaluationRails(evaluations)],
    evaluations,
  };
}
