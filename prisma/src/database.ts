// Owns: connections. Prisma for ordinary queries, plain SQL for what must be fast, fenced or streamed. Must not know: any table.
import { PrismaPg } from "@prisma/adapter-pg";
import { PrismaClient } from "./generated/client.ts";
import { openSql } from "./sql.ts";
import type { Sql, TraceStatement, Transaction } from "./sql.ts";
import { TracedAdapter } from "./traced-adapter.ts";

export type { Sql, TraceStatement, Transaction };

export interface Database {
  readonly prisma: PrismaClient;
  readonly sql: Sql;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** Bounds each pool; default 6. */
  readonly max?: number;
  /** Told of each statement of both; absent: nobody is. */
  readonly trace?: TraceStatement | undefined;
}

/** Opens both pools lazily: nothing connects before the first query. */
export function openDatabase(url: string, { max = 6, trace }: DatabaseOptions = {}): Database {
  const sql = openSql(url, max, trace);
  const settings = { connectionString: url, max, options: "-c TimeZone=UTC" };
  const prisma = new PrismaClient({
    adapter: trace === undefined ? new PrismaPg(settings) : new TracedAdapter(settings, trace),
    // An experiment is stored by many statements: on a machine that trains they may take longer than the 5 s that Prisma gives a transaction.
    transactionOptions: { maxWait: 15_000, timeout: 60_000 },
  });
  return {
    prisma,
    sql,
    async close() {
      await Promise.all([sql.end(), prisma.$disconnect()]);
    },
  };
}
