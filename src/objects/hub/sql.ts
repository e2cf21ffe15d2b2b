/** The object's SQLite, counting the rows written: what the platform bills. */
export class HubSql {
  rowsWritten = 0;
  readonly #storage: Pick<DurableObjectStorage, "sql" | "kv" | "transactionSync">;

  constructor(storage: Pick<DurableObjectStorage, "sql" | "kv" | "transactionSync">) {
    this.#storage = storage;
  }

  get kv(): SyncKvStorage {
    return this.#storage.kv;
  }

  all<Row extends Record<string, SqlStorageValue>>(
    query: string,
    ...values: SqlStorageValue[]
  ): Row[] {
    return this.#storage.sql.exec<Row>(query, ...values).toArray();
  }

  /** Rows until `size` of them, summed up, reaches `limit`; at least one. */
  upTo<Row extends Record<string, SqlStorageValue>>(
    limit: number,
    size: (row: Row) => number,
    query: string,
    ...values: SqlStorageValue[]
  ): { rows: Row[]; complete: boolean } {
    const rows: Row[] = [];
    let sum = 0;
    for (const row of this.#storage.sql.exec<Row>(query, ...values)) {
      rows.push(row);
      sum += size(row);
      if (sum >= limit) return { rows, complete: false };
    }
    return { rows, complete: true };
  }

  first<Row extends Record<string, SqlStorageValue>>(
    query: string,
    ...values: SqlStorageValue[]
  ): Row | null {
    return this.all<Row>(query, ...values)[0] ?? null;
  }

  run(statement: string, ...values: SqlStorageValue[]): void {
    const cursor = this.#storage.sql.exec(statement, ...values);
    cursor.toArray();
    this.rowsWritten += cursor.rowsWritten;
  }

  /** All of it or nothing. */
  atomically<T>(work: () => T): T {
    return this.#storage.transactionSync(work);
  }
}
