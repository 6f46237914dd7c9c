// Owns: runs that others train: their experiment, arm and row, their sessions, and the batches they send. Must not know: GraphQL, who trains.
import { contentHash, eventValue, isFinished, sha256Hex } from "@gradus/domain";
import type { RunStatus } from "@gradus/domain";
import type { Sql, Transaction } from "../database.ts";
import { setExperimentStatusIn } from "../training/experiment-store.ts";
import { inRun } from "../training/run-transaction.ts";
import { appendBatch } from "./append-batch.ts";
import type { SeriesPoints } from "./series-points.ts";

export interface NewExternalRun {
  readonly projectId: string;
  readonly experiment: string;
  readonly arm: string;
  readonly seed: number;
  readonly name: string | null;
  readonly config: object;
  readonly tags: object;
  /** The same key in the same experiment is the same run. */
  readonly key: string;
  /** The same session is the same segment. */
  readonly session: string;
  readonly parentRunId: string | null;
}

const slug = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 40) || "x";

/** Id of the experiment that external runs of this name belong to. */
export const externalExperimentId = (projectId: string, experiment: string): string =>
  `${slug(experiment)}-${sha256Hex(`external\n${projectId}\n${experiment}`).slice(0, 8)}`;

/** A run without its session. */
export type ExternalRun = Omit<NewExternalRun, "session">;

/** Makes what is missing of experiment, arm and run. Returns the run's id, which follows from experiment and key. */
export async function insertExternalRun(tx: Transaction, run: ExternalRun): Promise<string> {
  const { projectId, experiment, arm, seed, name, config, tags, key, parentRunId } = run;
  const experimentId = externalExperimentId(projectId, experiment);
  const armId = `${experimentId}.${slug(arm)}`;
  const id = `${experimentId}.${sha256Hex(`${experimentId}\n${key}`).slice(0, 12)}`;
  // Makers of runs of one project take turns: each may make the experiment, the arm and the curriculum, and waits would cross.
  await tx`select pg_advisory_xact_lock(hashtextextended(${`external/${projectId}`}, 0))`;
  await tx`insert into "Experiment" (id, "projectId", name, question, status, specification, "startedAt")
    values (${experimentId}, ${projectId}, ${experiment}, '', 'RUNNING', ${tx.json({ external: true, name: experiment, project: projectId })}, now()) on conflict do nothing`;
  // Who trains on does not want it gone: what was deleted and is written to again is in lists again.
  await tx`update "Experiment" set "deletedAt" = null, "purgeAfter" = null where id = ${experimentId} and "deletedAt" is not null`;
  await tx`update "Run" set "deletedAt" = null, "purgeAfter" = null where id = ${id} and "deletedAt" is not null`;
  const curriculumId = await externalCurriculum(tx, projectId);
  await tx`insert into "Arm" (id, "experimentId", ordinal, name, configuration, "curriculumId")
    select ${armId}, ${experimentId}, coalesce(max(ordinal), -1) + 1, ${arm}, '{}', ${curriculumId} from "Arm" where "experimentId" = ${experimentId}
    on conflict do nothing`;
  await tx`insert into "Run" (id, "experimentId", "armId", seed, status, "totalSteps", provenance, "isExternal", name, config, tags, "parentRunId", "startedAt")
    values (${id}, ${experimentId}, ${armId}, ${seed}, 'RUNNING', 0, '{}', true, ${name}, ${tx.json(config)}, ${tx.json(tags)}, ${parentRunId}, now()) on conflict do nothing`;
  return id;
}

/**
 * Gives experiments of runs that others train the status that follows from their runs: they run while one of these does. Their rows are locked before
 * runs are looked at, so that of two runs that end at once the second finds the first one's end.
 */
export async function followRuns(tx: Transaction, runIds: readonly string[]): Promise<void> {
  const experiments = await tx<{ id: string }[]>`
    select id from "Experiment" where id in (select "experimentId" from "Run" where id = any(${[...runIds]}::text[]) and "isExternal") order by id for no key update`;
  for (const { id } of experiments) {
    const statuses = await tx<{ status: RunStatus }[]>`select distinct status from "Run" where "experimentId" = ${id}`;
    const has = (wanted: RunStatus): boolean => statuses.some(({ status }) => status === wanted);
    if (!statuses.every(({ status }) => isFinished(status))) await setExperimentStatusIn(tx, id, "RUNNING", undefined, false);
    else await setExperimentStatusIn(tx, id, has("COMPLETED") ? "COMPLETED" : has("FAILED") ? "FAILED" : "CANCELLED", undefined, true);
  }
}

/** Makes the run and gives the session its segment. The run's row is locked while segments are counted. */
export async function createExternalRun(
  sql: Sql,
  { session, ...run }: NewExternalRun,
): Promise<{ readonly id: string; readonly segment: number }> {
  const id = await sql.begin((tx) => insertExternalRun(tx, run));
  const segment = await inRun(sql, id, null, async (tx, emit) => {
    const [known] = await tx<{ segment: number }[]>`select segment from metrics.session where run_id = ${id} and session = ${session}`;
    if (known !== undefined) return known.segment;
    const [begun] = await tx<{ segments: number; before: RunStatus }[]>`
      update "Run" r set segments = r.segments + 1, status = 'RUNNING', "finishedAt" = null, cause = null from "Run" before where r.id = ${id} and before.id = r.id
      returning r.segments, before.status as before`;
    const segments = begun?.segments ?? 1;
    await tx`insert into metrics.session (run_id, session, segment) values (${id}, ${session}, ${segments})`;
    if (segments === 1 || begun?.before !== "RUNNING") emit({ type: "STATUS_CHANGED", status: "RUNNING", cause: null });
    await followRuns(tx, [id]);
    return segments;
  });
  return { id, segment };
}

/** Every arm names a curriculum; external ones name this. */
async function externalCurriculum(tx: Transaction, projectId: string): Promise<string> {
  const id = `${projectId}.external.1`;
  const specification = { external: true };
  await tx`insert into "Curriculum" (id, "projectId", name, version, specification, "contentHash")
    values (${id}, ${projectId}, 'external', 1, ${tx.json(specification)}, ${contentHash(specification)}) on conflict do nothing`;
  return id;
}

/** Of a name with more points in a batch than this, the event carries the last one and a range. */
const CARRIED = 4;

/** Appends a batch with its event. Returns false for one that was taken before. @throws MissingRow */
export const logPoints = (sql: Sql, runId: string, key: string, segment: number, series: readonly SeriesPoints[]): Promise<boolean> =>
  inRun(sql, runId, null, async (tx, emit) => {
    if ((await appendBatch(tx, { runId, key, segment, series })) === null) return false;
    const told = series.filter(({ steps }) => steps.length > 0);
    const points = told.flatMap(({ name, steps, values }) => {
      const from = steps.length > CARRIED ? steps.length - 1 : 0;
      return Array.from(
        { length: steps.length - from },
        (_, at) => [name, steps[from + at] as number, eventValue(values[from + at] as number)] as [string, number, number],
      );
    });
    const ranges = told
      .filter(({ steps }) => steps.length > CARRIED)
      .map(({ name, steps }): [string, number, number, number] => [name, extreme(steps, Math.min), extreme(steps, Math.max), steps.length]);
    if (points.length > 0) emit({ type: "METRICS_RECORDED", points, ...(ranges.length > 0 ? { ranges } : {}) });
    const furthest = told.reduce((most, { steps }) => Math.max(most, extreme(steps, Math.max)), 0);
    await tx`update "Run" set "stepsDone" = greatest("stepsDone", ${furthest}::int) where id = ${runId}`;
    return true;
  });

const extreme = (steps: ArrayLike<number>, better: (a: number, b: number) => number): number =>
  Array.prototype.reduce.call<ArrayLike<number>, [(a: number, b: number) => number], number>(steps, (a, b) => better(a, b));

export interface SampleToLog {
  readonly name: string;
  readonly step: number;
  readonly kind: "TEXT" | "TABLE" | "HISTOGRAM";
  readonly body: unknown;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/** Stores samples under a batch of their own. Returns false for one that was taken before. @throws MissingRow */
export const logSamples = (sql: Sql, runId: string, key: string, segment: number, samples: readonly SampleToLog[]): Promise<boolean> =>
  inRun(sql, runId, null, async (tx) => {
    const batch = await appendBatch(tx, { runId, key, segment, series: [] });
    if (batch === null) return false;
    await tx`insert into metrics.sample (run_id, name, step, segment, batch, kind, body, at)
      select ${runId}, r.name, r.step, ${segment}, ${batch}, r.kind, r.body, to_timestamp(r.time / 1000)
      from jsonb_to_recordset(${tx.json(samples)}) as r(name text, step int, kind text, body jsonb, time float8)`;
    return true;
  });

/** Ends an external run; its status and the event of it commit together. */
export const finishExternalRun = (sql: Sql, runId: string, status: RunStatus, cause: string | null): Promise<void> =>
  inRun(sql, runId, null, async (tx, emit) => {
    const changed =
      await tx`update "Run" set status = ${status}, cause = ${cause}, "finishedAt" = now(), "totalSteps" = greatest("totalSteps", "stepsDone")
      where id = ${runId} and status <> ${status}`;
    if (changed.count === 0) return;
    emit({ type: "STATUS_CHANGED", status, cause });
    await followRuns(tx, [runId]);
  });

/** Makes the experiment where it is missing, without a run. Returns its id. */
export async function ensureExternalExperiment(sql: Sql, projectId: string, name: string): Promise<string> {
  const id = externalExperimentId(projectId, name);
  await sql`insert into "Experiment" (id, "projectId", name, question, status, specification, "startedAt")
    values (${id}, ${projectId}, ${name}, '', 'RUNNING', ${sql.json({ external: true, name, project: projectId })}, now()) on conflict do nothing`;
  return id;
}

/** A parameter that has another value already. */
export class ParameterChanged extends Error {
  override readonly name = "ParameterChanged";
}

/** Adds parameters and tags, removes tags. Tags are replaced, parameters are not. @throws ParameterChanged, MissingRow */
export const describeExternalRun = (sql: Sql, runId: string, { params = {}, tags = {}, removedTags = [] }: DescribedRun): Promise<void> =>
  inRun(sql, runId, null, async (tx) => {
    const [run] = await tx<{ config: Readonly<Record<string, unknown>> }[]>`select config from "Run" where id = ${runId}`;
    for (const [key, value] of Object.entries(params)) {
      const known = run?.config[key];
      if (known !== undefined && String(known) !== value)
        throw new ParameterChanged(`${key} is ${String(known)} and cannot become ${value}`);
    }
    await tx`update "Run" set config = ${tx.json(params)}::jsonb || config, tags = (tags || ${tx.json(tags)}::jsonb) - ${[...removedTags]}::text[] where id = ${runId}`;
  });

export interface DescribedRun {
  readonly params?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
  readonly removedTags?: readonly string[];
}

/** Lets an ended external run go on. */
export const reopenExternalRun = (sql: Sql, runId: string): Promise<void> =>
  inRun(sql, runId, null, async (tx, emit) => {
    const changed =
      await tx`update "Run" set status = 'RUNNING', cause = null, "finishedAt" = null where id = ${runId} and status <> 'RUNNING'`;
    if (changed.count === 0) return;
    emit({ type: "STATUS_CHANGED", status: "RUNNING", cause: null });
    await followRuns(tx, [runId]);
  });
