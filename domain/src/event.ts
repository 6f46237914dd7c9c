// Owns: what can happen to a run or to an experiment, as readers of their streams are told. Must not know: positions, cursors, sockets.
import { z } from "zod";
import { ExperimentStatus, RunStatus } from "./run.ts";
import { Stage, StageOutcome, StepSummary, UpdateReport } from "./stage.ts";

const point = z.tuple([z.string(), z.number().int(), z.union([z.number(), z.enum(["NaN", "Infinity", "-Infinity"])])]);

const range = z.tuple([z.string(), z.number().int(), z.number().int(), z.number().int()]);

/**
 * Events are past tense. A metric batch travels as one event; its points are [name, step, value]. Of a name with many points in the batch it carries
 * the last one, and a range [name, first step, last step, points] that a query completes.
 */
export const RunEvent = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("STATUS_CHANGED"), status: RunStatus, cause: z.string().nullable() }),
  z.strictObject({
    type: z.literal("STAGE_ENDED"),
    step: z.number().int().nullable(),
    stage: Stage,
    attempt: z.number().int(),
    outcome: StageOutcome,
    nodeId: z.string(),
  }),
  z.strictObject({
    type: z.literal("STEP_COMPLETED"),
    step: z.number().int(),
    policyVersion: z.number().int(),
    summary: StepSummary,
    update: UpdateReport.nullable(),
  }),
  z.strictObject({
    type: z.literal("EVALUATION_COMPLETED"),
    step: z.number().int(),
    evaluationId: z.string(),
    passAt1: z.number(),
    suite: z.string().optional(),
  }),
  z.strictObject({ type: z.literal("METRICS_RECORDED"), points: z.array(point), ranges: z.array(range).optional() }),
  z.strictObject({ type: z.literal("LEASE_GRANTED"), epoch: z.number().int(), nodeId: z.string() }),
  z.strictObject({ type: z.literal("UPDATE_REFUSED"), step: z.number().int(), cause: z.string() }),
  z.strictObject({ type: z.literal("STEPS_CHANGED"), totalSteps: z.number().int() }),
  z.strictObject({ type: z.literal("ALERT_OPENED"), alertId: z.string(), ruleId: z.string(), rule: z.string(), message: z.string() }),
  z.strictObject({ type: z.literal("ALERT_RESOLVED"), alertId: z.string(), ruleId: z.string(), rule: z.string(), message: z.string() }),
]);
export type RunEvent = z.infer<typeof RunEvent>;
export type RunEventType = RunEvent["type"];

/** What happens to an experiment itself; everything else happens to its runs. */
export const ExperimentEvent = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("EXPERIMENT_STATUS_CHANGED"), status: ExperimentStatus, cause: z.string().nullable() }),
]);
export type ExperimentEvent = z.infer<typeof ExperimentEvent>;

/** JSON has no NaN or infinities: the form a value takes inside an event. */
export const eventValue = (value: number): number | "NaN" | "Infinity" | "-Infinity" =>
  Number.isFinite(value) ? value : Number.isNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
