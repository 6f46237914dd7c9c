// Owns: reading external runs with their parameters, tags and latest values. Must not know: whose API shows them.
import type { Database } from "../database.ts";

export interface ExternalExperimentRow {
  readonly id: string;
  readonly name: string;
  readonly createdAt: Date;
}

/** Experiments of a project that hold external runs, the newest first. */
export const readExternalExperiments = ({ sql }: Database, projectId: string): Promise<ExternalExperimentRow[]> =>
  sql<ExternalExperimentRow[]>`
    select id, name, "createdAt" from "Experiment" where "projectId" = ${projectId} and specification ->> 'external' = 'true' and "archivedAt" is null and "deletedAt" is null order by "createdAt" desc, id`;

export interface ExternalRunRow {
  readonly id: string;
  readonly experimentId: string;
  readonly name: string | null;
  readonly status: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
}

export const readExternalRuns = (
  { sql }: Database,
  by: { readonly experimentIds: readonly string[] } | { readonly ids: readonly string[] },
) => {
  const [experimentIds, ids] = "ids" in by ? [null, [...by.ids]] : [[...by.experimentIds], null];
  return sql<ExternalRunRow[]>`
    select id, "experimentId", name, status, config, tags, "startedAt", "finishedAt" from "Run"
    where "isExternal" and (("experimentId" = any(${experimentIds}::text[]) and "archivedAt" is null and "deletedAt" is null) or id = any(${ids}::text[])) order by "startedAt" desc, id`;
};

export interface LatestRow {
  readonly runId: string;
  readonly name: string;
  readonly step: number;
  readonly value: number;
  /** When its batch was stored, in milliseconds since 1970. */
  readonly storedMs: number;
}

/** The last point of each name of the runs; `names` null: of all. */
export const readLatest = ({ sql }: Database, runIds: readonly string[], names: readonly string[] | null): Promise<LatestRow[]> =>
  sql<LatestRow[]>`
    select l.run_id as "runId", l.name, l.step, l.value, floor(extract(epoch from b.recorded_at) * 1000)::float8 as "storedMs" from metrics.last_point l
    join metrics.batch b on b.run_id = l.run_id and b.ordinal = l.batch
    where l.run_id = any(${[...runIds]}::text[]) and (${names === null}::bool or l.name = any(${[...(names ?? [])]}::text[])) order by l.run_id, l.name`;
