// Owns: experiments that tests of the API create. Must not know: what is asserted of them.
import { createExperiment } from "@gradus/api/commands/create-experiment";
import type { Database } from "@gradus/prisma/database";

export const SAMPLE = `
name: sample
question: Does order matter?
seeds: [1, 2]
training: { steps: 12, groupsPerStep: 4 }
arms:
  - { name: uniform, curriculum: uniform }
  - { name: classic, curriculum: classic, training: { groupSize: 4 } }
`;

/** Stores SAMPLE under a key; returns the experiment's id and its run ids: uniform 1, 2, classic 1, 2. */
export async function createSample(db: Database, key: string): Promise<{ readonly id: string; readonly runIds: readonly string[] }> {
  const id = await createExperiment(db, { source: SAMPLE, key });
  return { id, runIds: ["uniform.1", "uniform.2", "classic.1", "classic.2"].map((rest) => `${id}.${rest}`) };
}
