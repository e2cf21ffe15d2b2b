import type { Sums } from "../../domain/telemetry/index.ts";
import { NO_TOTALS } from "../../domain/telemetry/totals.ts";
import type { HubSql } from "./sql.ts";

/** The running sums of an account: one row, written once per change or batch of changes. */
export class TotalsStore {
  readonly #sql: HubSql;
  /** Last `id` and `seq` that retention took away. */
  removed = { id: 0, seq: 0 };
  #value: Sums = NO_TOTALS;

  constructor(sql: HubSql) {
    this.#sql = sql;
    this.reload();
  }

  reload(): void {
    const { removed_id, removed_seq, ...sums } = this.#read();
    this.removed = { id: removed_id, seq: removed_seq };
    this.#value = sums;
  }

  get value(): Sums {
    return this.#value;
  }

  save(totals: Sums): void {
    const { visits, active, completed, failed, seconds, timed, dropped } = totals;
    this.#sql.run(
      `UPDATE totals SET visits = ?, active = ?, completed = ?, failed = ?, seconds = ?,
         timed = ?, dropped = ?, removed_id = ?, removed_seq = ?`,
      visits,
      active,
      completed,
      failed,
      seconds,
      timed,
      dropped,
      this.removed.id,
      this.removed.seq,
    );
    this.#value = { visits, active, completed, failed, seconds, timed, dropped };
  }

  #read() {
    const row = this.#sql.first<{
      visits: number;
      active: number;
      completed: number;
      failed: number;
      seconds: number;
      timed: number;
      dropped: number;
      removed_id: number;
      removed_seq: number;
    }>(
      `SELECT visits, active, completed, failed, seconds, timed, dropped, removed_id, removed_seq
         FROM totals`,
    );
    if (!row) throw new Error("The hub's totals are missing.");
    return row;
  }
}
