// Owns: what a batch of points or samples must be like before any of it is written. Must not know: GraphQL, SQL.
import type { SampleToLog } from "@gradus/prisma/metrics/external-run-store";
import type { SeriesPoints } from "@gradus/prisma/metrics/series-points";
import { Refusal } from "./refusal.ts";
import type { FieldError } from "./refusal.ts";

export const MOST_POINTS = 10_000;
export const MOST_SAMPLES = 1_000;
const MOST_NAME_CHARACTERS = 250;
/** The furthest instant that JavaScript and Postgres both know, in milliseconds. */
const FURTHEST_TIME = 8.64e15;

interface GivenSeries {
  readonly name: string;
  readonly steps: readonly number[];
  readonly values: readonly number[];
  readonly times: readonly number[];
}

/** A second batch without a name would be taken for the first one sent again. @throws Refusal */
export function checkBatchId(batchId: string): void {
  refuse(nameErrors(batchId, "batchId"));
}

/** The series as points. @throws Refusal that names each field that is wrong */
export function checkSeries(series: readonly GivenSeries[]): SeriesPoints[] {
  const wrong: FieldError[] = [];
  const points = series.reduce((sum, { values }) => sum + values.length, 0);
  if (points > MOST_POINTS) wrong.push({ path: "series", value: points, expected: `at most ${MOST_POINTS} points in all` });
  const names = new Set<string>();
  for (const [at, { name, steps, values, times }] of series.entries()) {
    const path = `series[${at}]`;
    if (names.has(name)) wrong.push({ path: `${path}.name`, value: name, expected: "each name once" });
    names.add(name);
    wrong.push(...nameErrors(name, `${path}.name`));
    if (steps.length !== values.length || times.length !== values.length)
      wrong.push({ path, value: [steps.length, values.length, times.length], expected: "steps, values and times of one length" });
    const step = steps.findIndex((one) => !isStep(one));
    if (step >= 0) wrong.push({ path: `${path}.steps[${step}]`, value: steps[step], expected: "an integer from -2^31 to 2^31 - 1" });
    const time = times.findIndex((one) => !(Math.abs(one) <= FURTHEST_TIME));
    if (time >= 0) wrong.push({ path: `${path}.times[${time}]`, value: times[time], expected: "milliseconds since 1970" });
  }
  refuse(wrong);
  return [...series];
}

/** @throws Refusal that names each field that is wrong */
export function checkSamples(samples: readonly SampleToLog[]): readonly SampleToLog[] {
  const wrong: FieldError[] = [];
  if (samples.length > MOST_SAMPLES) wrong.push({ path: "samples", value: samples.length, expected: `at most ${MOST_SAMPLES} samples` });
  for (const [at, { name, kind, body, time }] of samples.entries()) {
    wrong.push(...nameErrors(name, `samples[${at}].name`));
    if (!(Math.abs(time) <= FURTHEST_TIME)) wrong.push({ path: `samples[${at}].time`, value: time, expected: "milliseconds since 1970" });
    if (!BODIES[kind].holds(body)) wrong.push({ path: `samples[${at}].body`, value: null, expected: `for ${kind} ${BODIES[kind].is}` });
  }
  refuse(wrong);
  return samples;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null;
const isNumbers = (value: unknown): value is number[] => Array.isArray(value) && value.every((one) => typeof one === "number");

const BODIES: Record<SampleToLog["kind"], { readonly is: string; readonly holds: (body: unknown) => boolean }> = {
  TEXT: { is: "a text", holds: (body) => typeof body === "string" },
  TABLE: {
    is: "{ columns: [names], rows: [[values]] }",
    holds: (body) => isObject(body) && Array.isArray(body["columns"]) && Array.isArray(body["rows"]) && body["rows"].every(Array.isArray),
  },
  HISTOGRAM: {
    is: "{ edges: [numbers], counts: [numbers] }, an edge more than counts",
    holds: (body) =>
      isObject(body) && isNumbers(body["edges"]) && isNumbers(body["counts"]) && body["edges"].length === body["counts"].length + 1,
  },
};

const isStep = (step: number): boolean => Number.isInteger(step) && step >= -2_147_483_648 && step <= 2_147_483_647;

const nameErrors = (name: string, path: string): FieldError[] =>
  name.length > 0 && name.length <= MOST_NAME_CHARACTERS && name.isWellFormed() && !name.includes("\0")
    ? []
    : [{ path, value: name.slice(0, MOST_NAME_CHARACTERS), expected: `1 to ${MOST_NAME_CHARACTERS} characters` }];

function refuse(wrong: readonly FieldError[]): void {
  if (wrong.length > 0)
    throw new Refusal(
      wrong
        .map(({ path, expected }) => `${path}: ${expected}`)
        .slice(0, 5)
        .join("; "),
      wrong.slice(0, 100),
    );
}
