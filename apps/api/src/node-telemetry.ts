// Owns: which stretches of time telemetry is asked for, of a node and of a run. Must not know: SQL, how it is folded.
import type { Database } from "@gradus/prisma/database";
import { readLeases, readTelemetry } from "@gradus/prisma/reading/telemetry-reader";
import type { TelemetryOfPeriod } from "@gradus/prisma/reading/telemetry-reader";
import { badInput } from "./errors.ts";

interface Arguments {
  readonly from?: Date | null | undefined;
  readonly to?: Date | null | undefined;
  readonly maxPoints?: number | null | undefined;
}

const DAY_MS = 86_400_000;

/** @throws GraphQLError BAD_USER_INPUT */
export async function telemetryOfNode({ sql }: Database, nodeId: string, args: Arguments): Promise<TelemetryOfPeriod> {
  const { fromMs, toMs, most } = rangeOf(args, DAY_MS);
  const [told] = await readTelemetry(sql, [{ nodeId, fromMs, toMs }], most);
  return told as TelemetryOfPeriod;
}

/** A stretch for each lease that reaches into the range. @throws GraphQLError BAD_USER_INPUT */
export async function telemetryOfRun({ sql }: Database, runId: string, args: Arguments): Promise<TelemetryOfPeriod[]> {
  const { fromMs, toMs, most } = rangeOf(args, Infinity);
  const leases = await readLeases(sql, runId, toMs);
  const periods = leases.map((lease) => ({ ...lease, fromMs: Math.max(fromMs, lease.fromMs), toMs: Math.min(toMs, lease.toMs) }));
  return readTelemetry(
    sql,
    periods.filter((period) => period.fromMs < period.toMs),
    most,
  );
}

/** `usualMs`: how far back it goes where nobody says from when. */
function rangeOf(
  { from, to, maxPoints }: Arguments,
  usualMs: number,
): { readonly fromMs: number; readonly toMs: number; readonly most: number } {
  const most = maxPoints ?? 500;
  if (most < 1 || most > 10_000) throw badInput("maxPoints: 1 to 10,000");
  // One more than now: the end is exclusive, and what was said this very millisecond belongs to it.
  const toMs = to?.getTime() ?? Date.now() + 1;
  const fromMs = from?.getTime() ?? Math.max(0, toMs - usualMs);
  if (fromMs >= toMs) throw badInput("from: must be before to");
  return { fromMs, toMs, most };
}
