// Owns: Query.simulateCurriculum.
import { answer } from "../../commands/refusal.ts";
import { simulateCurriculum as simulate } from "../../commands/simulate-curriculum.ts";
import type { QueryResolvers } from "../../generated/schema-types.ts";

export const simulateCurriculum: NonNullable<QueryResolvers["simulateCurriculum"]> = async (
  _parent,
  { input: { steps = 200, groupsPerStep = 8, groupSize = 8, problems = 256, seed = 1, windows: parts = 60, source } },
) => ({
  simulation: null,
  ...(await answer(async () => {
    const { spec, simulation } = await simulate({ source, steps, groupsPerStep, groupSize, problems, seed, windows: parts });
    const windows = simulation.windows.map(({ drawn, passRate, ...window }) => ({
      ...window,
      drawn: values(drawn),
      passRate: values(passRate),
    }));
    return { simulation: { ...simulation, warnings: [...simulation.warnings], windows, specification: spec } };
  })),
});

const values = (record: Readonly<Record<string, number>>) => Object.entries(record).map(([bucket, value]) => ({ bucket, value }));
