// Owns: metric points out of an event's tuples. Must not know: streams.
import type { MetricPoint } from "@gradus/domain/metric";
import type { RunEvent } from "@gradus/domain/event";

type Tuples = Extract<RunEvent, { type: "METRICS_RECORDED" }>["points"];

export const toPoints = (tuples: Tuples): MetricPoint[] => tuples.map(([name, step, value]) => ({ name, step, value: Number(value) }));
