import type { Gap, Numbered } from "../domain/event.ts";

/** How many events a session keeps. */
export const KEPT_EVENTS = 1000;
/** Characters of one text in an event: a page's address or dialog may be too long for a row. */
export const MAX_TEXT_LENGTH = 8192;
/** Old events leave in groups, so that a steady stream costs one delete in a hundred writes. */
const TRIM_EVERY = 100;

/** A numbered log of the newest events, in the object's own SQLite. */
export class EventLog<E extends object> {
  readonly #sql: SqlStorage;
  #latest: number;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(
      "CREATE TABLE IF NOT EXISTS events (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, event TEXT NOT NULL)",
    );
    this.#latest = Number(sql.exec("SELECT max(seq) AS seq FROM events").one().seq ?? 0);
  }

  /** The newest `seq`; 0 before the first. */
  get latest(): number {
    return this.#latest;
  }

  append(told: E, at: number): Numbered<E> {
    const event = bounded(told);
    const seq = this.#latest + 1;
    this.#sql.exec("INSERT INTO events VALUES (?, ?, ?)", seq, at, JSON.stringify(event));
    this.#latest = seq;
    if (seq % TRIM_EVERY === 0) {
      this.#sql.exec("DELETE FROM events WHERE seq <= ?", seq - KEPT_EVENTS);
    }
    return { ...event, seq, at };
  }

  /**
   * What came after `since`, at most `limit` of it, and the hole before it if some of that is no
   * longer kept.
   */
  after(since: number, limit = KEPT_EVENTS): { events: Numbered<E>[]; gap: Gap | null } {
    const oldestKept = Math.max(since, this.#latest - KEPT_EVENTS) + 1;
    const query = "SELECT seq, at, event FROM events WHERE seq >= ? ORDER BY seq LIMIT ?";
    const events = this.#sql
      .exec(query, oldestKept, limit)
      .toArray()
      .map((row) => ({
        ...(JSON.parse(String(row.event)) as E),
        seq: Number(row.seq),
        at: Number(row.at),
      }));
    const gap: Gap | null =
      oldestKept > since + 1 ? { type: "gap", from: since + 1, to: oldestKept - 1 } : null;
    return { events, gap };
  }
}

function bounded<E extends object>(event: E): E {
  const cut = (value: unknown): unknown => {
    if (typeof value === "string") return value.slice(0, MAX_TEXT_LENGTH);
    return Array.isArray(value) ? value.map(cut) : value;
  };
  return Object.fromEntries(Object.entries(event).map(([name, value]) => [name, cut(value)])) as E;
}
