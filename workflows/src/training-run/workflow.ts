// Owns: the Temporal shell of a training run: node, lease, pause, cancel, continue-as-new. The algorithm is in loop.ts.
import {
  ActivityFailure,
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  condition,
  ContinueAsNew,
  continueAsNew,
  isCancellation,
  patched,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  TimeoutFailure,
  workflowInfo,
} from "@temporalio/workflow";
import type { PolicyEngineName } from "@gradus/domain/policy-engine-name";
import type { ControlActivities, HeldBack, Lease, NodeOffer, Place, PolicyActivities, RunPlan, SandboxActivities } from "./activities.ts";
import { CONTROL_QUEUE, PERMANENT_FAILURES, policyQueue, SANDBOX_QUEUE } from "./activities.ts";
import { train } from "./loop.ts";
import type { RunState, Stages } from "./loop.ts";
import { pauseSignal, resumeSignal, setTotalStepsUpdate, stateQuery } from "./messages.ts";
import type { TrainingRunInput, TrainingRunResult } from "./messages.ts";

const retry = {
  initialInterval: "500ms",
  backoffCoefficient: 2,
  maximumInterval: "10s",
  maximumAttempts: 20,
  nonRetryableErrorTypes: [...PERMANENT_FAILURES],
};

export const control = proxyActivities<
  Omit<ControlActivities, "drawProblems" | "refillProblems" | "rewardRollouts" | "placeRun" | "findNode">
>({
  taskQueue: CONTROL_QUEUE,
  startToCloseTimeout: "10m",
  heartbeatTimeout: "10s",
  retry,
});
/** What every step asks of the control role runs in the worker that runs the workflow, within its task: two round trips fewer a step (ADR 0009). */
const near = proxyLocalActivities<Pick<ControlActivities, "drawProblems" | "refillProblems" | "rewardRollouts">>({
  startToCloseTimeout: "10m",
  retry,
});
export const sandbox = proxyActivities<SandboxActivities>({
  taskQueue: SANDBOX_QUEUE,
  startToCloseTimeout: "2h",
  heartbeatTimeout: "10s",
  retry,
});
/** Waits for a node for as long as it takes: a failed attempt leaves nothing in the history. */
const placing = proxyActivities<Pick<ControlActivities, "placeRun" | "findNode">>({
  taskQueue: CONTROL_QUEUE,
  startToCloseTimeout: "30s",
  retry: { ...retry, maximumInterval: "5s", maximumAttempts: Number.POSITIVE_INFINITY },
});
/** Workflows that began before nodes were chosen by what they are go on as they began. */
const CHOSEN = "nodes-are-chosen";
/** So do those that were given another length before they knew their own: it did not count then. */
const EARLY = "early-length-counts";

const finderOf = (engine: PolicyEngineName | undefined): Pick<PolicyActivities, "offerNode"> =>
  proxyActivities<Pick<PolicyActivities, "offerNode">>({
    taskQueue: policyQueue(engine),
    startToCloseTimeout: "10s",
    retry: { ...retry, maximumAttempts: Number.POSITIVE_INFINITY },
  });

/** The stages that need no node of their own. Written out, since a proxy of activities has no members to spread. */
export const controlStages = {
  drawProblems: (at) => near.drawProblems(at),
  executeRollouts: (at) => sandbox.executeRollouts(at),
  refillProblems: (at) => near.refillProblems(at),
  rewardRollouts: (at) => near.rewardRollouts(at),
  drawEvaluation: (at) => control.drawEvaluation(at),
  scoreEvaluation: (at) => control.scoreEvaluation(at),
} satisfies Omit<Stages, "generateRollouts" | "updatePolicy">;

/** A node for what no run owns; waits until there is one. */
export const findNode = (
  of: { readonly experimentId: string } | { readonly synthesisId: string },
  engine: PolicyEngineName | undefined,
): Promise<NodeOffer> => (patched(CHOSEN) ? placing.findNode(of) : finderOf(engine).offerNode());
/** Activities on one node's own queue; a node that takes nothing up for half a minute is taken for dead. */
export const policyOn = (node: NodeOffer): Omit<PolicyActivities, "offerNode"> =>
  proxyActivities<Omit<PolicyActivities, "offerNode">>({
    taskQueue: node.taskQueue,
    scheduleToStartTimeout: "30s",
    startToCloseTimeout: "2h",
    heartbeatTimeout: "10s",
    retry,
  });

/** Frees what a node holds for a run or an experiment. A node that does not answer soon has lost it by itself. */
export const releaseOn = async (node: NodeOffer, modelId: string): Promise<void> => {
  const { releasePolicy } = proxyActivities<Pick<PolicyActivities, "releasePolicy">>({
    taskQueue: node.taskQueue,
    scheduleToStartTimeout: "5s",
    startToCloseTimeout: "1m",
    heartbeatTimeout: "10s",
    retry: { maximumAttempts: 1 },
  });
  // Tolerates whatever becomes of it: nothing but the node's memory depends on it.
  await CancellationScope.nonCancellable(() => releasePolicy({ modelId })).catch(() => undefined);
};

export async function trainingRun(input: TrainingRunInput): Promise<TrainingRunResult> {
  const { runId } = input;
  let paused = input.paused !== undefined;
  let pauseCause = input.paused?.cause;
  let totalSteps = 0;
  /** Given before the run knew its own length, which it may have read before. */
  let early: number | undefined;
  let needs: PolicyEngineName | undefined;
  let state: RunState | null = null;
  let place: Place | null = null;
  /** Calls under way on the run's node. */
  let onPlace = 0;
  let leaving = false;
  let released = false;

  setHandler(pauseSignal, ({ cause }) => {
    paused = true;
    pauseCause = cause;
  });
  setHandler(resumeSignal, () => {
    paused = false;
    released = true;
  });
  setHandler(
    setTotalStepsUpdate,
    async (update) => {
      totalSteps = update.totalSteps;
      if (state === null) early = totalSteps;
      await control.setTotalSteps({ runId, totalSteps });
      return totalSteps;
    },
    {
      validator: (update) => {
        const begun = (state?.step ?? 0) + 1;
        if (!Number.isInteger(update.totalSteps) || update.totalSteps < begun)
          throw new Error(`totalSteps: expected a whole number of at least ${begun}, got ${update.totalSteps}`);
      },
    },
  );
  setHandler(stateQuery, () =>
    state === null ? null : { ...state, totalSteps, paused, nodeId: place?.node.nodeId ?? null, leaseEpoch: place?.lease.epoch ?? 0 },
  );

  const move = async (): Promise<Place> => {
    if (patched(CHOSEN)) place = await placing.placeRun({ runId });
    else {
      const node = await finderOf(needs).offerNode();
      place = { node, lease: await control.grantLease({ runId, nodeId: node.nodeId }) };
    }
    return place;
  };

  /** The run needs its node no more, for now or for good. */
  const leave = async (): Promise<void> => {
    if (place !== null) await releaseOn(place.node, runId);
    place = null;
  };

  /** Runs a call on the run's node, and on another one when that node is gone. */
  const onNode = async <Result>(call: (policy: Omit<PolicyActivities, "offerNode">, lease: Lease) => Promise<Result>): Promise<Result> => {
    for (;;) {
      if (leaving) {
        // What is under way on a node that is drained ends there.
        await condition(() => onPlace === 0);
        if (leaving) await leave();
        leaving = false;
      }
      const { node, lease } = place ?? (await move());
      onPlace++;
      try {
        return await call(policyOn(node), lease);
      } catch (error) {
        // Tolerates a node that is gone, or that lost the lease: the run moves. Everything else is the run's failure.
        if (!isNodeLost(error)) throw error;
        place = null;
        void releaseOn(node, runId);
      } finally {
        onPlace--;
      }
    }
  };

  const stages: Stages = {
    ...controlStages,
    drawProblems: async (at) => {
      const drawn = await controlStages.drawProblems(at);
      leaving ||= drawn.moveOn === true && place !== null;
      return drawn;
    },
    generateRollouts: (at) => onNode((policy, lease) => policy.generateRollouts({ ...at, lease })),
    updatePolicy: (at) => onNode((policy, lease) => policy.updatePolicy({ ...at, lease })),
  };

  /** A run of an experiment that is paused before it begins gives its place to the next one; a run by itself waits here. */
  const begin = async (): Promise<RunPlan | HeldBack> => {
    for (;;) {
      released = false;
      const plan = await control.beginRun({ runId });
      if (!("heldBack" in plan) || plan.heldBack === "CANCELLED" || workflowInfo().parent !== undefined) return plan;
      await condition(() => released);
    }
  };

  try {
    const plan = await begin();
    if ("heldBack" in plan) return { status: plan.heldBack, steps: 0 };
    totalSteps = early !== undefined && patched(EARLY) ? early : plan.totalSteps;
    needs = plan.engine;
    const policy = plan.policy ?? (await onNode((engine, lease) => engine.initializePolicy({ lease })));
    state = { runId, experimentId: plan.experimentId, step: plan.step, totalSteps, policy, refusedInRow: 0 };

    const end = await train(state, plan, stages, {
      totalSteps: () => totalSteps,
      pause: (cause) => {
        paused = true;
        pauseCause = cause;
      },
      whilePaused: async () => {
        if (!paused) return;
        await control.setRunStatus({ runId, status: "PAUSED", ...(pauseCause === undefined ? {} : { cause: pauseCause }) });
        await condition(() => !paused);
        await control.setRunStatus({ runId, status: "RUNNING" });
      },
      handOver: () => workflowInfo().continueAsNewSuggested,
      onState: (next) => {
        state = next;
      },
    });
    await leave();
    await condition(allHandlersFinished);
    if (end.step < totalSteps) {
      // A pause that came while the last step was under way has not taken hold: the next execution keeps it.
      const kept = { cause: pauseCause };
      await continueAsNew<typeof trainingRun>({ runId, ...(paused ? { paused: kept } : {}) });
    }
    await control.setRunStatus({ runId, status: "COMPLETED" });
    return { status: "COMPLETED", steps: end.step };
  } catch (error) {
    // Tolerates nothing: records how the run ended, outside the cancelled scope. A continue-as-new is no failure.
    if (error instanceof ContinueAsNew) throw error;
    await leave();
    const cancelled = isCancellation(error);
    const cause = cancelled ? "cancelled" : rootCause(error);
    const status = cancelled ? "CANCELLED" : "FAILED";
    await CancellationScope.nonCancellable(() => control.setRunStatus({ runId, status, cause }));
    return { status, steps: state?.step ?? 0, cause };
  }
}

export const isNodeLost = (error: unknown): boolean => {
  if (!(error instanceof ActivityFailure)) return false;
  const { cause } = error;
  return (
    (cause instanceof TimeoutFailure && cause.timeoutType === "SCHEDULE_TO_START") ||
    (cause instanceof ApplicationFailure && cause.type === "STALE_LEASE")
  );
};

/** The innermost message of a chain of failures: what a person needs to read. */
export const rootCause = (error: unknown): string => {
  let current = error;
  while (current instanceof Error && current.cause instanceof Error) current = current.cause;
  return current instanceof Error ? current.message : String(current);
};
