// Owns: which stretches of time telemetry is asked for, of a node and of a run. Must not know: SQL, how it is folded.
import { TELEMETRY_KEPT_MS } from "@gradus/domain/machine-report";
import type { Database } from "@gradus/prisma/database";
import { readLeases, readTelemetry } from "@gradus/prisma/reading/telemetry-reader";
import type { TelemetryOfPeriod } from "@gradus/prisma/reading/telemetry-reader";
import { badInput } from "./errors.ts";

interface Arguments {
  readonly from?: Date | null | undefined;
  readonly to?: Date | null | undefined;
  readonly maxPoints?: number | null | undefined;
}

/** @throws GraphQLError BAD_USER_INPUT */
export async function telemetryOfNode({ sql }: Database, nodeId: string, args: Arguments): Promise<TelemetryOfPeriod> {
  const { fromMs, toMs, most } = rangeOf(args);
  const period = { nodeId, fromMs: Math.max(fromMs, Date.now() - TELEMETRY_KEPT_MS), toMs };
  // A range that is older than what is kept is empty, not the wrong way round.
  const [told] = await readTelemetry(sql, [{ ...period, toMs: Math.max(period.fromMs, toMs) }], most);
  return told as TelemetryOfPeriod;
}

/** A stretch for each lease that reaches into the range. @throws GraphQLError BAD_USER_INPUT */
export async function telemetryOfRun({ sql }: Database, runId: string, args: Arguments): Promise<TelemetryOfPeriod[]> {
  const { fromMs, toMs, most } = rangeOf(args);
  const leases = await readLeases(sql, runId, toMs);
  const periods = leases.map((lease) => ({ ...lease, fromMs: Math.max(fromMs, lease.fromMs), toMs: Math.min(toMs, lease.toMs) }));
  return readTelemetry(
    sql,
    periods.filter((period) => period.fromMs < period.toMs),
    most,
  );
}

function rangeOf({ from, to, maxPoints }: Arguments): { readonly fromMs: number; readonly toMs: number; readonly most: number } {
  const most = maxPoints ?? 500;
  if (most < 1 || most > 10_000) throw badInput("maxPoints: 1 to 10,000");
  // One more than now: the end is exclusive, and what was said this very millisecond belongs to it.
  const [fromMs, toMs] = [from?.getTime() ?? 0, to?.getTime() ?? Date.now() + 1];
  if (fromMs >= toMs) throw badInput("from: must be before to");
  return { fromMs, toMs, most };
}
