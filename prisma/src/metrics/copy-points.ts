// Owns: giving a new run the current points of another up to a step, as its first batch. Must not know: why.
import type { Prisma } from "../generated/client.ts";
import { readPointsOf } from "./read-series.ts";
import type { NamedSeries } from "./read-series.ts";
import type { Piece } from "./pieces.ts";
import { current } from "./series-points.ts";

/** Copies within Prisma's transaction; `toRunId` has no points yet. Points keep their times. */
export async function copyPoints(tx: Prisma.TransactionClient, fromRunId: string, toStep: number, toRunId: string): Promise<void> {
  const names = await tx.$queryRaw<
    NamedSeries[]
  >`select id::text, run_id as "runId", name from metrics.series where run_id = ${fromRunId} order by name`;
  const series = (await readPointsOf(names, { toStep }, (select) => piecesThroughPrisma(tx, select))).map((one) => ({
    ...one,
    points: current(one.points),
  }));
  const count = series.reduce((sum, { points }) => sum + points.steps.length, 0);
  if (count === 0) return;
  await tx.$executeRaw`insert into metrics.batch (run_id, ordinal, key, segment, points) values (${toRunId}, 1, ${`fork/${fromRunId}`}, 0, ${count})`;
  await tx.$executeRaw`insert into metrics.series (run_id, name) select ${toRunId}, unnest(${series.map(({ name }) => name)}::text[])`;
  for (const { name, points } of series) {
    const [steps, values, times] = [[...points.steps], Array.from(points.values, String), [...points.times]];
    await tx.$executeRaw`insert into metrics.point (series_id, step, segment, batch, value, at)
      select s.id, p.step, 0, 1, p.value::float8, to_timestamp(p.at / 1000) from metrics.series s,
        unnest(${steps}::int[], ${values}::text[], ${times}::float8[]) as p(step, value, at) where s.run_id = ${toRunId} and s.name = ${name}`;
    const [step, value] = [steps.at(-1), values.at(-1)];
    await tx.$executeRaw`insert into metrics.last_point (run_id, name, step, segment, batch, value)
      values (${toRunId}, ${name}, ${step}::int, 0, 1, ${value}::text::float8)`;
  }
}

/** Prisma gives bytes as Uint8Array and ids as bigint. */
async function piecesThroughPrisma(tx: Prisma.TransactionClient, select: string): Promise<Piece[]> {
  type Row = Record<"steps" | "vals" | "times" | "batches", Uint8Array> & { readonly series_id: bigint; readonly isChunk: boolean };
  const rows = await tx.$queryRawUnsafe<Row[]>(select);
  return rows.map(({ series_id, isChunk, steps, vals, times, batches }) => ({
    seriesId: String(series_id),
    isChunk,
    steps: Buffer.from(steps),
    vals: Buffer.from(vals),
    times: Buffer.from(times),
    batches: Buffer.from(batches),
  }));
}
