// Owns: which type of the schema an event of the domain is.
import type { RunEvent, RunEventType } from "@gradus/domain/event";
import type { RunEventBodyResolvers } from "../generated/schema-types.ts";

const TYPE_OF = {
  STATUS_CHANGED: "StatusChanged",
  STAGE_ENDED: "StageEnded",
  STEP_COMPLETED: "StepCompleted",
  EVALUATION_COMPLETED: "EvaluationCompleted",
  METRICS_RECORDED: "MetricsRecorded",
  LEASE_GRANTED: "LeaseGranted",
  UPDATE_REFUSED: "UpdateRefused",
  STEPS_CHANGED: "StepsChanged",
  ALERT_OPENED: "AlertOpened",
  ALERT_RESOLVED: "AlertResolved",
} as const satisfies Record<RunEventType, string>;

export const runEventTypename = ({ type }: RunEvent): (typeof TYPE_OF)[RunEventType] => TYPE_OF[type];
export const RunEventBody: RunEventBodyResolvers = { __resolveType: runEventTypename };
