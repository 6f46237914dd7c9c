// Owns: joining a node to Temporal: one Temporal worker a role and queue. Must not know: what the activities do.
import { DefaultLogger, NativeConnection, Runtime, Worker } from "@temporalio/worker";
import type { WorkerOptions } from "@temporalio/worker";
import type { NodeReport, NodeRole, PolicyEngineName } from "@gradus/domain";
import { CONTROL_QUEUE, policyNodeQueue, policyQueue, SANDBOX_QUEUE } from "@gradus/workflows";
import { LoadMeter } from "./load-meter.ts";
import { MachineMeter } from "./machine/machine-meter.ts";
import { policyActivities, sandboxActivities } from "./roles.ts";
import type { NodeParts } from "./roles.ts";
import type { Tracing } from "./tracing.ts";

export interface NodeOptions {
  readonly temporalAddress: string;
  readonly namespace: string;
  readonly nodeId: string;
  readonly roles: readonly NodeRole[];
  /** Which experiments the policy role serves. */
  readonly engine: PolicyEngineName;
  /** What the control role adds: its activities and the workflow bundle. Absent where the role is not played. */
  readonly control?: Pick<WorkerOptions, "workflowBundle" | "activities">;
  /** Absent: nothing is traced. */
  readonly tracing?: Tracing["worker"];
  readonly capabilities: Readonly<Record<string, string | number | boolean>>;
}

const SEEN_EVERY_MS = 10_000;

/** Runs the node until `signal` aborts, then drains it. `onReady` is called when every queue is polled. */
export async function runNode(options: NodeOptions, parts: NodeParts, signal: AbortSignal, onReady: () => void): Promise<void> {
  Runtime.install({ logger: new DefaultLogger("WARN"), shutdownSignals: [] });
  const { nodeId, roles, engine, temporalAddress, namespace, control, tracing, capabilities } = options;
  const connection = await NativeConnection.connect({ address: temporalAddress });
  const common = { connection, namespace, identity: nodeId, shutdownGraceTime: "3s", shutdownForceTime: "8s", ...tracing } as const;
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
  await parts.sink.registerNode({ id: nodeId, roles, taskQueue, labels: {}, capabilities });
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
  signal.addEventListener("abort", () => {
    for (const worker of workers) if (worker.getState() === "RUNNING") worker.shutdown();
  });
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
