// Owns: policy versions of runs as of a moment, and storing them elsewhere as they were. Must not know: where bytes lie, file formats, HTTP.
import type { UpdateReport } from "@gradus/domain";
import { holdBlob } from "../collect-blobs.ts";
import type { Sql } from "../database.ts";
import { requireExternal } from "../metrics/export-samples.ts";

/** A policy version as an export has it. Its bytes are the blob of that hash. */
export interface ExportedCheckpoint {
  readonly run: string;
  readonly policyVersion: number;
  readonly step: number;
  readonly hash: string;
  readonly bytes: number;
  readonly engine: string;
  /** What the update did; null for initial weights. */
  readonly report: UpdateReport | null;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/** The newest policy version of each run; runs without one are not in it. */
export async function readVersions(sql: Sql, runIds: readonly string[]): Promise<Readonly<Record<string, number>>> {
  const rows = await sql<{ run: string; version: number }[]>`
    select "runId" as run, max(version) as version from "PolicyVersion" where "runId" = any(${[...runIds]}::text[]) group by 1`;
  return Object.fromEntries(rows.map(({ run, version }) => [run, version]));
}

/** By run and version. */
export async function* exportCheckpoints(sql: Sql, versions: Readonly<Record<string, number>>): AsyncGenerator<ExportedCheckpoint> {
  for (const run of Object.keys(versions).toSorted())
    yield* await sql<ExportedCheckpoint[]>`
      select v."runId" as run, v.version as "policyVersion", v.step, v."checkpointHash" as hash, c.bytes::float8 as bytes, c.engine, v.report,
        (extract(epoch from v."createdAt") * 1000)::float8 as time
      from "PolicyVersion" v join "Checkpoint" c on c."contentHash" = v."checkpointHash"
      where v."runId" = ${run} and v.version <= ${versions[run] ?? -1} order by v.version`;
}

/** A version's bytes are not in the blob store. */
export class BytesMissing extends Error {
  override readonly name = "BytesMissing";
}

/** All of them or none. Versions that are here already stay as they are. @throws NotTheirs, BytesMissing */
export const importCheckpoints = (
  sql: Sql,
  checkpoints: AsyncIterable<ExportedCheckpoint>,
  isStored: (hash: string) => Promise<boolean>,
): Promise<number> =>
  sql.begin(async (tx) => {
    const known = new Set<string>();
    let stored = 0;
    for await (const { run, policyVersion, step, hash, bytes, engine, report, time } of checkpoints) {
      if (!known.has(run)) await requireExternal(tx, run);
      known.add(run);
      await holdBlob(tx, hash, async () => {
        if (await isStored(hash)) return true;
        throw new BytesMissing(`checkpoint ${hash} of run ${run} is not in the blob store: PUT /blobs/${hash} first`);
      });
      await tx`insert into "Checkpoint" ("contentHash", bytes, engine) values (${hash}, ${bytes}, ${engine}) on conflict do nothing`;
      const made = await tx`insert into "PolicyVersion" ("runId", version, step, "checkpointHash", report, "createdAt")
        values (${run}, ${policyVersion}, ${step}, ${hash}, ${report === null ? null : tx.json(report)}, (to_timestamp(${time}::float8 / 1000) at time zone 'UTC')) on conflict do nothing`;
      await tx`update "Run" set "policyVersion" = greatest("policyVersion", ${policyVersion}::int) where id = ${run}`;
      stored += made.count;
    }
    return stored;
  });
