import type { Numbered } from "../../domain/event.ts";
import type { TelemetryEvent } from "../../domain/telemetry/index.ts";
import type { HubSql } from "./sql.ts";
import type { KeptVisit, VisitStore } from "./visit-store.ts";

/** Where the starts and ends of visits stand in the account's log; what they say is the visit's. */
export class Marks {
  readonly #sql: HubSql;
  readonly #visits: VisitStore;

  constructor(sql: HubSql, visits: VisitStore) {
    this.#sql = sql;
    this.#visits = visits;
  }

  get last(): number {
    const query = "SELECT max(seq) AS seq FROM marks";
    return this.#sql.first<{ seq: number | null }>(query)?.seq ?? 0;
  }

  add(seq: number, visit: number, what: "start" | "end"): void {
    this.#sql.run("INSERT INTO marks VALUES (?, ?, ?)", seq, visit, what === "end" ? 1 : 0);
  }

  after(since: number, limit: number): Numbered<TelemetryEvent>[] {
    const marks = this.#sql.all<{ seq: number; visit: number; ended: number }>(
      "SELECT seq, visit, ended FROM marks WHERE seq > ? ORDER BY seq LIMIT ?",
      since,
      limit,
    );
    return marks.flatMap(({ seq, visit, ended }) => {
      const known = this.#visits.at(visit);
      return known ? [{ ...(ended === 1 ? endOf(known) : startOf(known)), seq }] : [];
    });
  }

  removeUntil(seq: number): void {
    this.#sql.run("DELETE FROM marks WHERE seq <= ?", seq);
  }
}

function startOf(visit: KeptVisit): TelemetryEvent & { at: number } {
  const { id, profileId, device, targetUrl, proxy, country, source } = visit;
  const told = { id, profileId, device, targetUrl, proxy, country };
  return { type: "visit_started", visit: told, source, at: visit.startedAt };
}

function endOf(visit: KeptVisit): TelemetryEvent & { at: number } {
  const { id, startedAt, status, error } = visit;
  const at = visit.endedAt ?? startedAt;
  const duration = visit.duration ?? (at - startedAt) / 1000;
  const outcome = { success: status === "completed", duration, error };
  return { type: "visit_ended", visitId: id, outcome, at };
}
