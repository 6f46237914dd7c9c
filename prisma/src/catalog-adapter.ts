// Owns: letting Prisma's schema engine read the Postgres catalogue through the driver adapter, which in 7.10.0 refuses the catalogue's one-letter
// type "char" (oid 18). Must not know: migrations. Remove when `diffAgainstSchema` works with PrismaPg alone.
import { PrismaPg } from "@prisma/adapter-pg";
import { ColumnTypeEnum, type SqlQuery } from "@prisma/driver-adapter-utils";

const charColumn = /\b(con1|constr)\.(contype|confdeltype|confupdtype)\b(?=,| AS)/g;
const charNames = new Set(["constraint_type", "confdeltype", "confupdtype"]);

/** PrismaPg for the schema engine: one-letter columns are read as text and handed on as the characters the engine expects. */
export class CatalogAdapter extends PrismaPg {
  readonly #connections: { dispose(): Promise<void> }[] = [];

  override async connect() {
    const connection = await super.connect();
    this.#connections.push(connection);
    const queryRaw = connection.queryRaw.bind(connection);
    connection.queryRaw = async (query: SqlQuery) => {
      const sql = query.sql.replaceAll(charColumn, (column) => `${column}::text`);
      const result = await queryRaw({ ...query, sql });
      const columnTypes = result.columnTypes.map((type, index) =>
        charNames.has(result.columnNames[index] ?? "") ? ColumnTypeEnum.Character : type,
      );
      return { ...result, columnTypes };
    };
    return connection;
  }

  /** Closes what the engine opened and leaves open when it is freed: a session that idles on keeps the engine's advisory lock for ten seconds. */
  async close(): Promise<void> {
    await Promise.all(this.#connections.splice(0).map((connection) => connection.dispose()));
  }
}
