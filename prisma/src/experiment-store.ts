// Owns: writing experiments with their arms, curricula and runs, and forks of runs. Must not know: files, how a specification was resolved.
import { contentHash, runIdOf } from "@gradus/domain";
import type { CurriculumSpec, ExperimentSpec, Provenance, RunSpec } from "@gradus/domain";
import type { Database } from "./database.ts";
import type { Prisma } from "./generated/client.ts";

export interface NewExperiment {
  readonly id: string;
  /** Resolved: every default filled in. */
  readonly specification: ExperimentSpec;
  /** One for each arm of the specification, in its order. */
  readonly arms: readonly { readonly name: string; readonly curriculumName: string; readonly configuration: RunSpec }[];
  readonly provenance: Provenance;
}

/** Stores the experiment and everything that follows from it; storing the same id again changes nothing. Returns whether it was new. */
export async function createExperiment({ prisma }: Database, experiment: NewExperiment): Promise<boolean> {
  const { id, specification, arms, provenance } = experiment;
  const projectId = specification.project;
  return prisma.$transaction(async (tx) => {
    const { count } = await tx.experiment.createMany({
      data: {
        id,
        projectId,
        name: specification.name,
        question: specification.question,
        specification: json(specification),
        problemSetId: specification.problems.set ?? null,
      },
      skipDuplicates: true,
    });
    if (count === 0) return false;
    for (const [ordinal, arm] of arms.entries()) {
      const curriculumId = await shareCurriculum(tx, projectId, arm.curriculumName, arm.configuration.curriculum);
      const armId = `${id}.${arm.name}`;
      await tx.arm.create({
        data: { id: armId, experimentId: id, ordinal, name: arm.name, configuration: json(arm.configuration), curriculumId },
      });
      await tx.run.createMany({
        data: specification.seeds.map((seed) => ({
          id: runIdOf(id, arm.name, seed),
          experimentId: id,
          armId,
          seed,
          totalSteps: arm.configuration.training.steps,
          provenance: json(provenance),
        })),
      });
    }
    return true;
  });
}

/** The curriculum of that name and content; a new content is a new version. Two writers of one name take turns. */
async function shareCurriculum(
  tx: Prisma.TransactionClient,
  projectId: string,
  name: string,
  specification: CurriculumSpec,
): Promise<string> {
  await tx.$executeRaw`select pg_advisory_xact_lock(hashtextextended(${`curriculum/${projectId}/${name}`}, 0))`;
  const hash = contentHash(specification);
  const known = await tx.curriculum.findUnique({
    where: { projectId_name_contentHash: { projectId, name, contentHash: hash } },
    select: { id: true },
  });
  if (known !== null) return known.id;
  const last = await tx.curriculum.aggregate({ where: { projectId, name }, _max: { version: true } });
  const version = (last._max.version ?? 0) + 1;
  const { id } = await tx.curriculum.create({
    data: { id: `${projectId}.${name}.${version}`, projectId, name, version, specification: json(specification), contentHash: hash },
    select: { id: true },
  });
  return id;
}

/** Prisma's type of JSON input has no place for readonly or interface types; what is stored here was parsed by zod. */
const json = (value: object): Prisma.InputJsonValue => value as Prisma.InputJsonValue;
