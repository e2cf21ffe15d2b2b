import type { AgentMessage, MessageType } from "../../domain/agent/launch.ts";

/** How many messages an agent keeps. */
const KEPT = 1000;
/** Old ones leave in groups. */
const TRIM_EVERY = 100;
/** In one answer. */
const MAX_READ = 200;

/** A message, and where it stands in the agent's whole output, where it counts for one byte. */
export interface PlacedMessage {
  message: AgentMessage;
  seq: number;
}

/** What is told of an agent's launches, numbered from 1. */
export class MessageStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(`CREATE TABLE IF NOT EXISTS messages (id INTEGER PRIMARY KEY AUTOINCREMENT,
      seq INTEGER NOT NULL, launch INTEGER NOT NULL, date INTEGER NOT NULL, type TEXT NOT NULL,
      text TEXT NOT NULL, context TEXT NOT NULL)`);
  }

  get lastSeq(): number {
    const [row] = this.#sql.exec("SELECT seq FROM messages ORDER BY id DESC LIMIT 1").toArray();
    return Number(row?.seq ?? 0);
  }

  /** @param seq Of the agent's output so far. */
  append(told: Omit<AgentMessage, "id">, seq: number): PlacedMessage {
    const { launchId, date, type, text, context } = told;
    const row = this.#sql
      .exec(
        `INSERT INTO messages (seq, launch, date, type, text, context) VALUES (?, ?, ?, ?, ?, ?)
        RETURNING *`,
        seq + 1,
        launchId,
        date,
        type,
        text,
        JSON.stringify(context),
      )
      .one();
    const placed = placedOf(row);
    if (placed.message.id % TRIM_EVERY === 0) {
      this.#sql.exec("DELETE FROM messages WHERE id <= ?", placed.message.id - KEPT);
    }
    return placed;
  }

  /** Oldest first: from an id on, or the last few. */
  read(which: { from: number } | { last: number }): AgentMessage[] {
    if ("from" in which) {
      const query = "SELECT * FROM messages WHERE id >= ? ORDER BY id LIMIT ?";
      return this.#read(query, which.from, MAX_READ);
    }
    const query = "SELECT * FROM messages ORDER BY id DESC LIMIT ?";
    return this.#read(query, Math.min(which.last, MAX_READ)).toReversed();
  }

  /** After a point of the agent's output: read back from the newest, of which few are new. */
  after(seq: number): PlacedMessage[] {
    return this.#sql
      .exec(
        `SELECT * FROM messages WHERE seq > ?1 AND id > coalesce((SELECT id FROM messages
          WHERE seq <= ?1 ORDER BY id DESC LIMIT 1), 0) ORDER BY id`,
        seq,
      )
      .toArray()
      .map(placedOf);
  }

  forget(launchIds: number[]): void {
    const query = "DELETE FROM messages WHERE launch IN (SELECT value FROM json_each(?))";
    this.#sql.exec(query, JSON.stringify(launchIds));
  }

  #read(query: string, ...parameters: number[]): AgentMessage[] {
    return this.#sql
      .exec(query, ...parameters)
      .toArray()
      .map((row) => placedOf(row).message);
  }
}

function placedOf(row: Record<string, SqlStorageValue>): PlacedMessage {
  return {
    seq: Number(row.seq),
    message: {
      id: Number(row.id),
      launchId: Number(row.launch),
      date: Number(row.date),
      type: String(row.type) as MessageType,
      text: String(row.text),
      context: JSON.parse(String(row.context)) as string[],
    },
  };
}
