import type { KeptAnswer } from "../../domain/ports.ts";
import type { KeyRecord, RecordStorage } from "./idempotency.ts";
import type { UsageCount } from "./usage.ts";
import type { RateWindow } from "./windows.ts";

/** What the object would lose with its memory; saved as one row. */
export interface MeterState {
  usage: UsageCount;
  windows: [string, RateWindow][];
}

/** Tries at a door; `until` in milliseconds since the epoch. */
export interface Attempts {
  until: number;
  count: number;
}

/** A row of SQLite holds 2 MB. */
const CHUNK_BYTES = 1024 * 1024;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS state (id INTEGER PRIMARY KEY, value TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS attempts (
    id INTEGER PRIMARY KEY, until INTEGER NOT NULL, count INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS records (
    key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, lease_until INTEGER NOT NULL,
    expires_at INTEGER NOT NULL, answer TEXT) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS records_by_expiry ON records (expires_at);
  CREATE TABLE IF NOT EXISTS chunks (
    key TEXT NOT NULL, part INTEGER NOT NULL, bytes BLOB NOT NULL,
    PRIMARY KEY (key, part)) WITHOUT ROWID;
`;

/** An answer as its record holds it; the body lies in `chunks`. */
type AnswerHead =
  | { kind: "response"; status: number; headers: [string, string][] }
  | { kind: "withheld"; message: string };

/** The object's SQLite: all of its SQL is here. */
export class MeterTables implements RecordStorage {
  readonly #sql: SqlStorage;
  /** Rows written since the object woke: what the platform bills. */
  rowsWritten = 0;

  #created = false;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** To be called once the object's storage was deleted: the tables are gone with it. */
  forget(): void {
    this.#created = false;
  }

  loadState(): MeterState | null {
    const [row] = this.#read<{ value: string }>("SELECT value FROM state").toArray();
    return row ? (JSON.parse(row.value) as MeterState) : null;
  }

  saveState(state: MeterState): void {
    this.#write("INSERT OR REPLACE INTO state VALUES (1, ?)", JSON.stringify(state));
  }

  attempts(): Attempts | null {
    const query = "SELECT until, count FROM attempts";
    const [row] = this.#read<{ until: number; count: number }>(query).toArray();
    return row ?? null;
  }

  saveAttempts({ until, count }: Attempts): void {
    this.#write("INSERT OR REPLACE INTO attempts VALUES (1, ?, ?)", until, count);
  }

  find(key: string): KeyRecord | null {
    const [row] = this.#read<{
      fingerprint: string;
      leaseUntil: number;
      expiresAt: number;
      answered: number;
    }>(
      `SELECT fingerprint, lease_until AS leaseUntil, expires_at AS expiresAt,
           answer IS NOT NULL AS answered
         FROM records WHERE key = ?`,
      key,
    ).toArray();
    return row ? { ...row, answered: row.answered === 1 } : null;
  }

  put(key: string, record: KeyRecord): void {
    this.remove(key);
    this.#write(
      "INSERT INTO records VALUES (?, ?, ?, ?, NULL)",
      key,
      record.fingerprint,
      record.leaseUntil,
      record.expiresAt,
    );
  }

  extend(key: string, leaseUntil: number): void {
    this.#write("UPDATE records SET lease_until = ? WHERE key = ?", leaseUntil, key);
  }

  keepAnswer(key: string, answer: KeptAnswer): void {
    let head: AnswerHead;
    if (answer.kind === "withheld") {
      head = answer;
    } else {
      const { body, ...rest } = answer;
      head = rest;
      for (let at = 0, part = 0; at < body.byteLength; at += CHUNK_BYTES, part += 1) {
        const bytes = body.slice(at, at + CHUNK_BYTES).buffer;
        this.#write("INSERT OR REPLACE INTO chunks VALUES (?, ?, ?)", key, part, bytes);
      }
    }
    this.#write("UPDATE records SET answer = ? WHERE key = ?", JSON.stringify(head), key);
  }

  answer(key: string): KeptAnswer | null {
    const [row] = this.#read<{ answer: string | null }>(
      "SELECT answer FROM records WHERE key = ?",
      key,
    ).toArray();
    if (!row || row.answer === null) return null;
    const head = JSON.parse(row.answer) as AnswerHead;
    if (head.kind === "withheld") return head;
    const query = "SELECT bytes FROM chunks WHERE key = ? ORDER BY part";
    const parts = this.#read<{ bytes: ArrayBuffer }>(query, key).toArray();
    return { ...head, body: joined(parts.map(({ bytes }) => bytes)) };
  }

  remove(key: string): void {
    this.#write("DELETE FROM chunks WHERE key = ?", key);
    this.#write("DELETE FROM records WHERE key = ?", key);
  }

  /** Removes the records whose day is over, and tells when the next one's is; null: none left. */
  removeExpired(now: number): number | null {
    this.#write(
      "DELETE FROM chunks WHERE key IN (SELECT key FROM records WHERE expires_at <= ?)",
      now,
    );
    this.#write("DELETE FROM records WHERE expires_at <= ?", now);
    const query = "SELECT MIN(expires_at) AS next FROM records";
    return this.#read<{ next: number | null }>(query).one().next;
  }

  #read<Row extends Record<string, SqlStorageValue>>(
    query: string,
    ...values: SqlStorageValue[]
  ): SqlStorageCursor<Row> {
    if (!this.#created) this.#sql.exec(SCHEMA);
    this.#created = true;
    return this.#sql.exec<Row>(query, ...values);
  }

  #write(statement: string, ...values: SqlStorageValue[]): void {
    this.rowsWritten += this.#read(statement, ...values).rowsWritten;
  }
}

function joined(parts: ArrayBuffer[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(new Uint8Array(part), at);
    at += part.byteLength;
  }
  return whole;
}
