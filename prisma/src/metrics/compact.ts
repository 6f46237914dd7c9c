// Owns: gathering a series' rows and small chunks into full chunks. What readers see does not change. Must not know: who asks for it, when.
import type { Sql } from "../database.ts";
import { CopyRows } from "./copy-rows.ts";
import { decodePiece, fetchPieces, takePieces } from "./pieces.ts";
import { merge } from "./series-points.ts";
import { COPY_CHUNKS, FULL_CHUNK, writeChunks } from "./write-chunks.ts";

/** A series is worth gathering from so many rows, or so many small chunks. */
const ROWS_TO_GATHER = 512;
const CHUNKS_TO_GATHER = 8;

/** Series that are worth gathering, at most `limit`. */
export async function seriesToCompact(sql: Sql, limit = 500): Promise<string[]> {
  const found = await sql<{ id: string }[]>`
    select series_id::text as id from metrics.point group by series_id having count(*) >= ${ROWS_TO_GATHER}
    union
    select series_id::text from metrics.chunk where points < ${FULL_CHUNK} group by series_id having count(*) >= ${CHUNKS_TO_GATHER}
    limit ${limit}`;
  return found.map(({ id }) => id);
}

/** Gathers one series; of two that gather it at once the second does nothing. Returns how many chunks it left of what it took. */
export async function compactSeries(sql: Sql, seriesId: string): Promise<number> {
  return sql.begin(async (tx) => {
    // Appenders do not take this row: what they commit meanwhile is not in the snapshot of the delete below and stays.
    const [locked] = await tx`select 1 from metrics.series where id = ${seriesId}::bigint for update skip locked`;
    if (locked === undefined) return 0;
    const pieces = await fetchPieces(tx, takePieces(seriesId, FULL_CHUNK));
    if (pieces.length === 0) return 0;
    const rows = new CopyRows();
    const chunks = writeChunks(rows, seriesId, merge(pieces.map(decodePiece)));
    await tx.copyIn(COPY_CHUNKS, rows.finish());
    return chunks;
  });
}
