// Owns: an experiment put into a world without going through the API: stored, ready to start, with the quickstart's warm start and problems.
// Must not know: what a test does with it.
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { Client, Connection } from "@temporalio/client";
import { resolveExperiment } from "@gradus/api/commands/resolve-experiment";
import { bucketOf, contentHash, isReproducible, runIdOf } from "@gradus/domain";
import type { CurriculumSpec, Placement, PolicyEngineName, Problem } from "@gradus/domain";
import type { Database } from "@gradus/prisma";
import { createExperiment } from "@gradus/prisma/experiment-store";
import { localBlobStore } from "@gradus/prisma/local-blob-store";
import { freezeProblemSet } from "@gradus/prisma/training/problem-set-store";
import { readCurrent } from "@gradus/prisma/metrics/read-series";
import { CONTROL_QUEUE, EXPERIMENT_WORKFLOW, experimentWorkflowId } from "@gradus/workflows";
import type { ExperimentResult } from "@gradus/workflows";

const example = (file: string): string => fileURLToPath(new URL(`../../examples/${file}`, import.meta.url));

/** Temporal's client side of a world. Close its connection when done. */
export async function connectTemporal(address: string): Promise<Client> {
  return new Client({ connection: await Connection.connect({ address }) });
}

/** The quickstart's weights, as the embedded engine saves them. */
export const readWarmStart = (): Promise<Uint8Array> => readFile(example("quickstart/warm-start.safetensors"));

/** Measured problems of a file of the examples, the quickstart's unless told, those of training first. */
export async function exampleProblems(file = "quickstart/problems.jsonl"): Promise<Omit<Problem, "id">[]> {
  const lines = (await readFile(example(file), "utf8")).trim().split("\n");
  return lines.map((line) => {
    const read = JSON.parse(line) as Omit<Problem, "id">;
    const { environment, message, entryPoint, reference, tests, visibleTests } = read;
    const hash = contentHash({ environment, message, entryPoint, reference, tests, visibleTests });
    return { ...read, contentHash: hash, bucket: read.passRate === null ? null : bucketOf(read.passRate) };
  });
}

export interface Planting {
  readonly id: string;
  readonly seeds?: readonly number[];
  /** Presets, or names with specifications: an arm each. */
  readonly curricula?: readonly (string | { readonly name: string; readonly curriculum: CurriculumSpec })[];
  readonly training?: Readonly<Record<string, unknown>>;
  readonly evaluation?: Readonly<Record<string, unknown>>;
  readonly concurrency?: number;
  /** Default embedded. */
  readonly engine?: PolicyEngineName;
  /** What the labels of its nodes must say. */
  readonly placement?: Placement;
  /** Default: the quickstart's weights. Bytes: a checkpoint of the engine that will train it. */
  readonly policy?: "warm start" | "from the seed" | Uint8Array;
  /** Default: the quickstart's. */
  readonly problems?: readonly Omit<Problem, "id">[];
}

/** Stores the experiment; returns the ids of its runs, arm by arm, seed by seed. Starting it is `startExperiment`. */
export async function plantExperiment(
  world: { readonly database: Database; readonly blobsFolder: string },
  planting: Planting,
): Promise<string[]> {
  const {
    id,
    seeds = [1],
    curricula = ["uniform"],
    training = {},
    evaluation = {},
    concurrency = 2,
    policy = "warm start",
    engine,
    placement,
    problems = await exampleProblems(),
  } = planting;
  const set = await freezeProblemSet(world.database.sql, "default", "planted", problems);
  const hash = await localBlobStore(world.blobsFolder).put(policy instanceof Uint8Array ? policy : await readWarmStart());
  const arms = curricula.map((curriculum) => (typeof curriculum === "string" ? { name: curriculum, curriculum } : curriculum));
  const source = {
    name: "planted",
    seeds,
    concurrency,
    problems: { set },
    policy: { engine, placement, ...(policy !== "from the seed" && { warmStart: `sha256:${hash}` }) },
    training: { steps: 3, groupsPerStep: 4, groupSize: 4, ...training },
    evaluation: { problems: 8, samples: 1, ...evaluation },
    arms,
  };
  const resolved = resolveExperiment(JSON.stringify(source));
  const provenance = {
    gradusVersion: "test",
    commit: null,
    lockFileHash: null,
    host: { platform: process.platform, arch: process.arch, cpus: 2, node: process.version },
  };
  await createExperiment(world.database, { id, ...resolved, provenance });
  return arms.flatMap(({ name }) => seeds.map((seed) => runIdOf(id, name, seed)));
}

/** Starts the experiment's workflow and returns a way to wait for its end. */
export async function startExperiment(client: Client, experimentId: string): Promise<() => Promise<ExperimentResult>> {
  const handle = await client.workflow.start(EXPERIMENT_WORKFLOW, {
    workflowId: experimentWorkflowId(experimentId),
    taskQueue: CONTROL_QUEUE,
    args: [{ experimentId }],
  });
  return () => handle.result() as Promise<ExperimentResult>;
}

/** What two runs of one seed must share, whatever happened to them: rollouts, policies, reproducible metrics. Ids are made relative. */
export async function traceOf({ sql }: Database, runId: string): Promise<unknown> {
  const [rollouts, policies, points, evaluations] = await Promise.all([
    sql`select g."scopeKind" as kind, g.step, g.ordinal, g."problemId", g.bucket, g.prompt, g.admitted, g."refusedBy", r.index, r.completion, r."completionTokens", r."logProbs",
        r."policyHash", r.verdict, r.execution -> 'tests' as tests, r.reward, r.advantage
      from "Group" g join "Rollout" r on r."groupId" = g.id where g."runId" = ${runId} order by g."scopeKind", g.step, g.ordinal, r.index`,
    sql`select version, step, "checkpointHash", report from "PolicyVersion" where "runId" = ${runId} order by version`,
    readCurrent(sql, { runIds: [runId], names: null }),
    sql`select e.step, r."problemId", r.passes, r.samples from "EvaluationResult" r join "Evaluation" e on e.id = r."evaluationId" where e."runId" = ${runId} order by e.step, r."problemId"`,
  ]);
  return {
    rollouts: [...rollouts],
    policies: [...policies],
    points: points
      .filter(({ name }) => isReproducible(name))
      .map((one) => ({ name: one.name, steps: [...one.points.steps], values: [...one.points.values] })),
    evaluations: [...evaluations],
  };
}
