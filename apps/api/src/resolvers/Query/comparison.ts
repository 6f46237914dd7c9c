// Owns: Query.comparison.
import { readFilteredRuns } from "@gradus/prisma/reading/run-reader";
import { compare } from "../../comparison/compare.ts";
import { badInput, present } from "../../errors.ts";
import { toRunFilter } from "../../run-filter/run-filter.ts";
import type { QueryResolvers } from "../../generated/schema-types.ts";

export const MOST_RUNS = 1_000;
export const USUAL_METRICS = ["evaluation/pass@1", "train/reward", "train/pass_rate"];

export const comparison: NonNullable<QueryResolvers["comparison"]> = async (
  _parent,
  { of, metrics, curves, maxPoints, baselineArm, threshold },
  { db, load },
) => {
  const most = maxPoints ?? 100;
  if (most < 1 || most > 1_000) throw badInput("maxPoints: 1 to 1,000");
  const runs = await readFilteredRuns(db, toRunFilter(of), MOST_RUNS + 1);
  if (runs.length > MOST_RUNS) throw badInput(`of: more than ${MOST_RUNS} runs`);
  const byArm = [...Map.groupBy(runs, ({ armId }) => armId)];
  const arms = await Promise.all(
    byArm.map(async ([armId, ofArm]) => ({ arm: present(await load.arm.load(armId), "arm", armId), runs: ofArm })),
  );
  const baseline = baselineArm ? arms.find(({ arm }) => arm.name === baselineArm) : (arms[0] ?? null);
  if (baseline === undefined)
    throw badInput(`baselineArm: none of the arms is called ${baselineArm}; there are ${arms.map(({ arm }) => arm.name).join(", ")}`);
  return compare(db, {
    arms,
    baseline,
    metrics: metrics ?? USUAL_METRICS,
    curves: curves ?? [],
    maxPoints: most,
    threshold: threshold ?? null,
  });
};
