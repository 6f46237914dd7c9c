// Owns: samples of runs as of a moment in one order, and storing them elsewhere as they were. Must not know: file formats, HTTP.
import type { Sql, Transaction } from "../database.ts";
import type { AsOf } from "./export-points.ts";

/** A text, table or histogram as an export has it. */
export interface ExportedSample {
  readonly run: string;
  readonly name: string;
  readonly step: number;
  readonly segment: number;
  readonly batch: number;
  readonly kind: "TEXT" | "TABLE" | "HISTOGRAM";
  readonly body: unknown;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/** Samples held in memory at once: a body may be as large as a request. */
const PORTION = 200;
const FIRST = { name: "", step: -2_147_483_648, id: "0" };

/** By run, name, step and the order in which they came, which storing them elsewhere keeps. */
export async function* exportSamples(sql: Sql, asOf: AsOf): AsyncGenerator<ExportedSample> {
  for (const run of Object.keys(asOf).toSorted()) {
    for (let after = FIRST; ;) {
      const rows = await sql<(Omit<ExportedSample, "run"> & { readonly id: string })[]>`
        select id::text, name, step, segment, batch::float8 as batch, kind, body, (extract(epoch from at) * 1000)::float8 as time from metrics.sample
        where run_id = ${run} and (name, step, id) > (${after.name}, ${after.step}::int, ${after.id}::bigint) and batch <= ${asOf[run] ?? 0}::bigint
        order by name, step, id limit ${PORTION}`;
      for (const { id, ...sample } of rows) {
        yield { run, ...sample };
        after = { name: sample.name, step: sample.step, id };
      }
      if (rows.length < PORTION) break;
    }
  }
}

/** The run is none that was imported or that others train: what Gradus trains nobody else writes. */
export class NotTheirs extends Error {
  override readonly name = "NotTheirs";
}

/** @throws NotTheirs for a run that is not there, or that Gradus trains */
export async function requireExternal(tx: Transaction, run: string): Promise<void> {
  const [found] = await tx<{ isExternal: boolean }[]>`select "isExternal" from "Run" where id = ${run} for update`;
  if (found === undefined) throw new NotTheirs(`there is no run ${run}: import its points first`);
  if (!found.isExternal) throw new NotTheirs(`run ${run} is trained by Gradus here: nothing is written to it from outside`);
}

/** All of them or none. Batches whose samples are here already are not stored again. Returns how many were. @throws NotTheirs */
export const importSamples = (sql: Sql, samples: AsyncIterable<ExportedSample>): Promise<number> =>
  sql.begin(async (tx) => {
    const known = new Map<string, ReadonlySet<number>>();
    let [stored, held] = [0, [] as ExportedSample[]];
    const write = async (): Promise<void> => {
      await tx`insert into metrics.batch (run_id, ordinal, key, segment, points)
        select distinct on (r.run, r.batch) r.run, r.batch, 'import/' || r.batch, r.segment, 0 from jsonb_to_recordset(${tx.json(held)}) as r(run text, batch bigint, segment int)
        on conflict do nothing`;
      // Ids are given in this order, and an export's order goes by them.
      await tx`insert into metrics.sample (run_id, name, step, segment, batch, kind, body, at)
        select r.run, r.name, r.step, r.segment, r.batch, r.kind, r.body, to_timestamp(r.time / 1000)
        from rows from (jsonb_to_recordset(${tx.json(held)}) as (run text, name text, step int, segment int, batch bigint, kind text, body jsonb, time float8)) with ordinality
          as r(run, name, step, segment, batch, kind, body, time, place) order by r.place`;
      [stored, held] = [stored + held.length, []];
    };
    for await (const sample of samples) {
      let batches = known.get(sample.run);
      if (batches === undefined) {
        await requireExternal(tx, sample.run);
        const rows = await tx<{ batch: number }[]>`select distinct batch::float8 as batch from metrics.sample where run_id = ${sample.run}`;
        known.set(sample.run, (batches = new Set(rows.map(({ batch }) => batch))));
      }
      if (batches.has(sample.batch)) continue;
      held.push(sample);
      if (held.length >= PORTION) await write();
    }
    if (held.length > 0) await write();
    return stored;
  });
