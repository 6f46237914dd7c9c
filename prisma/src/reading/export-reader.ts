// Owns: which runs an export is of, and what of them it says. Must not know: points, formats.
import type { Database } from "../database.ts";
import type { ExportedRun } from "../metrics/import-points.ts";

/** Absent fields let everything through. */
export async function readRunIds(
  { sql }: Database,
  {
    project,
    experiment,
    runs,
  }: { readonly project?: string | undefined; readonly experiment?: string | undefined; readonly runs?: readonly string[] | undefined },
): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select r.id from "Run" r join "Experiment" e on e.id = r."experimentId"
    where (${project ?? null}::text is null or e."projectId" = ${project ?? null}) and (${experiment ?? null}::text is null or e.id = ${experiment ?? null})
      and (${runs === undefined}::bool or r.id = any(${[...(runs ?? [])]}::text[])) order by r.id collate "C"`;
  return rows.map(({ id }) => id);
}

/** By id. A run of ours has its arm's configuration. */
export const readExportedRuns = ({ sql }: Database, ids: readonly string[]): Promise<ExportedRun[]> =>
  sql<ExportedRun[]>`
    select r.id, e."projectId" as project, e.name as experiment, a.name as arm, r.seed, r.name,
      case when r."isExternal" then r.config else a.configuration end as config, r.segments
    from "Run" r join "Arm" a on a.id = r."armId" join "Experiment" e on e.id = r."experimentId"
    where r.id = any(${[...ids]}::text[]) order by r.id collate "C"`;
