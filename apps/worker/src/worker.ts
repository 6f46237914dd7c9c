// Owns: joining a node to Temporal: one Temporal worker a role and queue. Must not know: what the activities do.
import { setTimeout as sleep } from "node:timers/promises";
import { DefaultLogger, NativeConnection, Runtime, Worker } from "@temporalio/worker";
import type { WorkerOptions } from "@temporalio/worker";
import type { NodeReport, NodeRole, PolicyEngineName } from "@gradus/domain";
import type { TemporalAccess } from "@gradus/domain/temporal-access";
import { CONTROL_QUEUE, policyNodeQueue, policyQueue, SANDBOX_QUEUE } from "@gradus/workflows";
import { LoadMeter } from "./load-meter.ts";
import { MachineMeter } from "./machine/machine-meter.ts";
import { policyActivities, sandboxActivities } from "./roles.ts";
import type { NodeParts } from "./roles.ts";
import type { Tracing } from "./tracing.ts";

export interface NodeOptions {
  readonly temporal: TemporalAccess<Buffer>;
  readonly nodeId: string;
  readonly roles: readonly NodeRole[];
  /** Which experiments the policy role serves. */
  readonly engine: PolicyEngineName;
  /** What the control role adds: its activities and the workflow bundle. Absent where the role is not played. */
  readonly control?: Pick<WorkerOptions, "workflowBundle" | "activities">;
  /** Absent: nothing is traced. */
  readonly tracing?: Tracing["worker"];
  /** What its operator says of it: runs are placed by it. */
  readonly labels: Readonly<Record<string, string>>;
  readonly capabilities: Readonly<Record<string, string | number | boolean>>;
  /** How long its runs may take to leave it before it stops, in milliseconds; 0: it stops at once. */
  readonly drainMs: number;
}

export interface StopSignals {
  /** The node is to stop, in order. */
  readonly stop: AbortSignal;
  /** It is to stop at once. */
  readonly now: AbortSignal;
}

const SEEN_EVERY_MS = 10_000;

/** Runs the node until it is told to stop, then drains it. `onReady` is called when every queue is polled. */
export async function runNode(options: NodeOptions, parts: NodeParts, { stop, now }: StopSignals, onReady: () => void): Promise<void> {
  Runtime.install({ logger: new DefaultLogger("WARN"), shutdownSignals: [] });
  const { nodeId, roles, engine, temporal, control, tracing, labels, capabilities, drainMs } = options;
  const { namespace, ...access } = temporal;
  const connection = await NativeConnection.connect(access);
  // A heartbeat brings progress to whoever watches, and back the word that a run was cancelled: neither should take the eight seconds of the default.
  const common = {
    connection,
    namespace,
    identity: nodeId,
    shutdownGraceTime: "3s",
    shutdownForceTime: "8s",
    maxHeartbeatThrottleInterval: "2s",
    ...tracing,
  } as const;
  const queues: Omit<WorkerOptions, keyof typeof common>[] = [];
  if (control !== undefined) queues.push({ ...control, taskQueue: CONTROL_QUEUE, maxConcurrentActivityTaskExecutions: 16 });
  if (roles.includes("SANDBOX"))
    queues.push({ taskQueue: SANDBOX_QUEUE, activities: sandboxActivities(parts, nodeId), maxConcurrentActivityTaskExecutions: 8 });
  if (roles.includes("POLICY")) {
    const { offerNode, pretrainPolicy, ...onThisNode } = policyActivities(parts, nodeId);
    queues.push({ taskQueue: policyQueue(engine), activities: { offerNode, pretrainPolicy } });
    // Wide enough that a run never waits for a place: the engines have their own lines, and a full queue would look like a dead node.
    queues.push({ taskQueue: policyNodeQueue(nodeId), activities: onThisNode, maxConcurrentActivityTaskExecutions: 64 });
  }
  const workers = await Promise.all(queues.map((queue) => Worker.create({ ...common, ...queue })));
  const taskQueue = roles.includes("POLICY") ? policyNodeQueue(nodeId) : null;
  await parts.sink.registerNode({ id: nodeId, roles, taskQueue, labels, capabilities });
  const meter = roles.includes("SANDBOX") ? new LoadMeter(await parts.sandbox(), performance.now()) : null;
  const machine = new MachineMeter();
  const report = async (): Promise<NodeReport> => {
    // Tolerates a machine that tells nothing of itself: a node is alive without.
    const told = await machine.read().catch(() => null);
    return { machine: told, sandbox: meter?.read(performance.now()) ?? null };
  };
  const tell = async (): Promise<void> => {
    try {
      await parts.sink.nodeSeen(nodeId, await report());
    } catch {
      // Tolerates a sink that is away for a moment: the next beat comes.
    }
  };
  await tell();
  const beat = setInterval(() => void tell(), SEEN_EVERY_MS);
  const leave = async (): Promise<void> => {
    if (roles.includes("POLICY") && drainMs > 0 && !now.aborted)
      await emptied(parts, nodeId, AbortSignal.any([now, AbortSignal.timeout(drainMs)]));
    for (const worker of workers) if (worker.getState() === "RUNNING") worker.shutdown();
  };
  stop.addEventListener("abort", () => void leave(), { once: true });
  try {
    const running = Promise.all(workers.map((worker) => worker.run()));
    onReady();
    await running;
  } finally {
    clearInterval(beat);
    await tell();
    // Tolerates a database that is gone: the node is seen no more either way.
    await parts.sink.nodeStopped(nodeId).catch(() => undefined);
    await connection.close();
  }
}

/** Tells that the node is being drained, and waits until its runs have left it or `over` aborts. */
async function emptied({ sink, host }: NodeParts, nodeId: string, over: AbortSignal): Promise<void> {
  try {
    await sink.nodeDraining(nodeId);
    const { isEmpty } = await host();
    while (!isEmpty()) await sleep(LOOK_MS, undefined, { signal: over });
  } catch (error) {
    // Tolerates a drain that nobody could be told of, and one that took too long: what is under way then goes on elsewhere, as after a crash.
    console.error(
      JSON.stringify({ drain: "ended before every run had left", why: error instanceof Error ? error.message : String(error) }),
    );
  }
}
const LOOK_MS = 200;
