// Owns: Query.runGroups.
import { readFilteredRuns } from "@gradus/prisma/reading/run-reader";
import { groupRuns } from "../../comparison/groups.ts";
import { badInput, present } from "../../errors.ts";
import { toRunFilter } from "../../run-filter/run-filter.ts";
import type { QueryResolvers } from "../../generated/schema-types.ts";
import { MOST_RUNS, USUAL_METRICS } from "./comparison.ts";

const MOST_KEYS = 10;

export const runGroups: NonNullable<QueryResolvers["runGroups"]> = async (
  _parent,
  { of, by, metrics, curves, maxPoints, baseline },
  { db, load },
) => {
  const most = maxPoints ?? 100;
  if (most < 1 || most > 1_000) throw badInput("maxPoints: 1 to 1,000");
  if ((by ?? []).length > MOST_KEYS) throw badInput(`by: at most ${MOST_KEYS} parameters`);
  const runs = await readFilteredRuns(db, toRunFilter(of), MOST_RUNS + 1);
  if (runs.length > MOST_RUNS) throw badInput(`of: more than ${MOST_RUNS} runs`);
  const configured = await Promise.all(
    runs.map(async (run) => {
      const config = run.isExternal ? run.config : present(await load.arm.load(run.armId), "arm", run.armId).configuration;
      return { run, config: config as object };
    }),
  );
  return groupRuns(db, {
    runs: configured,
    by: by ?? [],
    metrics: metrics ?? USUAL_METRICS,
    curves: curves ?? [],
    maxPoints: most,
    baseline: baseline ?? null,
  });
};
