// Owns: SQL as tagged templates over node-postgres, which outlives a Postgres that is killed (ADR 0006). Must not know: any table.
import { pipeline } from "node:stream/promises";
import { Client, escapeIdentifier, Pool, types as defaultTypes } from "pg";
import type { ClientConfig, CustomTypesConfig, PoolClient } from "pg";
import { from as copyFrom, to as copyTo } from "pg-copy-streams";

/** Rows of a query; `count` is how many rows it returned or changed. */
export type Rows<Row> = Row[] & { readonly count: number };

/** `${value}` becomes a parameter, never text. The type argument is the array of rows, as the caller knows it. */
type Query = <Found extends readonly object[] = Record<string, unknown>[]>(
  text: TemplateStringsArray,
  ...values: readonly unknown[]
) => Promise<Rows<Found[number]>>;

interface Parameters {
  /** A value as one JSON parameter. */
  json(value: unknown): unknown;
}

interface Bulk {
  /** Runs a `COPY ... FROM STDIN`. */
  copyIn(statement: string, bytes: Buffer): Promise<void>;
  /** Runs a `COPY ... TO STDOUT`: all it sends, in the parts in which it came. The driver's own results pass through text, which large `bytea` must not. */
  copyOut(statement: string): Promise<readonly Buffer[]>;
}

export type Transaction = Query & Parameters & Bulk;

export interface Listening {
  unlisten(): Promise<void>;
}

export type Sql = Transaction & {
  /** Commits when `work` returns, rolls back when it throws. */
  begin<Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result>;
  /** LISTEN on a connection of its own. `onListening` is called on every connection: what was notified before it is unknown. */
  listen(channel: string, onNotify: (payload: string) => void, onListening: () => void): Promise<Listening>;
  end(): Promise<void>;
};

/** Told of each statement, without its parameters; calls `send` once and answers as it does. */
export type TraceStatement = <Result>(statement: string, send: () => Promise<Result>) => Promise<Result>;
const untraced: TraceStatement = (_statement, send) => send();

/** Prisma's timestamps have no zone and mean UTC; the driver would read them in the zone of this machine. */
const TIMESTAMP = 1114;
const types: CustomTypesConfig = {
  getTypeParser: (oid, format) =>
    (Number(oid) === TIMESTAMP
      ? (text: string) => new Date(`${text.replace(" ", "T")}Z`)
      : defaultTypes.getTypeParser(oid, format as "text")) as never,
};

const RECONNECT_MS = 200;
const CONNECT_TIMEOUT_MS = 10_000;

/** Opens a pool lazily. A connection that breaks fails the queries on it, and the next query gets a new one. */
export function openSql(connectionString: string, max: number, trace: TraceStatement = untraced): Sql {
  const settings = {
    connectionString,
    types,
    options: "-c TimeZone=UTC",
    application_name: "gradus",
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
  };
  const pool = new Pool({ ...settings, max });
  // Tolerates an idle connection that Postgres closed: the pool has let go of it already.
  pool.on("error", () => undefined);
  return Object.assign(queryOn(pool, trace), parameters, {
    copyIn: async (statement: string, bytes: Buffer) => withClient(pool, (client) => bulkOn(client, trace).copyIn(statement, bytes)),
    copyOut: async (statement: string) => withClient(pool, (client) => bulkOn(client, trace).copyOut(statement)),
    begin: async <Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result> => {
      const client = await pool.connect();
      let broken: Error | undefined;
      // Without a listener a connection that breaks between two queries would end the process.
      const onError = (error: Error): void => void (broken = error);
      client.on("error", onError);
      try {
        await client.query("begin");
        const result = await work(Object.assign(queryOn(client, trace), parameters, bulkOn(client, trace)));
        await trace("commit", () => client.query("commit"));
        return result;
      } catch (error) {
        // Tolerates a connection that is gone: then there is nothing left to roll back.
        await client.query("rollback").catch((failure: Error) => void (broken = failure));
        throw error;
      } finally {
        client.off("error", onError);
        client.release(broken);
      }
    },
    listen: (channel: string, onNotify: (payload: string) => void, onListening: () => void) =>
      listen(settings, channel, onNotify, onListening),
    end: () => pool.end(),
  });
}

const parameters: Parameters = { json: (value) => JSON.stringify(value) };

async function withClient<Result>(pool: Pool, use: (client: PoolClient) => Promise<Result>): Promise<Result> {
  const client = await pool.connect();
  let broken: Error | undefined;
  const onError = (error: Error): void => void (broken = error);
  client.on("error", onError);
  try {
    return await use(client);
  } finally {
    client.off("error", onError);
    client.release(broken);
  }
}

const bulkOn = (client: PoolClient, trace: TraceStatement): Bulk => ({
  copyIn: (statement, bytes) => trace(toldCopy(statement), () => pipeline([bytes], client.query(copyFrom(statement)))),
  copyOut: (statement) =>
    trace(toldCopy(statement), async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of client.query(copyTo(statement))) chunks.push(chunk as Buffer);
      return chunks;
    }),
});

/** COPY has no parameters: what its query selects by stands in its text. */
const toldCopy = (statement: string): string => statement.replace(/\(.*/s, "").trim();

const queryOn = (client: Pool | PoolClient, trace: TraceStatement): Query =>
  (async (text: TemplateStringsArray, ...values: readonly unknown[]) => {
    const statement = text.reduce((sql, part, at) => `${sql}$${at}${part}`);
    const { rows, rowCount } = await trace(statement, () => client.query(statement, [...values]));
    return Object.assign(rows, { count: rowCount ?? rows.length });
  }) as Query;

async function listen(
  settings: ClientConfig,
  channel: string,
  onNotify: (payload: string) => void,
  onListening: () => void,
): Promise<Listening> {
  let client: Client | null = null;
  let ended = false;
  const connect = async (): Promise<void> => {
    const next = new Client(settings);
    next.on("notification", ({ payload }) => onNotify(payload ?? ""));
    next.on("error", () => again(next));
    next.on("end", () => again(next));
    client = next;
    await next.connect();
    await next.query(`listen ${escapeIdentifier(channel)}`);
    onListening();
  };
  const again = (lost: Client): void => {
    if (ended || client !== lost) return;
    client = null;
    // Tolerates a Postgres that is still away: the failed connection comes back here.
    setTimeout(() => void connect().catch(() => client !== null && again(client)), RECONNECT_MS);
  };
  await connect();
  return {
    unlisten: async () => {
      ended = true;
      await client?.end();
    },
  };
}
