import type { BrowserState, Seal } from "../../domain/ports.ts";

/** SQLite rows hold 2 MB. */
const PART_LENGTH = 1_000_000;

/** What the browser held at the end of the last command, sealed, in the object's own SQLite. */
export class Snapshots {
  readonly #sql: SqlStorage;
  readonly #seal: Seal;
  readonly #purpose: string;
  /** What is stored, in plain, so that an unchanged state costs no write. */
  #stored: string | null = null;

  constructor(sql: SqlStorage, seal: Seal, sessionId: string) {
    this.#sql = sql;
    this.#seal = seal;
    this.#purpose = `snapshot:${sessionId}`;
    sql.exec(
      "CREATE TABLE IF NOT EXISTS snapshot (part INTEGER PRIMARY KEY, sealed TEXT NOT NULL)",
    );
  }

  async save(state: BrowserState): Promise<void> {
    const plain = JSON.stringify(state);
    if (plain === this.#stored) return;
    const sealed = await this.#seal.seal(this.#purpose, plain);
    const parts = Math.ceil(sealed.length / PART_LENGTH);
    for (let part = 0; part < parts; part += 1) {
      const text = sealed.slice(part * PART_LENGTH, (part + 1) * PART_LENGTH);
      this.#sql.exec("INSERT OR REPLACE INTO snapshot VALUES (?, ?)", part, text);
    }
    this.#sql.exec("DELETE FROM snapshot WHERE part >= ?", parts);
    this.#stored = plain;
  }

  clear(): void {
    this.#sql.exec("DELETE FROM snapshot");
    this.#stored = null;
  }

  /** Null before the first, and when the deployment's secret has changed since. */
  async load(): Promise<BrowserState | null> {
    const rows = this.#sql.exec("SELECT sealed FROM snapshot ORDER BY part").toArray();
    if (rows.length === 0) return null;
    const sealed = rows.map((row) => String(row.sealed)).join("");
    const plain = await this.#seal.open(this.#purpose, sealed);
    return plain === null ? null : (JSON.parse(plain) as BrowserState);
  }
}
