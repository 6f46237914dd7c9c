// Owns: telling every statement that Prisma sends. Must not know: who is told, tables.
import { PrismaPg } from "@prisma/adapter-pg";
import type { SqlQuery, SqlQueryable } from "@prisma/driver-adapter-utils";
import type { PoolConfig } from "pg";
import type { TraceStatement } from "./sql.ts";

/** PrismaPg with each statement inside `trace`; Prisma sends values as parameters, which are not told. */
export class TracedAdapter extends PrismaPg {
  readonly #trace: TraceStatement;

  constructor(config: PoolConfig, trace: TraceStatement) {
    super(config);
    this.#trace = trace;
  }

  override async connect() {
    const connection = await super.connect();
    this.#tell(connection);
    const startTransaction = connection.startTransaction.bind(connection);
    connection.startTransaction = async (isolationLevel) => {
      const transaction = await startTransaction(isolationLevel);
      this.#tell(transaction);
      return transaction;
    };
    return connection;
  }

  #tell(queryable: SqlQueryable): void {
    const queryRaw = queryable.queryRaw.bind(queryable);
    const executeRaw = queryable.executeRaw.bind(queryable);
    queryable.queryRaw = (query: SqlQuery) => this.#trace(query.sql, () => queryRaw(query));
    queryable.executeRaw = (query: SqlQuery) => this.#trace(query.sql, () => executeRaw(query));
  }
}
