import { is } from "drizzle-orm";
import { drizzle, type DrizzleD1Database } from "drizzle-orm/d1";
import { SQLiteRaw } from "drizzle-orm/sqlite-core/query-builders/raw";
import * as schema from "./schema/index.ts";

/** The catalogue. `db.transaction()` always fails on D1: use `db.batch()` or one guarded statement. */
export type Database = DrizzleD1Database<typeof schema>;

export function openDatabase(binding: D1Database): Database {
  const db = drizzle(binding, { schema });
  const batch = db.batch.bind(db);
  // Drizzle's batch asks each query for a prepared statement, which those written out in SQL
  // (`db.all`, `db.run`) do not bring along.
  db.batch = (queries) => {
    for (const query of queries) {
      if (is(query, SQLiteRaw)) {
        Object.assign(query, { stmt: binding.prepare(query.getQuery().sql) });
      }
    }
    return batch(queries);
  };
  return db;
}
