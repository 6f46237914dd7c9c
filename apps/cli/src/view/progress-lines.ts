// Owns: an experiment's progress as lines of text. Must not know: terminals' cursors, sockets.
import pc from "picocolors";
import type { FollowedEvent } from "../client/follow-events.ts";
import { experimentSecondsLeft, isFinished, secondsLeft } from "../experiment/progress.ts";
import type { ExperimentProgress, RunProgress } from "../experiment/progress.ts";

const BAR_CELLS = 16;
const BUCKET_ORDER = ["EASY", "EASY_MEDIUM", "MEDIUM", "HARD"];

/** The experiment in one line, then a line for each run. */
export function progressLines(progress: ExperimentProgress): string[] {
  const widths = { arm: widest(progress.runs, ({ arm }) => arm), steps: widest(progress.runs, stepsOf) };
  return [headline(progress), ...progress.runs.map((run) => runLine(run, widths))];
}

/** `quickstart-1a2b: RUNNING, 3 of 6 runs done, about 4 min left`. */
export function headline(progress: ExperimentProgress): string {
  const { id, status, cause, runs } = progress;
  const done = runs.filter((run) => isFinished(run.status)).length;
  const doing = status === "PREPARING" ? ", problems are measured and the warm start is evaluated" : "";
  const left = experimentSecondsLeft(progress);
  return [
    `${pc.bold(id)}: ${coloured(status)}${doing}, ${done} of ${runs.length} runs done`,
    ...(left === null || isFinished(status) ? [] : [`about ${duration(left)} left`]),
    ...(cause === null ? [] : [cause]),
  ].join(", ");
}

/** One run: `uniform 1  ████░░  12/40  reward 0.43  pass EASY .91 MEDIUM .40  held-out 0.36  1 min 20 s left`. */
export function runLine(run: RunProgress, widths: { readonly arm: number; readonly steps: number } = { arm: 0, steps: 0 }): string {
  const { arm, seed, step, totalSteps, reward, heldOut, status, cause } = run;
  const full = totalSteps === 0 ? 0 : Math.round((BAR_CELLS * Math.min(step, totalSteps)) / totalSteps);
  const left = secondsLeft(run);
  return [
    `  ${arm.padEnd(widths.arm)} seed ${seed}`,
    `${pc.green("█".repeat(full))}${pc.dim("░".repeat(BAR_CELLS - full))}`,
    stepsOf(run).padStart(widths.steps),
    ...(reward === null ? [] : [`reward ${decimal(reward)}`]),
    ...bucketsOf(run),
    ...(heldOut === null ? [] : [`held-out ${decimal(heldOut)}`]),
    ...(status === "RUNNING" ? (left === null ? [] : [`${duration(left)} left`]) : [coloured(status)]),
    ...(cause === null ? [] : [cause]),
  ].join("  ");
}

/** What an event says in one plain line; null for events that only a machine needs. */
export function eventLine({ event, runId }: FollowedEvent, progress: ExperimentProgress): string | null {
  const run = progress.runs.find(({ id }) => id === runId);
  if (run === undefined) return null;
  const name = `${run.arm} seed ${run.seed}`;
  switch (event.__typename) {
    case "StepCompleted": {
      const left = secondsLeft(run);
      const { rewardMean } = event.summary;
      return [
        `${name}: step ${event.step}/${run.totalSteps}`,
        `reward ${rewardMean === null || rewardMean === undefined ? "none" : decimal(rewardMean)}`,
        ...bucketsOf(run),
        ...(left === null ? [] : [`${duration(left)} left`]),
      ].join("  ");
    }
    case "StatusChanged":
      return `${name}: ${coloured(event.status)}${event.statusCause ? `, ${event.statusCause}` : ""}`;
    case "EvaluationCompleted":
      return `${name}: ${event.suite ?? "held-out"} pass@1 ${decimal(event.passAt1)} after step ${event.step}`;
    case "StageEnded":
      return event.outcome === "COMPLETED"
        ? null
        : `${name}: ${event.stage} ${event.outcome} in attempt ${event.attempt} on ${event.nodeId}`;
    case "UpdateRefused":
      return `${name}: update of step ${event.step} refused, ${event.refusedCause}`;
    case "StepsChanged":
      return `${name}: ${event.totalSteps} steps in all`;
    case "AlertOpened":
      return `${name}: ${pc.red("alert")} ${event.rule}: ${event.alertMessage}`;
    case "AlertResolved":
      return `${name}: alert ${event.rule} is over: ${event.alertMessage}`;
    // The headline says it.
    case "ExperimentStatusChanged":
    case "LeaseGranted":
    case "MetricsRecorded":
      return null;
  }
}

function bucketsOf({ byBucket }: RunProgress): string[] {
  const names = Object.keys(byBucket).toSorted((a, b) => BUCKET_ORDER.indexOf(a) - BUCKET_ORDER.indexOf(b));
  return names.length === 0 ? [] : [`pass ${names.map((name) => `${pc.dim(name)} ${decimal(byBucket[name] ?? 0)}`).join(" ")}`];
}

/** `1 min 20 s`; above an hour `2 h 5 min`. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.round((whole % 3600) / 60)} min`;
}

const decimal = (value: number): string => value.toFixed(2);
const stepsOf = ({ step, totalSteps }: RunProgress): string => `${step}/${totalSteps}`;
const widest = <Item>(items: readonly Item[], textOf: (item: Item) => string): number =>
  Math.max(0, ...items.map((item) => textOf(item).length));

/** A status in its colour. */
export function coloured(status: string): string {
  if (status === "COMPLETED") return pc.green(status);
  if (status === "FAILED") return pc.red(status);
  return status === "PAUSED" || status === "CANCELLED" ? pc.yellow(status) : status;
}
