// Owns: the lines of a journal and the inputs that a batch of them becomes. Must not know: files, HTTP.

/** `m`: [step, milliseconds, values by name]; `s`: a sample. Non-finite values are texts, which JSON has no numbers for. */
export type Line =
  | { readonly m: readonly [number, number, Readonly<Record<string, number | string>>] }
  | { readonly s: Readonly<Record<string, unknown>> };

/** A line of values; those that are no numbers at all are left out. Returns it with how many values it holds. */
export function metricLine(
  step: number,
  time: number,
  values: Readonly<Record<string, number>>,
): { readonly line: string; readonly points: number } {
  let [fields, points] = ["", 0];
  for (const name in values) {
    const value = values[name];
    if (typeof value !== "number") continue;
    fields += `${points === 0 ? "" : ","}${JSON.stringify(name)}:${Number.isFinite(value) ? value : `"${value}"`}`;
    points++;
  }
  return { line: `{"m":[${step},${time},{${fields}}]}`, points };
}

interface Columns {
  readonly steps: number[];
  readonly values: (number | string)[];
  readonly times: number[];
}

/** JSON of `logMetrics`' and `logSamples`' inputs for a batch; null where it has none of a kind. */
export function batchInputs(
  lines: readonly string[],
  runId: string,
  batchId: string,
  segment: number,
): { readonly metrics: string | null; readonly samples: string | null } {
  const series = new Map<string, Columns>();
  const samples: Readonly<Record<string, unknown>>[] = [];
  for (const text of lines) {
    const line = JSON.parse(text) as Line;
    if ("s" in line) {
      samples.push(line.s);
      continue;
    }
    const [step, time, values] = line.m;
    for (const name in values) {
      let columns = series.get(name);
      if (columns === undefined) series.set(name, (columns = { steps: [], values: [], times: [] }));
      columns.steps.push(step);
      columns.values.push(values[name] as number | string);
      columns.times.push(time);
    }
  }
  const common = { runId, segment };
  return {
    metrics:
      series.size === 0
        ? null
        : JSON.stringify({ ...common, batchId, series: Array.from(series, ([name, columns]) => ({ name, ...columns })) }),
    samples: samples.length === 0 ? null : JSON.stringify({ ...common, batchId: `${batchId}/samples`, samples }),
  };
}
