// Owns: the identity of the store's contents. Must not know: cursors.
import type { Sql } from "../database.ts";

/** The epoch that cursors carry; made on first use, so a database without the row still has one. */
export async function readStoreEpoch(sql: Sql): Promise<string> {
  const [row] = await sql<{ epoch: string }[]>`select epoch from "StoreEpoch" where id = 1`;
  if (row !== undefined) return row.epoch;
  await sql`insert into "StoreEpoch" (id, epoch) values (1, gen_random_uuid()::text) on conflict do nothing`;
  return readStoreEpoch(sql);
}
