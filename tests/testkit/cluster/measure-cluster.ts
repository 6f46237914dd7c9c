// Owns: real runs on several real nodes whose engines and sandbox take as long as they are told, how long their steps took, and what the forecast says of
// the same. A real server of the engine computes everything, and its answers wait. Must not know: what is expected.
import { ClusterSpec, simulateCluster } from "@gradus/domain/cluster/simulate-cluster";
import type { ClusterForecast } from "@gradus/domain/cluster/simulate-cluster";
import { connectTemporal, plantExperiment, startExperiment } from "../planted-experiment.ts";
import type { EngineServerProcess } from "../policy/engine-server-process.ts";
import type { World } from "../world.ts";
import { openPacedSandbox } from "./paced-sandbox.ts";
import { openPacedServer } from "./paced-server.ts";

export interface Pace {
  readonly policyNodes: number;
  readonly runsPerNode: number;
  /** Over all sandbox nodes, which here is one. */
  readonly sandboxSlots: number;
  readonly rolloutsPerStep: number;
  readonly steps: number;
  readonly maxStaleness: number;
  /** Seconds of one step's generate and update, and of one rollout's execution. */
  readonly generate: number;
  readonly execute: number;
  readonly update: number;
}

/** Means in seconds, the first step left out: it warms up. */
export interface StageTimes {
  readonly generate: number;
  /** Of one rollout in one slot, where nothing else waits for slots. */
  readonly execute: number;
  readonly reward: number;
  readonly update: number;
  /** What is left of a step. */
  readonly orchestration: number;
}

export interface MeasuredCluster {
  /** Mean over runs of the seconds from one step's draw to the next one's, the first step left out. */
  readonly secondsPerStep: number;
  /** Mean policy versions between the weights that sampled and those that were trained, the first step left out. */
  readonly staleness: number;
  readonly stages: StageTimes;
  /** Answers of the engine that came later than their pace, and by how much at most. */
  readonly late: { readonly count: number; readonly mostSeconds: number };
  readonly executions: number;
}

const time = (mean: number) => ({ mean, variation: 0 });

/** What `gradus simulate cluster` says of such a cluster, from stage times that were measured on it or on a smaller one. */
export const forecastOf = (
  { policyNodes, runsPerNode, sandboxSlots, rolloutsPerStep, maxStaleness }: Pace,
  { generate, execute, reward, update, orchestration }: StageTimes,
): ClusterForecast =>
  simulateCluster(
    ClusterSpec.parse({
      policyNodes,
      runsPerNode,
      sandboxSlots,
      rolloutsPerStep,
      maxStaleness,
      runs: policyNodes * runsPerNode,
      // Long enough that the first step and the last do not count.
      steps: 100,
      generate: time(generate),
      execute: time(execute),
      reward: time(reward),
      update: time(update),
      orchestration: time(orchestration),
    }),
    1,
  );

/** `id` names the experiment and its nodes: one world may measure several. */
export async function measureCluster(world: World, behind: EngineServerProcess, id: string, pace: Pace): Promise<MeasuredCluster> {
  const { policyNodes, runsPerNode, sandboxSlots, rolloutsPerStep, steps, maxStaleness, generate, execute, update } = pace;
  const runs = policyNodes * runsPerNode;
  const { warmStart: policy, env } = behind;
  await using sandbox = await openPacedSandbox(execute);
  await using engine = await openPacedServer(env["GRADUS_TINKER_URL"] ?? "", { asample: generate, forward_backward: update });
  const fusion = { GRADUS_SANDBOX_BACKEND: "sandboxfusion", GRADUS_SANDBOX_URL: sandbox.url, GRADUS_SANDBOX_SLOTS: String(sandboxSlots) };
  const tinker = { ...env, GRADUS_TINKER_URL: engine.url, GRADUS_POLICY_SLOTS: "1" };
  const labels = `cluster=${id}`;
  const workers = await Promise.all([
    world.startWorker({ role: "control,sandbox", node: `${id}-control`, env: fusion }),
    ...Array.from({ length: policyNodes }, (_, at) =>
      world.startWorker({ role: "policy", node: `${id}-${at}`, engine: "tinker", labels, env: tinker }),
    ),
  ]);
  const client = await connectTemporal(world.temporal.address);
  try {
    await plantExperiment(world, {
      id,
      seeds: Array.from({ length: runs }, (_, at) => at + 1),
      concurrency: runs,
      engine: "tinker",
      placement: { cluster: id },
      policy,
      // Every step updates: a step without one would not be of this pace.
      curricula: [{ name: "every-group", curriculum: { sampler: { kind: "uniform" }, gates: [] } as never }],
      training: { steps, groupsPerStep: rolloutsPerStep / 4, groupSize: 4, maxStaleness },
      evaluation: { problems: 1, samples: 1 },
    });
    const ended = await (await startExperiment(client, id))();
    if (ended.runs.completed !== runs) throw new Error(`${ended.runs.completed} of ${runs} runs completed`);
  } finally {
    await client.connection.close();
    await Promise.all(workers.map((worker) => worker.stop()));
  }
  const stages = await stageTimesOf(world, id, { rolloutsPerStep, sandboxSlots });
  return { ...stages, late: engine.late, executions: sandbox.programs };
}

/** Of an experiment's runs whose every step updates, as their rows tell. */
export async function stageTimesOf(
  { database: { sql } }: Pick<World, "database">,
  id: string,
  { rolloutsPerStep, sandboxSlots }: Pick<Pace, "rolloutsPerStep" | "sandboxSlots">,
): Promise<Pick<MeasuredCluster, "secondsPerStep" | "staleness" | "stages">> {
  const [found] = await sql<{ step: number; staleness: number; generate: number; execute: number; reward: number; update: number }[]>`
    with own as (select s.* from "Step" s join "Run" r on r.id = s."runId" where r."experimentId" = ${id} and s.step >= 2),
    spans as (select extract(epoch from max("startedAt") - min("startedAt")) / (count(*) - 1) as seconds from own group by "runId"),
    stage as (
      select stage, avg(extract(epoch from "endedAt" - "startedAt"))::float8 as seconds from "StageExecution"
      where "experimentId" = ${id} and "scopeKind" = 'STEP' and step >= 2 and outcome = 'COMPLETED' group by 1)
    select (select avg(seconds)::float8 from spans) as step,
      (select avg(g.step - 1 - r."policyVersion")::float8 from "Rollout" r join "Group" g on g.id = r."groupId" join "Run" on "Run".id = g."runId"
       where "Run"."experimentId" = ${id} and g."scopeKind" = 'STEP' and g.step >= 2) as staleness,
      (select seconds from stage where stage = 'GENERATE') as generate, (select seconds from stage where stage = 'EXECUTE') as execute,
      (select seconds from stage where stage = 'REWARD') as reward, (select seconds from stage where stage = 'UPDATE') as update`;
  if (found === undefined) throw new Error(`experiment ${id} left no steps`);
  const { step, staleness, generate, execute, reward, update } = found;
  return {
    secondsPerStep: step,
    staleness,
    stages: {
      generate,
      // So many rounds of the slots make the stage.
      execute: execute / Math.ceil(rolloutsPerStep / sandboxSlots),
      reward,
      update,
      orchestration: Math.max(0, step - generate - execute - reward - update),
    },
  };
}
