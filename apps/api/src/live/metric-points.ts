// Owns: metric points and ranges out of an event's tuples. Must not know: streams.
import type { MetricPoint } from "@gradus/domain/metric";
import type { RunEvent } from "@gradus/domain/event";
import type { MetricRange } from "../generated/schema-types.ts";

type Recorded = Extract<RunEvent, { type: "METRICS_RECORDED" }>;

export const toPoints = (tuples: Recorded["points"]): MetricPoint[] =>
  tuples.map(([name, step, value]) => ({ name, step, value: Number(value) }));

export const toRanges = (tuples: Recorded["ranges"]): MetricRange[] =>
  (tuples ?? []).map(([name, fromStep, toStep, count]) => ({ name, fromStep, toStep, count }));
