import { EVENT_KINDS, VISIT_SOURCES, VISIT_STATUSES } from "../../domain/telemetry/index.ts";
import type {
  EventKind,
  VisitFilter,
  VisitSource,
  VisitStatus,
} from "../../domain/telemetry/index.ts";

/** A statement and its values. All that lists and counts is made here, so its plans are tested. */
export interface Query {
  sql: string;
  values: (string | number)[];
}

export const kindCode = (kind: EventKind): number => EVENT_KINDS.indexOf(kind);
export const sourceCode = (source: VisitSource): number => VISIT_SOURCES.indexOf(source);
export const statusCode = (status: VisitStatus): number => VISIT_STATUSES.indexOf(status);

/** Columns in the spelling of the row types. */
export const VISIT_COLUMNS = `v.no, v.id, v.status, v.source, v.profile_id AS profileId, v.device,
  v.target_url AS targetUrl, v.proxy, v.country, v.started_at AS startedAt,
  v.ended_at AS endedAt, v.duration, v.error`;
/** The visit's name by a subquery: a join would be made for every row that is skipped, too. */
export const EVENT_COLUMNS = `e.id, e.seq, e.at, e.kind, e.kind_no AS kindNo,
  e.visit_no AS visitNo, e.original, e.details,
  (SELECT v.id FROM visits v WHERE v.no = e.visit) AS visitId`;

type PlainFilter = Pick<VisitFilter, "status" | "country">;

/** The first key that a visit can have; what is below is a name. */
const FIRST_VISIT = 1;

/**
 * The `WHERE` of a filter without search, from a key on: one lower bound, since of two SQLite
 * seeks the first and walks to the other. Status leads: its index holds the country too.
 */
function visitWhere({ status, country }: PlainFilter, from = FIRST_VISIT): Query {
  const parts = ["v.no >= ?"];
  const values: (string | number)[] = [from];
  if (status !== undefined) {
    parts.push("v.status = ?");
    values.push(statusCode(status));
  }
  if (country !== undefined) {
    // The sign keeps the planner to the index on status where both are given.
    parts.push(status === undefined ? "v.country = ?" : "+v.country = ?");
    values.push(country);
  }
  return { sql: parts.join(" AND "), values };
}

export function countVisits(filter: PlainFilter): Query {
  const where = visitWhere(filter);
  return { sql: `SELECT count(*) AS total FROM visits v WHERE ${where.sql}`, values: where.values };
}

/** The newest, after skipping some. */
export function newestVisits(filter: PlainFilter, limit: number, offset: number): Query {
  const where = visitWhere(filter);
  return {
    sql: `SELECT ${VISIT_COLUMNS} FROM visits v WHERE ${where.sql}
      ORDER BY v.no DESC LIMIT ? OFFSET ?`,
    values: [...where.values, limit, offset],
  };
}

/** Ascending from a member of the list. */
export function visitsFrom(filter: PlainFilter, from: number, limit: number): Query {
  const where = visitWhere(filter, from);
  return {
    sql: `SELECT ${VISIT_COLUMNS} FROM visits v WHERE ${where.sql} ORDER BY v.no LIMIT ?`,
    values: [...where.values, limit],
  };
}

/** The member that stands `steps` after `from`. */
export function visitAfter(filter: PlainFilter, from: number, steps: number): Query {
  const where = visitWhere(filter, from);
  return {
    sql: `SELECT v.no FROM visits v WHERE ${where.sql} ORDER BY v.no LIMIT 1 OFFSET ?`,
    values: [...where.values, steps],
  };
}

/** Descending, before a key: for exports. */
export function visitsBefore(filter: PlainFilter, before: number, limit: number): Query {
  const where = visitWhere(filter);
  return {
    sql: `SELECT ${VISIT_COLUMNS} FROM visits v WHERE ${where.sql} AND v.no < ?
      ORDER BY v.no DESC LIMIT ?`,
    values: [...where.values, before, limit],
  };
}

export function countFound(filter: PlainFilter, match: string): Query {
  if (filter.status === undefined && filter.country === undefined) {
    return {
      sql: "SELECT count(*) AS total FROM visits_text WHERE visits_text MATCH ?",
      values: [match],
    };
  }
  const where = foundWhere(filter);
  return {
    sql: `SELECT count(*) AS total FROM visits_text t CROSS JOIN visits v ON v.no = t.rowid
      WHERE t.visits_text MATCH ?${where.sql}`,
    values: [match, ...where.values],
  };
}

/** What narrows a search. The signs keep the planner to the trigram index, in its order. */
function foundWhere({ status, country }: PlainFilter): Query {
  return {
    sql:
      (status === undefined ? "" : " AND +v.status = ?") +
      (country === undefined ? "" : " AND +v.country = ?"),
    values: [
      ...(status === undefined ? [] : [statusCode(status)]),
      ...(country === undefined ? [] : [country]),
    ],
  };
}

export function foundVisits(
  filter: PlainFilter,
  match: string,
  limit: number,
  offset: number,
): Query {
  const where = foundWhere(filter);
  return {
    sql: `SELECT ${VISIT_COLUMNS} FROM visits_text t CROSS JOIN visits v ON v.no = t.rowid
      WHERE t.visits_text MATCH ?${where.sql}
      ORDER BY t.rowid DESC LIMIT ? OFFSET ?`,
    values: [match, ...where.values, limit, offset],
  };
}

/**
 * Active visits that began before a key, oldest first; of the hosted ones those alone that
 * nothing was heard of since, for they tell their ends themselves.
 */
export function staleVisits(before: number, heardSince: number, limit: number): Query {
  return {
    sql: `SELECT ${VISIT_COLUMNS} FROM visits v
      WHERE v.status = ? AND v.no > 0 AND v.no < ? AND (v.source = ? OR coalesce(
        (SELECT e.at FROM events e WHERE e.visit = v.no ORDER BY e.visit_no DESC LIMIT 1), 0) < ?)
      ORDER BY v.no LIMIT ?`,
    values: [statusCode("active"), before, sourceCode("external"), heardSince, limit],
  };
}

/**
 * The active visit of a source that began first. Those that are hosted are few and have an index
 * of their own, whose terms must stand in the text; the others are found by walking past them.
 */
export function firstActive(source: VisitSource): Query {
  const where = `v.status = ${statusCode("active")} AND v.source = ${sourceCode(source)}`;
  const table = source === "hosted" ? "visits v INDEXED BY visits_hosted" : "visits v";
  return {
    sql: `SELECT ${VISIT_COLUMNS} FROM ${table} WHERE ${where} AND v.no > 0
      ORDER BY v.no LIMIT 1`,
    values: [],
  };
}

/** A run of numbers without holes that names a list of events. */
export interface EventRun {
  /** The column that counts within the list. */
  column: "id" | "kind_no" | "visit_no";
  equals: { column: "kind" | "visit"; value: number } | null;
}

const runWhere = (run: EventRun) => (run.equals ? `e.${run.equals.column} = ? AND ` : "");
const runValues = (run: EventRun) => (run.equals ? [run.equals.value] : []);

/** First or last number of a run. */
export function edgeOfRun(run: EventRun, edge: "min" | "max"): Query {
  const where = run.equals ? ` WHERE e.${run.equals.column} = ?` : "";
  return {
    sql: `SELECT ${edge}(e.${run.column}) AS edge FROM events e${where}`,
    values: runValues(run),
  };
}

/** The events numbered `from` down to `to` in a run, both included. */
export function sliceOfRun(run: EventRun, from: number, to: number): Query {
  const column = `e.${run.column}`;
  return {
    sql: `SELECT ${EVENT_COLUMNS} FROM events e
      WHERE ${runWhere(run)}${column} <= ? AND ${column} >= ? ORDER BY ${column} DESC`,
    values: [...runValues(run), from, to],
  };
}

/** What a run cannot name: a kind within a visit, or a custom kind's own name. */
export interface EventScan {
  visit?: number;
  kind?: number;
  original?: string;
}

function scanWhere({ visit, kind, original }: EventScan): Query {
  const parts: string[] = [];
  const values: (string | number)[] = [];
  const add = (part: string, value: string | number | undefined) => {
    if (value === undefined) return;
    parts.push(part);
    values.push(value);
  };
  add("e.visit = ?", visit);
  add("e.kind = ?", visit === undefined ? kind : undefined);
  // Along the visit's index, which holds the kind.
  add("+e.kind = ?", visit === undefined ? undefined : kind);
  add(visit === undefined ? "e.original = ?" : "+e.original = ?", original);
  return { sql: parts.join(" AND "), values };
}

export function countScan(scan: EventScan): Query {
  const where = scanWhere(scan);
  return { sql: `SELECT count(*) AS total FROM events e WHERE ${where.sql}`, values: where.values };
}

/** The newest, after skipping some. */
export function pageOfScan(scan: EventScan, limit: number, offset: number): Query {
  const where = scanWhere(scan);
  return {
    sql: `SELECT ${EVENT_COLUMNS} FROM events e
      WHERE ${where.sql} ORDER BY ${scanOrder(scan)} DESC LIMIT ? OFFSET ?`,
    values: [...where.values, limit, offset],
  };
}

/** The newest before a number: for exports. */
export function scanBefore(scan: EventScan, before: number, limit: number): Query {
  const where = scanWhere(scan);
  const order = scanOrder(scan);
  return {
    sql: `SELECT ${EVENT_COLUMNS} FROM events e
      WHERE ${where.sql} AND ${order} < ? ORDER BY ${order} DESC LIMIT ?`,
    values: [...where.values, before, limit],
  };
}

const scanOrder = ({ visit }: EventScan) => (visit === undefined ? "e.id" : "e.visit_no");
