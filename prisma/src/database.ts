// Owns: connections. Prisma for ordinary queries, postgres.js for what must be fast, fenced or streamed. Must not know: any table.
import { PrismaPg } from "@prisma/adapter-pg";
import postgres from "postgres";
import { PrismaClient } from "./generated/client.ts";

export type Sql = postgres.Sql;
export type Transaction = postgres.TransactionSql;

export interface Database {
  readonly prisma: PrismaClient;
  readonly sql: Sql;
  close(): Promise<void>;
}

/** Prisma's timestamps have no zone and mean UTC; the driver would read them in the zone of this machine. */
const utcDates = {
  to: 1184,
  from: [1082, 1114, 1184],
  serialize: (value: Date | string): string => (value instanceof Date ? value : new Date(value)).toISOString(),
  parse: (text: string): Date => new Date(/ .*[+-]/.test(text) || !text.includes(" ") ? text : `${text}Z`),
};

/** Opens both pools lazily: nothing connects before the first query. `max` bounds each pool. */
export function openDatabase(url: string, options: { readonly max?: number } = {}): Database {
  const max = options.max ?? 6;
  const sql = postgres(url, {
    max,
    onnotice: () => undefined,
    connection: { application_name: "gradus", TimeZone: "UTC" },
    types: { date: utcDates },
  });
  const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: url, max, options: "-c TimeZone=UTC" }) });
  return {
    prisma,
    sql,
    async close() {
      await Promise.all([sql.end({ timeout: 5 }), prisma.$disconnect()]);
    },
  };
}
