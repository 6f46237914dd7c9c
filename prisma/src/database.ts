// Owns: connections. Prisma for ordinary queries, plain SQL for what must be fast, fenced or streamed. Must not know: any table.
import { PrismaPg } from "@prisma/adapter-pg";
import { PrismaClient } from "./generated/client.ts";
import { openSql } from "./sql.ts";
import type { Sql, Transaction } from "./sql.ts";

export type { Sql, Transaction };

export interface Database {
  readonly prisma: PrismaClient;
  readonly sql: Sql;
  close(): Promise<void>;
}

/** Opens both pools lazily: nothing connects before the first query. `max` bounds each pool. */
export function openDatabase(url: string, options: { readonly max?: number } = {}): Database {
  const max = options.max ?? 6;
  const sql = openSql(url, max);
  const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: url, max, options: "-c TimeZone=UTC" }) });
  return {
    prisma,
    sql,
    async close() {
      await Promise.all([sql.end(), prisma.$disconnect()]);
    },
  };
}
