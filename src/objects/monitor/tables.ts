import type { Gap } from "../../domain/monitor/monitor.ts";

/** One row of `state`. Minutes and hours since the epoch. */
export interface ShardState {
  shard: number;
  accountId: string;
  /** The catalogue's version that the roster is a copy of. */
  version: number;
  /** JSON of the maintenance windows. */
  windows: string;
  /** Hours up to this one are packed by monitor and told to the catalogue. */
  closedThrough: number;
  /** Minutes up to this one were looked through for checks that were not made. */
  sealed: number;
  /** Points spent, all told, when this row was written. */
  spent: number;
}

export interface MinuteRow {
  minute: number;
  /** As in the state, when this row was written. */
  spent: number;
  sealed: number;
  checks: number;
  bytes: Uint8Array;
}

/** Minutes are inclusive. */
export interface GapRow {
  id: number;
  from: number;
  to: number;
  reason: Gap["reason"];
  /** Null: all that were due. */
  monitors: number[] | null;
}

/** Rows that are a JSON value under a number. */
export type Drawer = "roster" | "machines" | "signals" | "certificates" | "outbox";

/** Hours since the epoch fit into 20 bits until 2089. */
const HOURS = 2 ** 20;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS state (id INTEGER PRIMARY KEY, value TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS roster (id INTEGER PRIMARY KEY, value TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS machines (id INTEGER PRIMARY KEY, value TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS signals (id INTEGER PRIMARY KEY, value TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS certificates (id INTEGER PRIMARY KEY, value TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS outbox (id INTEGER PRIMARY KEY, value TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS minutes (
    minute INTEGER PRIMARY KEY, spent INTEGER NOT NULL, sealed INTEGER NOT NULL,
    checks INTEGER NOT NULL, bytes BLOB NOT NULL);
  CREATE TABLE IF NOT EXISTS hours (
    id INTEGER PRIMARY KEY, checks INTEGER NOT NULL, bytes BLOB NOT NULL);
  CREATE TABLE IF NOT EXISTS totals (hour INTEGER PRIMARY KEY, checks INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS gaps (
    id INTEGER PRIMARY KEY, first INTEGER NOT NULL, last INTEGER NOT NULL, reason TEXT NOT NULL,
    monitors TEXT);
`;

/** What keeps a shard's state; {@link MonitorTables} does it for real. */
export type ShardTables = Pick<MonitorTables, keyof MonitorTables>;

/**
 * The object's SQLite: all of its SQL is here. Every table's key is its rowid, so that a write
 * is one row written: `hours` is keyed by monitor and hour in one number.
 */
export class MonitorTables {
  readonly #sql: SqlStorage;
  /** Rows written since the object woke: what the platform bills. */
  rowsWritten = 0;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(SCHEMA);
  }

  loadState(): ShardState | null {
    const [row] = this.#read<{ value: string }>("SELECT value FROM state");
    return row ? (JSON.parse(row.value) as ShardState) : null;
  }

  saveState(state: ShardState): void {
    this.#write("INSERT OR REPLACE INTO state VALUES (1, ?)", JSON.stringify(state));
  }

  load<T>(drawer: Drawer): Map<number, T> {
    const rows = this.#read<{ id: number; value: string }>(
      `SELECT id, value FROM ${drawer} ORDER BY id`,
    );
    return new Map(rows.map(({ id, value }) => [id, JSON.parse(value) as T]));
  }

  put(drawer: Drawer, id: number, value: unknown): void {
    this.#write(`INSERT OR REPLACE INTO ${drawer} VALUES (?, ?)`, id, JSON.stringify(value));
  }

  remove(drawer: Drawer, id: number): void {
    this.#write(`DELETE FROM ${drawer} WHERE id = ?`, id);
  }

  /** What the minutes' rows know better than the state's, which is written seldom. */
  newest(): { spent: number; sealed: number } {
    const [row] = this.#read<{ spent: number | null; sealed: number | null }>(
      "SELECT max(spent) AS spent, max(sealed) AS sealed FROM minutes",
    );
    return { spent: row?.spent ?? 0, sealed: row?.sealed ?? 0 };
  }

  /** Minutes that have a row, with the number of their checks; ascending. */
  minuteCounts(from: number, to: number): { minute: number; checks: number }[] {
    return this.#read(
      "SELECT minute, checks FROM minutes WHERE minute BETWEEN ? AND ? ORDER BY minute",
      from,
      to,
    );
  }

  oldestMinute(): number | null {
    const [row] = this.#read<{ minute: number | null }>(
      "SELECT min(minute) AS minute FROM minutes",
    );
    return row?.minute ?? null;
  }

  minute(minute: number): Uint8Array | null {
    const [row] = this.#read<{ bytes: ArrayBuffer }>(
      "SELECT bytes FROM minutes WHERE minute = ?",
      minute,
    );
    return row ? new Uint8Array(row.bytes) : null;
  }

  putMinute({ minute, spent, sealed, checks, bytes }: MinuteRow): void {
    this.#write(
      "INSERT OR REPLACE INTO minutes VALUES (?, ?, ?, ?, ?)",
      minute,
      spent,
      sealed,
      checks,
      bytes,
    );
  }

  removeMinutes(from: number, to: number): void {
    this.#write("DELETE FROM minutes WHERE minute BETWEEN ? AND ?", from, to);
  }

  /** A monitor's hours that have checks, with their number; ascending. */
  hourCounts(monitorId: number, from: number, to: number): { hour: number; checks: number }[] {
    return this.#read<{ hour: number; checks: number }>(
      "SELECT id % 1048576 AS hour, checks FROM hours WHERE id BETWEEN ? AND ? ORDER BY id",
      monitorId * HOURS + from,
      monitorId * HOURS + to,
    );
  }

  /** The packed hours of one monitor; newest first. */
  *hoursOf(monitorId: number, from: number, to: number): Generator<Uint8Array> {
    const rows = this.#sql.exec<{ bytes: ArrayBuffer }>(
      "SELECT bytes FROM hours WHERE id BETWEEN ? AND ? ORDER BY id DESC",
      monitorId * HOURS + from,
      monitorId * HOURS + to,
    );
    for (const { bytes } of rows) yield new Uint8Array(bytes);
  }

  /** One hour of many monitors, by as many look-ups. */
  hourOf(monitorIds: number[], hour: number): Uint8Array[] {
    return this.#read<{ bytes: ArrayBuffer }>(
      `SELECT hours.bytes FROM json_each(?1) AS monitor
         JOIN hours ON hours.id = monitor.value * 1048576 + ?2`,
      JSON.stringify(monitorIds),
      hour,
    ).map(({ bytes }) => new Uint8Array(bytes));
  }

  putHour(monitorId: number, hour: number, checks: number, bytes: Uint8Array): void {
    this.#write(
      "INSERT OR REPLACE INTO hours VALUES (?, ?, ?)",
      monitorId * HOURS + hour,
      checks,
      bytes,
    );
  }

  /** Removes a monitor's hours up to one, and takes their checks off the totals if told so. */
  removeHours(monitorId: number, to: number, options: { fromTotals: boolean }): void {
    if (options.fromTotals) {
      for (const { hour, checks } of this.hourCounts(monitorId, 0, to)) {
        this.#write("UPDATE totals SET checks = checks - ? WHERE hour = ?", checks, hour);
      }
    }
    this.#write(
      "DELETE FROM hours WHERE id BETWEEN ? AND ?",
      monitorId * HOURS,
      monitorId * HOURS + to,
    );
  }

  /** Checks of all monitors in each packed hour; ascending. */
  totals(from: number, to: number): { hour: number; checks: number }[] {
    return this.#read(
      "SELECT hour, checks FROM totals WHERE hour BETWEEN ? AND ? AND checks > 0 ORDER BY hour",
      from,
      to,
    );
  }

  putTotal(hour: number, checks: number): void {
    this.#write("INSERT OR REPLACE INTO totals VALUES (?, ?)", hour, checks);
  }

  /** Gaps that touch the range; oldest first. */
  gaps(from: number, to: number): GapRow[] {
    const rows = this.#read<{
      id: number;
      first: number;
      last: number;
      reason: Gap["reason"];
      monitors: string | null;
    }>("SELECT * FROM gaps WHERE last >= ? AND first <= ? ORDER BY first, id", from, to);
    return rows.map(({ id, first, last, reason, monitors }) => ({
      id,
      from: first,
      to: last,
      reason,
      monitors: monitors === null ? null : (JSON.parse(monitors) as number[]),
    }));
  }

  lastGap(): GapRow | null {
    const [row] = this.#read<{ id: number; last: number }>(
      "SELECT id, last FROM gaps ORDER BY id DESC LIMIT 1",
    );
    return row ? (this.gaps(row.last, row.last).find(({ id }) => id === row.id) ?? null) : null;
  }

  addGap({ from, to, reason, monitors }: Omit<GapRow, "id">): void {
    this.#write(
      "INSERT INTO gaps (first, last, reason, monitors) VALUES (?, ?, ?, ?)",
      from,
      to,
      reason,
      monitors && JSON.stringify(monitors),
    );
  }

  extendGap(id: number, to: number): void {
    this.#write("UPDATE gaps SET last = ? WHERE id = ?", to, id);
  }

  /** Forgets what is older than an hour; hours of monitors go by {@link removeHours}. */
  removeBefore(hour: number): void {
    this.#write("DELETE FROM totals WHERE hour < ?", hour);
    this.#write("DELETE FROM gaps WHERE last < ?", hour * 60);
  }

  #read<Row extends Record<string, SqlStorageValue>>(
    query: string,
    ...values: SqlStorageValue[]
  ): Row[] {
    return this.#sql.exec<Row>(query, ...values).toArray();
  }

  #write(query: string, ...values: (SqlStorageValue | Uint8Array | null)[]): void {
    const cursor = this.#sql.exec(query, ...values);
    this.rowsWritten += cursor.rowsWritten;
  }
}
