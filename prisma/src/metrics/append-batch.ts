// Owns: making one batch of points durable: its key is claimed and its points are written in the caller's transaction. Must not know: events, who
// sends batches.
import type { Transaction } from "../database.ts";
import { CopyRows } from "./copy-rows.ts";
import { noteLastPoints } from "./last-points.ts";
import type { LastPoint } from "./last-points.ts";
import { repeats } from "./series-points.ts";
import type { SeriesPoints, StoredPoints } from "./series-points.ts";
import { COPY_CHUNKS, writeChunk } from "./write-chunks.ts";

/** From so many points of one series on a batch is written as a chunk at once: rows would only be gathered again. */
export const CHUNK_FROM = 16;

export interface BatchToAppend {
  readonly runId: string;
  /** The writer's name for the batch; the run takes each name once. */
  readonly key: string;
  /** Which stretch of the run wrote it: points of a later one supersede those of an earlier one, whenever they arrive. */
  readonly segment: number;
  /** Each name once. */
  readonly series: readonly SeriesPoints[];
}

/**
 * Appends the batch, unless its key was taken before. The caller holds the run's row lock: ordinals follow commit order.
 * @returns the batch's ordinal in the run, or null for a key that was taken: nothing is written then
 */
export async function appendBatch(tx: Transaction, { runId, key, segment, series }: BatchToAppend): Promise<number | null> {
  const points = series.reduce((sum, { steps }) => sum + steps.length, 0);
  const [claimed] = await tx<{ ordinal: string }[]>`
    insert into metrics.batch (run_id, ordinal, key, segment, points)
    select ${runId}, coalesce(max(ordinal), 0) + 1, ${key}, ${segment}, ${points} from metrics.batch where run_id = ${runId}
    on conflict (run_id, key) do nothing returning ordinal`;
  if (claimed === undefined) return null;
  const batch = Number(claimed.ordinal);
  const ids = await seriesIds(
    tx,
    runId,
    series.map(({ name }) => name),
  );
  const [rows, chunks] = [new CopyRows(), new CopyRows()];
  let [anyRows, anyChunks] = [false, false];
  const last: LastPoint[] = [];
  for (const one of series) {
    if (one.steps.length === 0) continue;
    const id = ids.get(one.name) as string;
    const stored = ordered(one, segment, batch);
    const end = stored.steps.length - 1;
    last.push({ name: one.name, step: stored.steps[end] as number, value: stored.values[end] as number });
    if (one.steps.length >= CHUNK_FROM || repeats(stored.steps)) {
      writeChunk(chunks, id, stored);
      anyChunks = true;
    } else {
      writeRows(rows, id, stored);
      anyRows = true;
    }
  }
  if (anyRows) await tx.copyIn("copy metrics.point (series_id, step, segment, batch, value, at) from stdin (format binary)", rows.finish());
  if (anyChunks) await tx.copyIn(COPY_CHUNKS, chunks.finish());
  await noteLastPoints(tx, { runId, segment, batch }, last);
  return batch;
}

/** Ids of the run's series by name; names it has not had get one. */
async function seriesIds(tx: Transaction, runId: string, names: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const known = await tx<{ id: string; name: string }[]>`
    select id, name from metrics.series where run_id = ${runId} and name = any(${[...names]}::text[])`;
  const ids = new Map(known.map(({ id, name }) => [name, id]));
  const missing = names.filter((name) => !ids.has(name));
  if (missing.length === 0) return ids;
  const made = await tx<{ id: string; name: string }[]>`
    insert into metrics.series (run_id, name) select ${runId}, unnest(${missing}::text[]) returning id, name`;
  for (const { id, name } of made) ids.set(name, id);
  return ids;
}

/** By step; points of one step keep the batch's order, so the last one given is current. */
function ordered({ steps, values, times }: SeriesPoints, segment: number, batch: number): StoredPoints {
  const stored = {
    steps: Int32Array.from(steps),
    values: Float64Array.from(values),
    times: Float64Array.from(times),
    segments: new Int32Array(steps.length).fill(segment),
    batches: new Float64Array(steps.length).fill(batch),
  };
  let ascending = true;
  for (let index = 1; ascending && index < stored.steps.length; index++)
    ascending = (stored.steps[index - 1] as number) <= (stored.steps[index] as number);
  if (ascending) return stored;
  const order = Array.from(stored.steps.keys()).toSorted((a, b) => (stored.steps[a] as number) - (stored.steps[b] as number));
  return {
    ...stored,
    steps: Int32Array.from(order, (at) => stored.steps[at] as number),
    values: Float64Array.from(order, (at) => stored.values[at] as number),
    times: Float64Array.from(order, (at) => stored.times[at] as number),
  };
}

function writeRows(rows: CopyRows, id: string, { steps, values, times, segments, batches }: StoredPoints): void {
  for (let index = 0; index < steps.length; index++)
    rows
      .row(6)
      .int8(BigInt(id))
      .int4(steps[index] as number)
      .int4(segments[index] as number)
      .int8(batches[index] as number)
      .float8(values[index] as number)
      .timestamptz(times[index] as number);
}
