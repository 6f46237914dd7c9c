// Owns: points together with the cursor they are emitted with, and when many are told as few. Must not know: sockets, SQL.
import type { MetricPoint } from "@gradus/domain/metric";
import type { MetricRange } from "../generated/schema-types.ts";

export interface PlacedPoints {
  readonly cursor: string;
  readonly runId: string;
  readonly points: readonly MetricPoint[];
  readonly ranges: readonly MetricRange[];
  readonly batches: number;
}

/** From when on a consumer is told less: it was busy for `heldMs` with what it was given, and more than `bytes` wait. */
export interface CoalesceLimit {
  readonly bytes: number;
  readonly heldMs: number;
}
