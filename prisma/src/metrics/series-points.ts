// Owns: the shape of metric points in memory: a column each for steps, values, times and where they came from. Must not know: SQL, bytes.

/** Points of one metric, column by column, all of one length. */
export interface SeriesPoints {
  readonly name: string;
  readonly steps: ArrayLike<number>;
  /** May hold NaN and infinities. */
  readonly values: ArrayLike<number>;
  /** Milliseconds since 1970. */
  readonly times: ArrayLike<number>;
}

/** Stored points of one series by (step, segment, batch): of one step the last is current. */
export interface StoredPoints {
  readonly steps: Int32Array;
  readonly values: Float64Array;
  readonly times: Float64Array;
  readonly segments: Int32Array;
  readonly batches: Float64Array;
}

export const allocate = (length: number): StoredPoints => ({
  steps: new Int32Array(length),
  values: new Float64Array(length),
  times: new Float64Array(length),
  segments: new Int32Array(length),
  batches: new Float64Array(length),
});

/** The points at `order`, in that order. */
export function pick(from: StoredPoints, order: ArrayLike<number>): StoredPoints {
  const to = allocate(order.length);
  for (let index = 0; index < order.length; index++) {
    const at = order[index] as number;
    to.steps[index] = from.steps[at] as number;
    to.values[index] = from.values[at] as number;
    to.times[index] = from.times[at] as number;
    to.segments[index] = from.segments[at] as number;
    to.batches[index] = from.batches[at] as number;
  }
  return to;
}

/** A contiguous part of every column, without a copy. */
export const slice = <Columns extends object>(columns: Columns, from: number, to: number): Columns =>
  Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, (column as Float64Array).subarray(from, to)])) as Columns;

/** Those that lie from `low` to `high`, both inclusive, on an axis that never falls; without a copy. */
export function within<Columns extends object>(columns: Columns, axis: ArrayLike<number>, low: number, high: number): Columns {
  let [from, to] = [0, axis.length];
  while (from < to && (axis[from] as number) < low) from++;
  while (to > from && (axis[to - 1] as number) > high) to--;
  return from === 0 && to === axis.length ? columns : slice(columns, from, to);
}

/** One after another. */
export function concatenate(parts: readonly StoredPoints[]): StoredPoints {
  if (parts.length === 1 && parts[0] !== undefined) return parts[0];
  const whole = allocate(parts.reduce((sum, { steps }) => sum + steps.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.steps.set(part.steps, at);
    whole.values.set(part.values, at);
    whole.times.set(part.times, at);
    whole.segments.set(part.segments, at);
    whole.batches.set(part.batches, at);
    at += part.steps.length;
  }
  return whole;
}

/** Parts, each in order, as one in order. Equal keys keep the order of the parts. */
export function merge(parts: readonly StoredPoints[]): StoredPoints {
  const sorted = parts.filter(({ steps }) => steps.length > 0).toSorted((a, b) => (a.steps[0] ?? 0) - (b.steps[0] ?? 0));
  const whole = concatenate(sorted);
  const { steps, segments, batches } = whole;
  const before = (a: number, b: number): number =>
    (steps[a] as number) - (steps[b] as number) ||
    (segments[a] as number) - (segments[b] as number) ||
    (batches[a] as number) - (batches[b] as number);
  let ordered = true;
  for (let index = 1; ordered && index < steps.length; index++) ordered = before(index - 1, index) <= 0;
  return ordered ? whole : pick(whole, Array.from(steps.keys()).toSorted(before));
}

/** Of every step its current point. */
export function current(points: StoredPoints): StoredPoints {
  const kept = currentOf(points.steps);
  return kept === null ? points : pick(points, kept);
}

/** As `current`, of steps and values alone. */
export function currentValues(points: Pick<StoredPoints, "steps" | "values">): Pick<StoredPoints, "steps" | "values"> {
  const kept = currentOf(points.steps);
  if (kept === null) return points;
  return {
    steps: Int32Array.from(kept, (at) => points.steps[at] as number),
    values: Float64Array.from(kept, (at) => points.values[at] as number),
  };
}

/** Whether some step, of steps in order, has more than one point. */
export function repeats(steps: Int32Array): boolean {
  for (let index = 1; index < steps.length; index++) if (steps[index] === steps[index - 1]) return true;
  return false;
}

/** Where the current points are; null for all. */
function currentOf(steps: Int32Array): number[] | null {
  if (!repeats(steps)) return null;
  const kept: number[] = [];
  for (let index = 0; index < steps.length; index++) if (index + 1 === steps.length || steps[index] !== steps[index + 1]) kept.push(index);
  return kept;
}
