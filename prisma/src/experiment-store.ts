// Owns: writing experiments with their arms, curricula and runs, and forks of runs. Must not know: files, how a specification was resolved.
import { contentHash, evaluationScope, runIdOf } from "@gradus/domain";
import type { CurriculumSpec, ExperimentSpec, Provenance, RunSpec } from "@gradus/domain";
import type { Database } from "./database.ts";
import type { Prisma } from "./generated/client.ts";
import { copyPoints } from "./metrics/copy-points.ts";

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

export interface NewFork {
  readonly fromRunId: string;
  /** The last step that the fork shares with the run it is made from. */
  readonly fromStep: number;
  /** Absent: `<arm>-fork-<n>`. */
  readonly armName?: string | undefined;
  readonly configuration: RunSpec;
  readonly provenance: Provenance;
}

/**
 * A new run, in a new arm of the same experiment, that goes on after `fromStep` of another: it has copies of that run's steps, policy versions,
 * curriculum states, metric points and evaluations up to there, and so is resumed, read and compared as any run is. Rollouts stay with the run
 * that made them. Returns its id, or null where the arm's name is taken.
 */
export async function createFork(
  { prisma }: Database,
  { fromRunId, fromStep, armName, configuration, provenance }: NewFork,
): Promise<string | null> {
  return prisma.$transaction(async (tx) => {
    const { experimentId, seed, arm, experiment } = await tx.run.findUniqueOrThrow({
      where: { id: fromRunId },
      include: { arm: true, experiment: true },
    });
    // Two forks of one experiment take turns: each makes an arm.
    await tx.$queryRaw`select 1 from "Experiment" where id = ${experimentId} for update`;
    const arms = await tx.arm.findMany({ where: { experimentId }, select: { name: true, ordinal: true } });
    const taken = new Set(arms.map(({ name }) => name));
    const name = armName ?? freeName(arm.name, taken);
    if (taken.has(name)) return null;

    const armId = `${experimentId}.${name}`;
    const curriculumId = await shareCurriculum(tx, experiment.projectId, arm.name, configuration.curriculum);
    const ordinal = Math.max(...arms.map((one) => one.ordinal)) + 1;
    await tx.arm.create({ data: { id: armId, experimentId, ordinal, name, configuration: json(configuration), curriculumId } });
    const id = runIdOf(experimentId, name, seed);
    const policy = await tx.policyVersion.findFirstOrThrow({
      where: { runId: fromRunId, step: { lte: fromStep } },
      orderBy: { version: "desc" },
    });
    await tx.run.create({
      data: {
        id,
        experimentId,
        armId,
        seed,
        forkedFromRunId: fromRunId,
        forkedFromStep: fromStep,
        stepsDone: fromStep,
        policyVersion: policy.version,
        totalSteps: configuration.training.steps,
        provenance: json(provenance),
      },
    });
    await tx.$executeRaw`insert into "Step" ("runId", step, "policyVersion", "startedAt", "completedAt", summary)
      select ${id}, step, "policyVersion", "startedAt", "completedAt", summary from "Step" where "runId" = ${fromRunId} and step <= ${fromStep}`;
    await tx.$executeRaw`insert into "PolicyVersion" ("runId", version, step, "checkpointHash", report, "createdAt")
      select ${id}, version, step, "checkpointHash", report, "createdAt" from "PolicyVersion" where "runId" = ${fromRunId} and step <= ${fromStep}`;
    await tx.$executeRaw`insert into "CurriculumState" ("runId", step, state)
      select ${id}, step, state from "CurriculumState" where "runId" = ${fromRunId} and step <= ${fromStep}`;
    await copyEvaluations(tx, fromRunId, fromStep, id);
    await copyPointsWithEvents(tx, fromRunId, fromStep, id);
    return id;
  });
}

async function copyEvaluations(tx: Prisma.TransactionClient, fromRunId: string, fromStep: number, id: string): Promise<void> {
  const evaluations = await tx.evaluation.findMany({ where: { runId: fromRunId, step: { lte: fromStep }, completedAt: { not: null } } });
  for (const evaluation of evaluations) {
    const copied = evaluationScope(evaluation.experimentId, evaluation.step, id).id;
    await tx.evaluation.create({ data: { ...evaluation, id: copied, runId: id } });
    await tx.$executeRaw`insert into "EvaluationResult" ("evaluationId", "problemId", bucket, passes, samples)
      select ${copied}, "problemId", bucket, passes, samples from "EvaluationResult" where "evaluationId" = ${evaluation.id}`;
  }
}

/** Points and the events that carry them, so that who follows the fork's stream from its beginning has its whole curve. */
async function copyPointsWithEvents(tx: Prisma.TransactionClient, fromRunId: string, fromStep: number, id: string): Promise<void> {
  await copyPoints(tx, fromRunId, fromStep, id);
  // The points of one event are of one step.
  const copied = await tx.$executeRaw`insert into "Event" ("runId", position, type, data)
    select ${id}, row_number() over (order by position), type, data from "Event"
    where "runId" = ${fromRunId} and type = 'METRICS_RECORDED' and (data -> 'points' -> 0 ->> 1)::int <= ${fromStep}`;
  await tx.run.update({ where: { id }, data: { streamPosition: copied } });
}

function freeName(base: string, taken: ReadonlySet<string>): string {
  for (let n = 1; ; n++) {
    const suffix = `-fork-${n}`;
    const name = `${base.slice(0, 48 - suffix.length)}${suffix}`;
    if (!taken.has(name)) return name;
  }
}
