import {
  classify,
  EVENT_KINDS,
  type EventFilter,
  isEventKind,
  type PageOf,
  type PageRequest,
  type Portion,
  type TelemetryRecord,
} from "../../domain/telemetry/index.ts";
import {
  countScan,
  edgeOfRun,
  EVENT_COLUMNS,
  type EventRun,
  type EventScan,
  kindCode,
  pageOfScan,
  scanBefore,
  sliceOfRun,
} from "./queries.ts";
import type { HubSql } from "./sql.ts";

const PORTION = 5000;
/** Characters of details in one portion, so that it fits a message between objects. */
const PORTION_SIZE = 4_000_000;

export interface EventRow extends Record<string, SqlStorageValue> {
  id: number;
  seq: number;
  at: number;
  kind: number;
  kindNo: number;
  visitNo: number;
  original: string | null;
  details: string;
  visitId: string;
}

/** An event as it is kept, with its place in the account's log. */
export type KeptEvent = TelemetryRecord & { seq: number };

export interface EventToAdd {
  /** Key and name of its visit. */
  visit: number;
  visitId: string;
  kind: string;
  details: string;
  at: number;
  seq: number;
}

/** The list that a filter names; null when there is none such. */
type List = { run: EventRun } | { scan: EventScan } | null;

/** The events of one account that are kept: ids `removed + 1` to `last`, without holes. */
export class EventStore {
  readonly #sql: HubSql;
  #last: number;
  /** Last number given out within each kind, by code. */
  #kinds: number[];

  constructor(sql: HubSql, removed: { id: number }) {
    this.#sql = sql;
    this.#last = this.#edge({ column: "id", equals: null }, "max") || removed.id;
    this.#kinds = this.#lastOfKinds();
  }

  /** How many were ever accepted. */
  get accepted(): number {
    return this.#last;
  }

  add(event: EventToAdd): KeptEvent {
    const { visit, visitId, details, at, seq } = event;
    const { kind, original } = classify(event.kind);
    const code = kindCode(kind);
    const id = this.#last + 1;
    const kindNo = (this.#kinds[code] ?? 0) + 1;
    const visitNo = this.#edge(runOfVisit(visit), "max") + 1;
    this.#sql.run(
      `INSERT INTO events (id, seq, at, kind, kind_no, visit, visit_no, original, details)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      id,
      seq,
      at,
      code,
      kindNo,
      visit,
      visitNo,
      original,
      details,
    );
    this.#last = id;
    this.#kinds[code] = kindNo;
    return { id, seq, at, kind, original, visitId, details };
  }

  list(
    filter: EventFilter,
    { page, perPage }: PageRequest,
    keyOf: (visitId: string) => number | null,
  ): PageOf<TelemetryRecord> {
    const list = this.#listOf(filter, keyOf);
    if (list === null) return { rows: [], total: 0 };
    const offset = (page - 1) * perPage;
    if ("scan" in list) {
      const count = countScan(list.scan);
      const total = this.#sql.first<{ total: number }>(count.sql, ...count.values)?.total ?? 0;
      const query = pageOfScan(list.scan, perPage, offset);
      return { rows: offset < total ? this.#read(query.sql, ...query.values) : [], total };
    }
    const { first, last } = this.#bounds(list.run);
    const total = last - first + 1;
    const from = last - offset;
    return { rows: from < first ? [] : this.#slice(list.run, from, from - perPage + 1), total };
  }

  /** The newest of a visit, and how many there are. */
  ofVisit(visit: number, limit: number): { events: TelemetryRecord[]; count: number } {
    const run = runOfVisit(visit);
    const { first, last } = this.#bounds(run);
    return { events: this.#slice(run, last, last - limit + 1), count: last - first + 1 };
  }

  portion(
    filter: EventFilter,
    from: number | null,
    keyOf: (visitId: string) => number | null,
  ): Portion<TelemetryRecord> {
    const list = this.#listOf(filter, keyOf);
    if (list === null) return { rows: [], next: null };
    const before = from ?? Number.MAX_SAFE_INTEGER;
    const query =
      "scan" in list
        ? scanBefore(list.scan, before, PORTION)
        : sliceOfRun(list.run, ...this.#range(list.run, before));
    const { rows, complete } = this.#sql.upTo<EventRow>(
      PORTION_SIZE,
      (row) => row.details.length,
      query.sql,
      ...query.values,
    );
    const lastRow = rows.at(-1);
    const ended = !lastRow || (complete && rows.length < PORTION);
    const next = ended ? null : numberOf(lastRow, list);
    return { rows: rows.map(toRecord), next };
  }

  /** Those after a place in the log, oldest first. */
  after(seq: number, limit: number): KeptEvent[] {
    const first = this.#firstAfter(seq);
    return this.#sql
      .all<EventRow>(
        `SELECT ${EVENT_COLUMNS} FROM events e WHERE e.id >= ? ORDER BY e.id LIMIT ?`,
        first,
        limit,
      )
      .map((row) => ({ ...toRecord(row), seq: row.seq }));
  }

  /** What begins the table: the oldest events, without their details. */
  oldest(limit: number): { id: number; seq: number; at: number }[] {
    return this.#sql.all("SELECT id, seq, at FROM events ORDER BY id LIMIT ?", limit);
  }

  removeUntil(id: number): void {
    this.#sql.run("DELETE FROM events WHERE id <= ?", id);
  }

  /** Reads again what is in memory, after a change that was undone. */
  reload(removed: { id: number }): void {
    this.#last = this.#edge({ column: "id", equals: null }, "max") || removed.id;
    this.#kinds = this.#lastOfKinds();
  }

  get lastSeq(): number {
    return (
      this.#sql.first<{ seq: number }>("SELECT seq FROM events ORDER BY id DESC LIMIT 1")?.seq ?? 0
    );
  }

  #listOf(filter: EventFilter, keyOf: (visitId: string) => number | null): List {
    const { kind, visitId } = filter;
    const visit = visitId === undefined ? undefined : keyOf(visitId);
    if (visit === null) return null;
    if (kind === undefined) {
      return { run: visit === undefined ? { column: "id", equals: null } : runOfVisit(visit) };
    }
    if (!isEventKind(kind)) {
      return { scan: { ...(visit !== undefined && { visit }), original: kind } };
    }
    if (visit !== undefined) return { scan: { visit, kind: kindCode(kind) } };
    return { run: { column: "kind_no", equals: { column: "kind", value: kindCode(kind) } } };
  }

  #range(run: EventRun, before: number): [from: number, to: number] {
    const from = Math.min(before - 1, this.#edge(run, "max"));
    return [from, from - PORTION + 1];
  }

  /** Ids and places in the log grow together, so the place is found by halving. */
  #firstAfter(seq: number): number {
    let low = this.#edge({ column: "id", equals: null }, "min") || this.#last + 1;
    let high = this.#last + 1;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const row = this.#sql.first<{ seq: number }>("SELECT seq FROM events WHERE id = ?", middle);
      if (row && row.seq <= seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #slice(run: EventRun, from: number, to: number): TelemetryRecord[] {
    const query = sliceOfRun(run, from, to);
    return this.#read(query.sql, ...query.values);
  }

  #bounds(run: EventRun): { first: number; last: number } {
    const first = this.#edge(run, "min");
    return first === 0 ? { first: 1, last: 0 } : { first, last: this.#edge(run, "max") };
  }

  #edge(run: EventRun, edge: "min" | "max"): number {
    const query = edgeOfRun(run, edge);
    return this.#sql.first<{ edge: number | null }>(query.sql, ...query.values)?.edge ?? 0;
  }

  #lastOfKinds(): number[] {
    return EVENT_KINDS.map((_kind, value) =>
      this.#edge({ column: "kind_no", equals: { column: "kind", value } }, "max"),
    );
  }

  #read(query: string, ...values: (string | number)[]): TelemetryRecord[] {
    return this.#sql.all<EventRow>(query, ...values).map(toRecord);
  }
}

function runOfVisit(visit: number): EventRun {
  return { column: "visit_no", equals: { column: "visit", value: visit } };
}

/** Where the next portion of a list begins. */
function numberOf(row: EventRow, list: Exclude<List, null>): number {
  const column =
    "run" in list ? list.run.column : list.scan.visit === undefined ? "id" : "visit_no";
  return { id: row.id, kind_no: row.kindNo, visit_no: row.visitNo }[column];
}

function toRecord(row: EventRow): TelemetryRecord {
  const { id, at, original, details, visitId } = row;
  return { id, visitId, kind: EVENT_KINDS[row.kind] ?? "custom", original, at, details };
}
