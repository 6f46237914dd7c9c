// Owns: storing exported runs with their points as they were: batches keep their ordinals and segments. Must not know: file formats, HTTP.
import type { Sql, Transaction } from "../database.ts";
import type { AsOf } from "./export-points.ts";
import { CopyRows } from "./copy-rows.ts";
import { followRuns, insertExternalRun } from "./external-run-store.ts";
import { findLastPoints } from "./last-points.ts";
import { allocate, merge } from "./series-points.ts";
import { COPY_CHUNKS, writeChunks } from "./write-chunks.ts";

/** A run as an export describes it: what does not change once it is made, so that an export as of one moment stays the same. */
export interface ExportedRun {
  readonly id: string;
  readonly project: string;
  readonly experiment: string;
  readonly arm: string;
  readonly seed: number;
  readonly name: string | null;
  readonly config: object;
  readonly segments: number;
}

export interface ExportedPoint {
  readonly run: string;
  readonly name: string;
  readonly step: number;
  readonly value: number;
  readonly time: number;
  readonly segment: number;
  readonly batch: number;
}

export class RunExists extends Error {
  override readonly name = "RunExists";
}

/** Points held before they are written. */
const FLUSH = 200_000;

/**
 * Stores the runs and their points in one transaction: all of a file or nothing. Points come by run and name, as an export has them. The runs
 * stand where `asOf` says afterwards, also where the last batches held no points.
 * @throws RunExists
 */
export async function importPoints(
  sql: Sql,
  runs: readonly ExportedRun[],
  asOf: AsOf,
  points: AsyncIterable<ExportedPoint>,
): Promise<{ readonly runs: number; readonly points: number }> {
  return sql.begin(async (tx) => {
    for (const run of runs) await insertRun(tx, run);
    const batches = new Map<string, { run: string; ordinal: number; segment: number; points: number }>();
    let [count, held] = [0, [] as ExportedPoint[]];
    for await (const point of points) {
      const [last] = held;
      if (last !== undefined && held.length >= FLUSH) {
        await writeSeries(tx, held);
        held = [];
      }
      held.push(point);
      count++;
      const key = `${point.run}\n${point.batch}`;
      const batch = batches.get(key) ?? { run: point.run, ordinal: point.batch, segment: point.segment, points: 0 };
      batch.points++;
      batches.set(key, batch);
    }
    if (held.length > 0) await writeSeries(tx, held);
    for (const { id } of runs) await findLastPoints(tx, id);
    await tx`insert into metrics.batch (run_id, ordinal, key, segment, points)
      select r.run, r.ordinal, 'import/' || r.ordinal, r.segment, r.points
      from jsonb_to_recordset(${tx.json([...batches.values()])}) as r(run text, ordinal bigint, segment int, points int)`;
    const reached = runs.map(({ id }) => ({ run: id, ordinal: asOf[id] ?? 0 }));
    await tx`insert into metrics.batch (run_id, ordinal, key, segment, points)
      select r.run, r.ordinal, 'import/' || r.ordinal, 0, 0 from jsonb_to_recordset(${tx.json(reached)}) as r(run text, ordinal bigint)
      where r.ordinal > 0 on conflict do nothing`;
    await followRuns(
      tx,
      runs.map(({ id }) => id),
    );
    return { runs: runs.length, points: count };
  });
}

async function insertRun(tx: Transaction, run: ExportedRun): Promise<void> {
  const [known] = await tx`select 1 from "Run" where id = ${run.id}`;
  if (known !== undefined) throw new RunExists(`run ${run.id} is here already`);
  const { id, project, segments, ...described } = run;
  const made = await insertExternalRun(tx, { ...described, projectId: project, tags: {}, key: id, parentRunId: null });
  await tx`update "Run" set id = ${id}, status = 'COMPLETED', segments = ${segments}, "finishedAt" = now() where id = ${made}`;
}

async function writeSeries(tx: Transaction, points: readonly ExportedPoint[]): Promise<void> {
  const rows = new CopyRows();
  const names = Map.groupBy(points, ({ run, name }) => `${run}\n${name}`);
  for (const ofSeries of names.values()) {
    const [first] = ofSeries;
    if (first === undefined) continue;
    const [known] = await tx<{ id: string }[]>`
      insert into metrics.series (run_id, name) values (${first.run}, ${first.name}) on conflict (run_id, name) do update set name = excluded.name returning id`;
    const stored = allocate(ofSeries.length);
    for (const [at, { step, value, time, segment, batch }] of ofSeries.entries()) {
      stored.steps[at] = step;
      stored.values[at] = value;
      stored.times[at] = time;
      stored.segments[at] = segment;
      stored.batches[at] = batch;
    }
    // A file that was not written by an export may have them in any order.
    writeChunks(rows, known?.id ?? "", merge([stored]));
  }
  await tx.copyIn(COPY_CHUNKS, rows.finish());
}
