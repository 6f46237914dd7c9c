// Owns: why a run does not go on: the rows of its stages and nodes together with how much lies in the stage's task queue.
// Must not know: GraphQL, words.
import { isStalled, stageWaitWords } from "@gradus/domain";
import { isNodeAlive, NodeReport } from "@gradus/domain/node";
import type { NodeRole, Stage, StageWait } from "@gradus/domain";
import { readNodesOfRole, readLastAttempt, readUsualSeconds } from "@gradus/prisma/reading/stage-wait-reader";
import type { LastAttempt } from "@gradus/prisma/reading/stage-wait-reader";
import type { ArmRow, RunRow, WorkerNodeRow } from "@gradus/prisma/rows";
import { CONTROL_QUEUE, policyNodeQueue, policyQueue, SANDBOX_QUEUE } from "@gradus/workflows";
import type { ApiContext } from "./context.ts";

export interface DiagnosedWait extends StageWait {
  readonly since: Date;
  readonly queue: string;
  readonly silent: readonly WorkerNodeRow[];
  readonly isStalled: boolean;
  readonly message: string;
}

const ROLE_OF: Readonly<Record<Stage, NodeRole>> = { GENERATE: "POLICY", EXECUTE: "SANDBOX", REWARD: "CONTROL", UPDATE: "POLICY" };

/** Null for a run that Gradus does not train, or that does not run now. */
export async function diagnoseWait(
  run: RunRow,
  { db, control, load }: Pick<ApiContext, "db" | "control" | "load">,
): Promise<DiagnosedWait | null> {
  if (run.isExternal || run.status !== "RUNNING") return null;
  const now = Date.now();
  const awaited = follow(run, await readLastAttempt(db, run.id));
  const role = ROLE_OF[awaited.stage];
  const queue = queueOf(role, run, await load.arm.load(run.armId));
  const [usualSeconds, nodes, lying] = await Promise.all([
    readUsualSeconds(db, run.id, awaited.stage),
    readNodesOfRole(db, role),
    control.readQueue(queue),
  ]);
  const silent = nodes.filter((node) => !isNodeAlive(node, now));
  const wait: StageWait = {
    ...awaited,
    role,
    queueDepth: lying?.depth ?? null,
    usualSeconds,
    seconds: secondsSince(awaited.since, now),
    isNodeSilent: silent.some(({ id }) => id === awaited.nodeId),
    programsWaiting:
      role === "SANDBOX" ? nodes.filter((node) => !silent.includes(node)).reduce((sum, node) => sum + programsWaiting(node), 0) : 0,
    nodes: nodes.length,
    // Only placing says anything of a run that goes on.
    unplaced: role === "POLICY" && awaited.nodeId === null ? run.cause : null,
    silentNodes: silent.map(({ id, lastSeenAt }) => ({ id, seconds: secondsSince(lastSeenAt, now) })),
  };
  return { ...wait, since: awaited.since, queue, silent, isStalled: isStalled(wait), message: stageWaitWords(wait) };
}

type Awaited = Pick<StageWait, "stage" | "step" | "attempt" | "nodeId"> & { readonly since: Date };

/** What the run waits for, after what it did last. */
function follow(run: RunRow, last: LastAttempt | null): Awaited {
  const nobody = { attempt: 1, nodeId: null };
  if (last === null) return { stage: "GENERATE", step: run.stepsDone + 1, since: run.startedAt ?? run.createdAt, ...nobody };
  const { stage, step, attempt, nodeId, since, outcome } = last;
  if (outcome === "STARTED") return { stage, step, attempt, nodeId, since };
  if (outcome !== "COMPLETED") return { stage, step, attempt: attempt + 1, nodeId: null, since };
  if (step <= run.stepsDone) return { stage: "GENERATE", step: run.stepsDone + 1, since, ...nobody };
  const next: Stage = stage === "GENERATE" ? "EXECUTE" : stage === "EXECUTE" ? "REWARD" : stage === "REWARD" ? "UPDATE" : "GENERATE";
  return { stage: next, step: stage === "UPDATE" ? step + 1 : step, since, ...nobody };
}

/** A run that has a node waits for that one alone. */
function queueOf(role: NodeRole, { nodeId }: RunRow, arm: ArmRow | null): string {
  if (role === "SANDBOX") return SANDBOX_QUEUE;
  if (role === "CONTROL") return CONTROL_QUEUE;
  if (nodeId !== null) return policyNodeQueue(nodeId);
  const { policy } = (arm?.configuration ?? {}) as { policy?: { engine?: Parameters<typeof policyQueue>[0] } };
  return policyQueue(policy?.engine);
}

const secondsSince = (at: Date, now: number): number => Math.max(0, (now - at.getTime()) / 1_000);
const programsWaiting = ({ report }: WorkerNodeRow): number => (report === null ? 0 : (NodeReport.parse(report).sandbox?.waiting ?? 0));
