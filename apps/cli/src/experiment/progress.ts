// Owns: what a watcher knows of an experiment: rows first, then every event laid over them. Must not know: sockets, terminals, the clock.
import type { FollowedEvent } from "../client/follow-events.ts";
import type { ExperimentProgressFragment, ExperimentStatus, RunProgressFragment, RunStatus } from "../client/generated/operations.ts";

export interface RunProgress {
  readonly id: string;
  readonly arm: string;
  readonly seed: number;
  readonly status: RunStatus;
  readonly cause: string | null;
  readonly step: number;
  readonly totalSteps: number;
  /** Of the last step that has one. */
  readonly reward: number | null;
  readonly passRate: number | null;
  /** Bucket -> pass rate in training, when it was last drawn. */
  readonly byBucket: Readonly<Record<string, number>>;
  /** Held-out pass@1, the latest. */
  readonly heldOut: number | null;
  /** When the last steps ended that were seen live, in milliseconds since 1970, oldest first. */
  readonly stepEnds: readonly number[];
}

export interface ExperimentProgress {
  readonly id: string;
  readonly name: string;
  readonly status: ExperimentStatus;
  readonly cause: string | null;
  /** By arm and seed. */
  readonly runs: readonly RunProgress[];
}

const FINISHED: readonly string[] = ["COMPLETED", "FAILED", "CANCELLED"] satisfies (RunStatus & ExperimentStatus)[];

/** Whether an experiment or a run has ended. */
export const isFinished = (status: ExperimentStatus | RunStatus): boolean => FINISHED.includes(status);

/** Enough to even out slow and fast steps, few enough to notice a change, steps. */
const REMEMBERED_STEPS = 12;

export function progressOf({ id, name, status, cause, runs }: ExperimentProgressFragment): ExperimentProgress {
  return { id, name, status, cause: cause ?? null, runs: runs.map(runProgressOf) };
}

function runProgressOf(run: RunProgressFragment): RunProgress {
  const { id, arm, seed, status, cause, stepsDone, totalSteps } = run;
  const values = new Map(run.metricNames.edges.map(({ node }) => [node.name, finite(node.lastValue)]));
  const ofBucket = "train/pass_rate/";
  const byBucket = [...values].flatMap(([name, value]) =>
    name.startsWith(ofBucket) && value !== null ? [[name.slice(ofBucket.length), value]] : [],
  );
  return {
    id,
    arm: arm.name,
    seed,
    status,
    cause: cause ?? null,
    step: stepsDone,
    totalSteps,
    reward: values.get("train/reward") ?? null,
    passRate: values.get("train/pass_rate") ?? null,
    byBucket: Object.fromEntries(byBucket) as Record<string, number>,
    heldOut: run.evaluations.at(-1)?.passAt1 ?? null,
    stepEnds: [],
  };
}

const finite = (value: unknown): number | null => (typeof value === "number" ? value : null);

/** The progress after an event. Laying an event over rows that show it already changes nothing but what it says. */
export function withEvent(progress: ExperimentProgress, { runId, at, event }: FollowedEvent): ExperimentProgress {
  if (event.__typename === "ExperimentStatusChanged")
    return { ...progress, status: event.experimentStatus, cause: event.experimentCause ?? null };
  return { ...progress, runs: progress.runs.map((run) => (run.id === runId ? runWithEvent(run, at, event) : run)) };
}

function runWithEvent(run: RunProgress, at: string, event: FollowedEvent["event"]): RunProgress {
  switch (event.__typename) {
    case "StatusChanged":
      return { ...run, status: event.status, cause: event.statusCause ?? null };
    case "StepsChanged":
      return { ...run, totalSteps: event.totalSteps };
    case "EvaluationCompleted":
      return event.suite == null ? { ...run, heldOut: event.passAt1 } : run;
    case "StepCompleted": {
      if (event.step <= run.step) return run;
      const { rewardMean, passRate, passRateByBucket } = event.summary;
      return {
        ...run,
        step: event.step,
        reward: rewardMean ?? run.reward,
        passRate: passRate ?? run.passRate,
        byBucket: { ...run.byBucket, ...Object.fromEntries(passRateByBucket.map(({ bucket, value }) => [bucket, value])) },
        stepEnds: [...run.stepEnds, Date.parse(at)].slice(-REMEMBERED_STEPS),
      };
    }
    default:
      return run;
  }
}

/** Seconds that the run's remaining steps take at the pace of its last ones; null while that is not known. */
export function secondsLeft({ step, totalSteps, stepEnds, status }: RunProgress): number | null {
  const pace = secondsAStep(stepEnds);
  return pace === null || isFinished(status) ? null : pace * Math.max(0, totalSteps - step);
}

/** Seconds until the experiment's last step: all remaining steps at the pace of the runs under way, as many at once as are now. */
export function experimentSecondsLeft({ runs }: ExperimentProgress): number | null {
  const running = runs.filter(({ status }) => status === "RUNNING");
  const paces = running.flatMap(({ stepEnds }) => secondsAStep(stepEnds) ?? []);
  if (paces.length === 0) return null;
  const mean = paces.reduce((sum, pace) => sum + pace, 0) / paces.length;
  const remaining = runs.filter(({ status }) => !isFinished(status)).map(({ step, totalSteps }) => Math.max(0, totalSteps - step));
  const together = (mean * remaining.reduce((sum, steps) => sum + steps, 0)) / running.length;
  // The longest run cannot be shared out.
  return Math.max(together, mean * Math.max(0, ...remaining));
}

function secondsAStep(stepEnds: readonly number[]): number | null {
  const [first] = stepEnds;
  const last = stepEnds.at(-1);
  return first === undefined || last === undefined || stepEnds.length < 2 ? null : (last - first) / 1000 / (stepEnds.length - 1);
}

/** 0 when it and every run of it completed, 1 otherwise. */
export const exitCodeOfExperiment = ({ status, runs }: ExperimentProgress): number =>
  status === "COMPLETED" && runs.every((run) => run.status === "COMPLETED") ? 0 : 1;
