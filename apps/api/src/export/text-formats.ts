// Owns: exported points as CSV and as JSON lines, and rows of anything else as JSON lines. Must not know: SQL, HTTP.
import type { ExportedSeries } from "@gradus/prisma/metrics/export-points";

/** Characters gathered before they are sent. */
const CHUNK = 1 << 16;

/** The first line is a comment with the cursor; numbers are the shortest text that reads back the same. */
export async function* toCsv(series: AsyncIterable<ExportedSeries>, asOf: string): AsyncGenerator<string> {
  let text = `# gradus points as of ${asOf}\nrun,name,step,value,time_ms,segment,batch\n`;
  for await (const { runId, name, points } of series) {
    const head = `${quoted(runId)},${quoted(name)},`;
    const { steps, values, times, segments, batches } = points;
    for (let at = 0; at < steps.length; at++) {
      text += `${head}${steps[at]},${numberText(values[at] as number)},${times[at]},${segments[at]},${batches[at]}\n`;
      if (text.length > CHUNK) {
        yield text;
        text = "";
      }
    }
  }
  yield text;
}

/** A first line about the file, a line for each run, then one for each point. */
export async function* toJsonLines(series: AsyncIterable<ExportedSeries>, asOf: string, runs: readonly object[]): AsyncGenerator<string> {
  let text = `${JSON.stringify({ gradus: "points", version: 1, asOf })}\n`;
  for (const run of runs) text += `${JSON.stringify({ run })}\n`;
  for await (const { runId, name, points } of series) {
    const head = `{"run":${JSON.stringify(runId)},"name":${JSON.stringify(name)},"step":`;
    const { steps, values, times, segments, batches } = points;
    for (let at = 0; at < steps.length; at++) {
      const value = values[at] as number;
      text += `${head}${steps[at]},"value":${Number.isFinite(value) ? numberText(value) : `"${value}"`},"time":${times[at]},"segment":${segments[at]},"batch":${batches[at]}}\n`;
      if (text.length > CHUNK) {
        yield text;
        text = "";
      }
    }
  }
  yield text;
}

/** A first line about the file, then a line for each row. */
export async function* rowsAsLines(gradus: string, rows: AsyncIterable<object>, asOf: string): AsyncGenerator<string> {
  let text = `${JSON.stringify({ gradus, version: 1, asOf })}\n`;
  for await (const row of rows) {
    text += `${JSON.stringify(row)}\n`;
    if (text.length > CHUNK) {
      yield text;
      text = "";
    }
  }
  yield text;
}

/** JavaScript writes negative zero without its sign. */
const numberText = (value: number): string => (value === 0 && 1 / value < 0 ? "-0" : String(value));

const quoted = (text: string): string => (/[",\n\r#]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
