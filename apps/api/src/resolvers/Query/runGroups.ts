// Owns: Query.runGroups, and which runs its arguments mean by which keys.
import { readFilteredRuns } from "@gradus/prisma/reading/run-reader";
import { groupRuns } from "../../comparison/groups.ts";
import type { GroupInput, GroupedRun, RunKey } from "../../comparison/groups.ts";
import type { ApiContext } from "../../context.ts";
import { badInput, present } from "../../errors.ts";
import { requireAttribute, toRunFilter } from "../../run-filter/run-filter.ts";
import type { QueryResolvers, QueryRunGroupsArgs } from "../../generated/schema-types.ts";
import { MOST_RUNS, USUAL_METRICS } from "./comparison.ts";

const MOST_KEYS = 10;

export const runGroups: NonNullable<QueryResolvers["runGroups"]> = async (_parent, asked, context) =>
  (await groupRuns(context.db, await groupInput(asked, context))).groups;

/** @throws GraphQLError BAD_USER_INPUT */
export async function groupInput(
  { of, by, groupBy, metrics, curves, maxPoints, baseline }: QueryRunGroupsArgs,
  { db, load }: ApiContext,
): Promise<GroupInput> {
  const most = maxPoints ?? 100;
  if (most < 1 || most > 1_000) throw badInput("maxPoints: 1 to 1,000");
  const keys: RunKey[] = [...(by ?? []).map((name) => ({ property: "CONFIG" as const, name })), ...(groupBy ?? [])];
  if (keys.length > MOST_KEYS) throw badInput(`by: with groupBy at most ${MOST_KEYS} properties`);
  for (const [at, key] of (groupBy ?? []).entries()) requireAttribute(key, `groupBy[${at}].name`);
  const runs = await readFilteredRuns(db, toRunFilter(of), MOST_RUNS + 1);
  if (runs.length > MOST_RUNS) throw badInput(`of: more than ${MOST_RUNS} runs`);
  const configured = await Promise.all(
    runs.map(async (run): Promise<GroupedRun> => {
      const [arm, experiment] = await Promise.all([
        load.arm.load(run.armId),
        keys.some(({ property, name }) => property === "ATTRIBUTE" && name === "experiment")
          ? load.experiment.load(run.experimentId)
          : null,
      ]);
      const ofArm = present(arm, "arm", run.armId);
      return {
        run,
        config: (run.isExternal ? run.config : ofArm.configuration) as object,
        tags: run.tags as object,
        attributes: {
          status: run.status,
          name: run.name ?? run.id,
          experiment: experiment?.name ?? null,
          arm: ofArm.name,
          seed: run.seed,
          steps_done: run.stepsDone,
          created_at: run.createdAt.getTime(),
          started_at: run.startedAt?.getTime() ?? null,
          finished_at: run.finishedAt?.getTime() ?? null,
        },
      };
    }),
  );
  return {
    runs: configured,
    by: keys,
    metrics: metrics ?? USUAL_METRICS,
    curves: curves ?? [],
    maxPoints: most,
    baseline: baseline ?? null,
  };
}
