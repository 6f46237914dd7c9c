// Owns: the last point of each series as a row of its own, so that lists can sort and filter by it. Must not know: who writes points, what is listed.
import type { Transaction } from "../database.ts";

export interface LastPoint {
  readonly name: string;
  readonly step: number;
  readonly value: number;
}

/** Takes what a batch brought: a point stays last until one with a greater (step, segment, batch) comes. In the transaction that writes the points. */
export async function noteLastPoints(
  tx: Transaction,
  { runId, segment, batch }: { readonly runId: string; readonly segment: number; readonly batch: number },
  points: readonly LastPoint[],
): Promise<void> {
  if (points.length === 0) return;
  await tx`
    insert into metrics.last_point as l (run_id, name, step, segment, batch, value)
    select ${runId}, name, step, ${segment}, ${batch}, value::float8 from unnest(
      ${points.map(({ name }) => name)}::text[], ${points.map(({ step }) => step)}::int[], ${points.map(({ value }) => textOf(value))}::text[]
    ) as p(name, step, value)
    on conflict (run_id, name) do update set step = excluded.step, segment = excluded.segment, batch = excluded.batch, value = excluded.value
    where (excluded.step, excluded.segment, excluded.batch) >= (l.step, l.segment, l.batch)`;
}

/** String() takes the sign from -0. */
const textOf = (value: number): string => (Object.is(value, -0) ? "-0" : String(value));

/** Finds the last points of a run anew, from what is stored: after points were taken away, or came by another way than batches. */
export async function findLastPoints(tx: Transaction, runId: string): Promise<void> {
  await tx`delete from metrics.last_point where run_id = ${runId}`;
  await tx`
    insert into metrics.last_point (run_id, name, step, segment, batch, value)
    select s.run_id, s.name, l.step, l.segment, l.batch, l.value from metrics.series s cross join lateral (
      select step, segment, batch, value from (
        (select to_step as step, last_segment as segment, last_batch as batch, last as value from metrics.chunk where series_id = s.id
          order by to_step desc, last_segment desc, last_batch desc limit 1)
        union all
        (select step, segment, batch, value from metrics.point where series_id = s.id order by step desc, segment desc, batch desc limit 1)
      ) e order by step desc, segment desc, batch desc limit 1) l
    where s.run_id = ${runId}`;
}
