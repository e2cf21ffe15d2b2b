import { Fault } from "../../domain/errors.ts";
import type { Gap, Numbered } from "../../domain/event.ts";
import { batchIdsUntil } from "../../domain/telemetry/report.ts";
import type {
  NewEvent,
  NewVisit,
  ReportBatch,
  ReportItem,
  Sums,
  TelemetryEvent,
  Totals,
  VisitOutcome,
  VisitReading,
  VisitSource,
} from "../../domain/telemetry/index.ts";
import { withEnd, withVisit } from "../../domain/telemetry/totals.ts";
import { EventStore } from "./event-store.ts";
import { Marks } from "./marks.ts";
import { ProxyStore } from "./proxies.ts";
import { BATCHES_KEPT_MS, lastExpired, SLICE } from "./retention.ts";
import type { HubSql } from "./sql.ts";
import { TotalsStore } from "./totals-store.ts";
import { assertSameVisit, type KeptVisit, VisitStore } from "./visit-store.ts";

/** Events of one visit that are shown with it. */
const SHOWN_EVENTS = 1000;

/** What a change brought, and what is to be told of it. */
export interface Change<T> {
  value: T;
  told: Numbered<TelemetryEvent>[];
}

/** A piece of the account's log. */
export interface Replay {
  events: Numbered<TelemetryEvent>[];
  /** What was asked for and is no longer kept. */
  gap: Gap | null;
  more: boolean;
}

/**
 * All that an account reported: visits, their events, proxies and totals, changed together or not
 * at all, and numbered in one log.
 */
export class Ledger {
  readonly visits: VisitStore;
  readonly events: EventStore;
  readonly proxies: ProxyStore;
  readonly #marks: Marks;
  readonly #totals: TotalsStore;
  readonly #sql: HubSql;
  #sums: Sums;
  #seq: number;
  #told: Numbered<TelemetryEvent>[] = [];

  constructor(sql: HubSql) {
    this.#sql = sql;
    this.visits = new VisitStore(sql);
    this.#marks = new Marks(sql, this.visits);
    this.#totals = new TotalsStore(sql);
    this.events = new EventStore(sql, this.#totals.removed);
    this.proxies = new ProxyStore(sql);
    this.#sums = this.#totals.value;
    this.#seq = this.#lastSeq();
  }

  /** The newest number of the log; 0 before the first. */
  get latest(): number {
    return this.#seq;
  }

  get totals(): Totals {
    return { ...this.#sums, events: this.events.accepted };
  }

  /** @throws Fault CONFLICT when the id is taken by other data. */
  register(visit: NewVisit, at: number): Change<number> {
    return this.#change(() => {
      const known = this.visits.find(visit.id);
      if (known) assertSameVisit(known, visit);
      else if (this.visits.keyOf(visit.id) !== null) throw nameTaken();
      else this.#begin(visit, "external", at);
      return this.#sums.active;
    });
  }

  /** @throws Fault NOT_FOUND */
  end(visitId: string, outcome: VisitOutcome, at: number): Change<number> {
    return this.#change(() => {
      const visit = this.visits.find(visitId);
      if (!visit) throw noVisit();
      this.#close(visit, outcome, outcome.duration, at);
      return this.#sums.active;
    });
  }

  /** @throws Fault NOT_FOUND when a visit is not known. */
  log(events: NewEvent[], at: number): Change<number[]> {
    return this.#change(() =>
      events.map((event) => {
        const visit = this.visits.keyOf(event.visitId);
        if (visit === null || visit < 0) throw noVisit(event.visitId);
        return this.#append(visit, event, at);
      }),
    );
  }

  /** What hosted work reports; a batch that was taken before changes nothing. */
  report(batch: ReportBatch): Change<void> {
    return this.#change(() => {
      if (this.#sql.first("SELECT id FROM batches WHERE id = ?", batch.id)) return;
      this.#sql.run("INSERT INTO batches VALUES (?)", batch.id);
      for (const item of batch.items) this.#take(item);
      this.#sums = { ...this.#sums, dropped: this.#sums.dropped + batch.dropped };
    });
  }

  /** Visits that never ended, closed as failed. @returns Whether there may be more. */
  closeStale(startedBefore: number, now: number, error: string): Change<boolean> {
    return this.#change(() => {
      const stale = this.visits.stale(startedBefore, SLICE);
      for (const visit of stale) {
        const seconds = (now - visit.startedAt) / 1000;
        this.#close(visit, { success: false, duration: seconds, error }, null, now);
      }
      return stale.length === SLICE;
    });
  }

  /** Takes the oldest events away. @returns Whether there may be more. */
  expire(before: number): boolean {
    const oldest = this.events.oldest(SLICE);
    const last = lastExpired(oldest, before);
    if (!last) return false;
    this.#change(() => {
      this.events.removeUntil(last.id);
      this.#marks.removeUntil(last.seq);
      this.#totals.removed = { id: last.id, seq: last.seq };
      this.#totals.save(this.#sums);
    });
    return last === oldest.at(-1) && oldest.length === SLICE;
  }

  forgetBatches(now: number): void {
    this.#sql.run("DELETE FROM batches WHERE id < ?", batchIdsUntil(now - BATCHES_KEPT_MS));
  }

  get remembersBatches(): boolean {
    return this.#sql.first("SELECT id FROM batches LIMIT 1") !== null;
  }

  /** @throws Fault NOT_FOUND */
  read(visitId: string): VisitReading {
    const visit = this.visits.find(visitId);
    if (!visit) throw noVisit();
    const { events, count } = this.events.ofVisit(visit.no, SHOWN_EVENTS);
    return { visit, events, eventCount: count };
  }

  /** What came after `since`, oldest first, at most `limit` of it. */
  replay(since: number, limit: number): Replay {
    const { removed } = this.#totals;
    const from = Math.max(since, removed.seq);
    const gap: Gap | null =
      since < removed.seq ? { type: "gap", from: since + 1, to: removed.seq } : null;
    const events: Numbered<TelemetryEvent>[] = this.events
      .after(from, limit)
      .map((event) => ({ type: "event", ...event }));
    const found = [...this.#marks.after(from, limit), ...events].toSorted((a, b) => a.seq - b.seq);
    const last = found.slice(0, limit).at(-1);
    const more = last !== undefined && last.seq < this.#seq;
    return { events: found.slice(0, limit), gap, more };
  }

  #take(item: ReportItem): void {
    switch (item.type) {
      case "start":
        if (this.visits.keyOf(item.visit.id) === null) this.#begin(item.visit, "hosted", item.at);
        return undefined;
      case "end": {
        if (this.visits.keyOf(item.visit.id) === null) {
          this.#begin(item.visit, "hosted", item.startedAt);
        }
        const visit = this.visits.find(item.visit.id);
        if (visit) this.#close(visit, item.outcome, item.outcome.duration, item.at);
        return undefined;
      }
      case "event": {
        const no = this.visits.keyOf(item.visitId) ?? this.visits.addName(item.visitId, item.at);
        this.#append(no, item, item.at);
        return undefined;
      }
      default:
        return item satisfies never;
    }
  }

  #begin(visit: NewVisit, source: VisitSource, at: number): void {
    const no = this.visits.add(visit, source, at);
    if (visit.proxy !== null) this.proxies.used(visit.proxy, visit.country, at);
    this.#sums = withVisit(this.#sums);
    this.#tell({ type: "visit_started", visit, source }, at);
    this.#marks.add(this.#seq, no, "start");
  }

  /** The first end stands. `told` is the duration that the bot itself gave. */
  #close(visit: KeptVisit, outcome: VisitOutcome, told: number | null, at: number): void {
    if (visit.status !== "active") return;
    const status = outcome.success ? "completed" : "failed";
    this.visits.close(visit, { status, at, duration: told, error: outcome.error });
    const { success } = outcome;
    if (visit.proxy !== null) this.proxies.finished(visit.proxy, { success, duration: told }, at);
    this.#sums = withEnd(this.#sums, status, told);
    this.#tell({ type: "visit_ended", visitId: visit.id, outcome }, at);
    this.#marks.add(this.#seq, visit.no, "end");
  }

  #append(visit: number, { visitId, kind, details }: NewEvent, at: number): number {
    const seq = this.#seq + 1;
    const event = this.events.add({ visit, visitId, kind, details, at, seq });
    const { seq: _seq, at: _at, ...told } = event;
    this.#tell({ type: "event", ...told }, at);
    return event.id;
  }

  #tell(event: TelemetryEvent, at: number): void {
    this.#seq += 1;
    this.#told.push({ ...event, seq: this.#seq, at });
  }

  #change<T>(work: () => T): Change<T> {
    this.#told = [];
    try {
      const value = this.#sql.atomically(() => {
        const done = work();
        if (this.#sums !== this.#totals.value) {
          this.#totals.save(this.#sums);
          this.#sums = this.#totals.value;
        }
        return done;
      });
      return { value, told: this.#told };
    } catch (error) {
      this.#undo();
      throw error;
    }
  }

  /** What is in memory is read again: the tables are as they were. */
  #undo(): void {
    this.#totals.reload();
    this.#sums = this.#totals.value;
    this.events.reload(this.#totals.removed);
    this.visits.forget();
    this.#seq = this.#lastSeq();
  }

  #lastSeq(): number {
    return Math.max(this.#marks.last, this.events.lastSeq, this.#totals.removed.seq);
  }
}

function nameTaken(): Fault {
  return new Fault("CONFLICT", "This session id is the name of something that is hosted here.");
}

function noVisit(id?: string): Fault {
  return new Fault(
    "NOT_FOUND",
    id === undefined ? "Session not found" : `Session not found: ${id}`,
  );
}
