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
