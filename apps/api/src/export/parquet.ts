// Owns: exported points as Parquet, a row group at a time. Must not know: SQL, HTTP.
import { concatenate } from "@gradus/prisma/metrics/series-points";
import type { ExportedSeries } from "@gradus/prisma/metrics/export-points";
import { ByteWriter, ParquetWriter } from "hyparquet-writer";

/** Rows of a row group, but for a longer series, which is cut. */
const ROWS = 200_000;

type Schema = ConstructorParameters<typeof ParquetWriter>[0]["schema"];
const SCHEMA: Schema = [
  { name: "root", num_children: 7 },
  { name: "run", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "REQUIRED" },
  { name: "name", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "REQUIRED" },
  { name: "step", type: "INT32", repetition_type: "REQUIRED" },
  { name: "value", type: "DOUBLE", repetition_type: "REQUIRED" },
  { name: "time_ms", type: "DOUBLE", repetition_type: "REQUIRED" },
  { name: "segment", type: "INT32", repetition_type: "REQUIRED" },
  { name: "batch", type: "INT32", repetition_type: "REQUIRED" },
];

/** The cursor is in the file's metadata under `gradus.asOf`. */
export async function* toParquet(series: AsyncIterable<ExportedSeries>, asOf: string): AsyncGenerator<Uint8Array> {
  const writer = new ByteWriter();
  // Statistics of floats would lie where there is a NaN.
  const file = new ParquetWriter({
    writer,
    schema: SCHEMA,
    statistics: false,
    kvMetadata: [{ key: "gradus.asOf", value: asOf }],
  });
  const taken = (): Uint8Array => {
    const bytes = writer.getBytes().slice();
    writer.index = 0;
    return bytes;
  };
  let group: ExportedSeries[] = [];
  let rows = 0;
  for await (const one of series) {
    group.push(one);
    rows += one.points.steps.length;
    if (rows < ROWS) continue;
    await writeGroup(file, group, rows);
    [group, rows] = [[], 0];
    yield taken();
  }
  if (rows > 0) await writeGroup(file, group, rows);
  await file.finish();
  yield taken();
}

async function writeGroup(file: ParquetWriter, group: readonly ExportedSeries[], rows: number): Promise<void> {
  const [runs, names] = [Array.from<string>({ length: rows }), Array.from<string>({ length: rows })];
  let at = 0;
  for (const { runId, name, points } of group) {
    runs.fill(runId, at, at + points.steps.length);
    names.fill(name, at, at + points.steps.length);
    at += points.steps.length;
  }
  const { steps, values, times, segments, batches } = concatenate(group.map(({ points }) => points));
  await file.write({
    rowGroupSize: ROWS,
    columnData: [
      { name: "run", data: runs },
      { name: "name", data: names },
      { name: "step", data: steps },
      { name: "value", data: values },
      { name: "time_ms", data: times },
      { name: "segment", data: segments },
      { name: "batch", data: Int32Array.from(batches) },
    ],
  });
}
