import type { RunProgress } from "../../domain/agent/launch.ts";
import type { LaunchEnd, LaunchIdentity, OutputQuery } from "../../domain/agent/live.ts";

/** What is known of a launch beside its console. */
export interface LaunchRecord {
  id: number;
  number: number;
  begun: boolean;
  /** Of the agent's output before it. */
  seq: number;
  progress: RunProgress | null;
  /** JSON text. */
  result: string | null;
  results: number;
  end: LaunchEnd | null;
}

/** The launches of an agent that are kept. */
export class LaunchStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(`CREATE TABLE IF NOT EXISTS launches (id INTEGER PRIMARY KEY, number INTEGER NOT NULL,
      begun INTEGER NOT NULL, seq INTEGER NOT NULL, progress TEXT, results INTEGER NOT NULL DEFAULT 0, "end" TEXT,
      result TEXT)`);
  }

  /** @returns False when it is there already. */
  add({ launchId, launchNumber }: LaunchIdentity, begun: boolean, seq: number): boolean {
    const query = `INSERT INTO launches (id, number, begun, seq) VALUES (?, ?, ?, ?)
      ON CONFLICT (id) DO NOTHING RETURNING id`;
    const row = [launchId, launchNumber, Number(begun), seq];
    return this.#sql.exec(query, ...row).toArray().length > 0;
  }

  find(which: OutputQuery["launch"]): LaunchRecord | null {
    if (which === "newest") {
      return this.#one("WHERE begun = 1 ORDER BY id DESC LIMIT 1");
    }
    if ("id" in which) return this.#one("WHERE id = ?", which.id);
    return this.#one("WHERE number = ? ORDER BY id DESC LIMIT 1", which.number);
  }

  /** That began, the newest first. */
  begun(limit: number): LaunchRecord[] {
    const query = "SELECT * FROM launches WHERE begun = 1 ORDER BY id DESC LIMIT ?";
    return this.#sql.exec(query, limit).toArray().map(recordOf);
  }

  setEnd(id: number, end: LaunchEnd): void {
    this.#sql.exec(`UPDATE launches SET "end" = ? WHERE id = ?`, JSON.stringify(end), id);
  }

  setProgress(id: number, progress: RunProgress): void {
    this.#sql.exec("UPDATE launches SET progress = ? WHERE id = ?", JSON.stringify(progress), id);
  }

  /** @returns False when this or a later one was set already. */
  setResult(id: number, { json, results }: { json: string; results: number }): boolean {
    const query = `UPDATE launches SET result = ?, results = ? WHERE id = ? AND results < ?
      RETURNING id`;
    return this.#sql.exec(query, json, results, id, results).toArray().length > 0;
  }

  forget(launchIds: number[]): void {
    const query = "DELETE FROM launches WHERE id IN (SELECT value FROM json_each(?))";
    this.#sql.exec(query, JSON.stringify(launchIds));
  }

  #one(where: string, ...parameters: number[]): LaunchRecord | null {
    const rows = this.#sql.exec(`SELECT * FROM launches ${where}`, ...parameters).toArray();
    return rows.map(recordOf)[0] ?? null;
  }
}

function recordOf(row: Record<string, SqlStorageValue>): LaunchRecord {
  const json = (value: SqlStorageValue | undefined): unknown =>
    typeof value === "string" ? JSON.parse(value) : null;
  return {
    id: Number(row.id),
    number: Number(row.number),
    begun: row.begun === 1,
    seq: Number(row.seq),
    progress: json(row.progress) as RunProgress | null,
    result: typeof row.result === "string" ? row.result : null,
    results: Number(row.results),
    end: json(row.end) as LaunchEnd | null,
  };
}
