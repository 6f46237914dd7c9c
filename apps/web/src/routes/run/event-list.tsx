// Owns: what happens to a run, in words, the newest first. Must not know: how events arrive.
import { formatValue } from "../../format/number.ts";
import { formatClock } from "../../format/time.ts";
import type { LiveEvent } from "./use-run-live.ts";

export const EventList = ({ events }: { readonly events: readonly LiveEvent[] }) => (
  <ol className="event-list" reversed tabIndex={0} aria-label="Events, the newest first">
    {events.toReversed().map(({ cursor, position, at, event }) => (
      <li key={cursor} data-position={position}>
        <time className="muted small" dateTime={at}>
          {formatClock(at)}
        </time>
        <span>{told(event)}</span>
      </li>
    ))}
  </ol>
);

function told(event: LiveEvent["event"]): string {
  switch (event.__typename) {
    case "StatusChanged":
      return `became ${event.status.toLowerCase()}${event.cause == null ? "" : `: ${event.cause}`}`;
    case "StageEnded":
      return `${event.ofStep == null ? "" : `step ${event.ofStep} `}${event.stage.toLowerCase()} ${event.outcome.toLowerCase()}${event.attempt > 1 ? `, attempt ${event.attempt}` : ""}`;
    case "StepCompleted":
      return `step ${event.step} done: reward ${formatValue(event.summary.rewardMean)}, ${event.summary.admitted} of ${event.summary.groups} groups admitted, policy v${event.policyVersion}`;
    case "EvaluationCompleted":
      return `${event.suite == null ? "" : `${event.suite}: `}evaluation after step ${event.step}: pass@1 ${formatValue(event.passAt1)}`;
    case "LeaseGranted":
      return `given to ${event.nodeId}, lease epoch ${event.epoch}`;
    case "UpdateRefused":
      return `step ${event.step}: update refused, the policy stays (${event.refusal})`;
    case "StepsChanged":
      return `has ${event.totalSteps} steps in all now`;
    case "AlertOpened":
      return `alert ${event.rule}: ${event.news}`;
    case "AlertResolved":
      return `alert ${event.rule} is over: ${event.news}`;
    case "MetricsRecorded":
      return "points recorded";
  }
}
