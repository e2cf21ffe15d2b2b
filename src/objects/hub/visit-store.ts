import { Fault } from "../../domain/errors.ts";
import {
  type NewVisit,
  type PageOf,
  type PageRequest,
  type Portion,
  type Visit,
  VISIT_SOURCES,
  VISIT_STATUSES,
  type VisitFilter,
  type VisitSource,
  type VisitStatus,
} from "../../domain/telemetry/index.ts";
import {
  countFound,
  countVisits,
  firstActive,
  foundVisits,
  newestVisits,
  type Query,
  sourceCode,
  staleVisits,
  statusCode,
  VISIT_COLUMNS,
  visitAfter,
  visitsBefore,
  visitsFrom,
} from "./queries.ts";
import { Ranks } from "./ranks.ts";
import { indexVisit, matchOf } from "./search.ts";
import type { HubSql } from "./sql.ts";

/** Visits that may begin in one millisecond before the next one's numbers are used. */
const PER_MILLISECOND = 1024;
/** Pages that begin up to here are counted off from the newest; deeper ones are looked up. */
const SHALLOW = 2000;
/** How far a look-up walks between two places that it remembers. */
const STRIDE = 1024;
/** Lists whose places are remembered; the longest unused is forgotten. */
const MAX_LISTS = 32;
const PORTION = 5000;
/** Characters of free text in one portion, so that it fits a message between objects. */
const PORTION_SIZE = 4_000_000;

/** A visit and its key. */
export interface KeptVisit extends Visit {
  no: number;
}

interface VisitRow extends Record<string, SqlStorageValue> {
  no: number;
  id: string;
  status: number;
  source: number;
  profileId: string;
  device: string;
  targetUrl: string | null;
  proxy: string | null;
  country: string | null;
  startedAt: number;
  endedAt: number | null;
  duration: number | null;
  error: string | null;
}

/** The visits of one account. What counts them is `totals-store.ts`. */
export class VisitStore {
  readonly #sql: HubSql;
  /** In order of use, by filter. */
  readonly #lists = new Map<string, { filter: VisitFilter; ranks: Ranks }>();

  constructor(sql: HubSql) {
    this.#sql = sql;
  }

  find(id: string): KeptVisit | null {
    const query = `SELECT ${VISIT_COLUMNS} FROM visits v WHERE v.id = ? AND v.no > 0`;
    const row = this.#sql.first<VisitRow>(query, id);
    return row && toVisit(row);
  }

  at(no: number): KeptVisit | null {
    const query = `SELECT ${VISIT_COLUMNS} FROM visits v WHERE v.no = ? AND v.no > 0`;
    const row = this.#sql.first<VisitRow>(query, no);
    return row && toVisit(row);
  }

  /** The key of a visit, or of a name without one; null when it is neither. */
  keyOf(id: string): number | null {
    const query = "SELECT no FROM visits WHERE id = ?";
    return this.#sql.first<{ no: number }>(query, id)?.no ?? null;
  }

  /** Makes a name for what reports without a visit, such as a monitor. */
  addName(id: string, at: number): number {
    const query = "SELECT min(no) AS least FROM visits WHERE no < 0";
    const no = (this.#sql.first<{ least: number | null }>(query)?.least ?? 0) - 1;
    this.#sql.run(
      `INSERT INTO visits (no, id, source, profile_id, device, started_at)
         VALUES (?, ?, ?, '', '', ?)`,
      no,
      id,
      sourceCode("hosted"),
      at,
    );
    return no;
  }

  add(visit: NewVisit, source: VisitSource, at: number): number {
    const no = this.#freeNumber(at);
    const { id, profileId, device, targetUrl, proxy, country } = visit;
    this.#sql.run(
      `INSERT INTO visits (no, id, status, source, profile_id, device, target_url, proxy, country,
         started_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      no,
      id,
      statusCode("active"),
      sourceCode(source),
      profileId,
      device,
      targetUrl,
      proxy,
      country,
      at,
    );
    indexVisit(this.#sql, no, visit);
    this.#moved(no, country, null, "active");
    return no;
  }

  close(
    visit: KeptVisit,
    end: { status: VisitStatus; at: number; duration: number | null; error: string | null },
  ): void {
    this.#sql.run(
      "UPDATE visits SET status = ?, ended_at = ?, duration = ?, error = ? WHERE no = ?",
      statusCode(end.status),
      end.at,
      end.duration,
      end.error,
      visit.no,
    );
    this.#moved(visit.no, visit.country, visit.status, end.status);
  }

  /** Active visits that began, and of the hosted ones were last heard of, before `at`. */
  stale(at: number, limit: number): KeptVisit[] {
    return this.#read(staleVisits(at * PER_MILLISECOND, at, limit));
  }

  /** When the active visit of a source began that began first; null when none is active. */
  oldestActive(source: VisitSource): number | null {
    return this.#read(firstActive(source))[0]?.startedAt ?? null;
  }

  list(filter: VisitFilter, { page, perPage }: PageRequest, all: number): PageOf<Visit> {
    const offset = (page - 1) * perPage;
    const match = filter.search === undefined ? null : matchOf(filter.search);
    if (match !== null) {
      const total = this.#count(countFound(filter, match));
      const rows = offset < total ? this.#read(foundVisits(filter, match, perPage, offset)) : [];
      return { rows, total };
    }
    const ranks = this.#ranksOf(filter, all);
    const { total } = ranks;
    const end = total - offset;
    if (end <= 0) return { rows: [], total };
    if (offset <= SHALLOW)
      return { rows: this.#read(newestVisits(filter, perPage, offset)), total };
    const start = Math.max(0, end - perPage);
    const from = this.#keyAt(filter, ranks, start);
    return { rows: this.#read(visitsFrom(filter, from, end - start)).toReversed(), total };
  }

  portion(filter: VisitFilter, from: number | null): Portion<Visit> {
    const before = from ?? Number.MAX_SAFE_INTEGER;
    const query = visitsBefore(filter, before, PORTION);
    const { rows, complete } = this.#sql.upTo<VisitRow>(
      PORTION_SIZE,
      textLength,
      query.sql,
      ...query.values,
    );
    const ended = complete && rows.length < PORTION;
    return { rows: rows.map(toVisit), next: ended ? null : (rows.at(-1)?.no ?? null) };
  }

  /** What is remembered of lists is of no use after a change that was undone. */
  forget(): void {
    this.#lists.clear();
  }

  /** The key of the member with `rank` members before it. */
  #keyAt(filter: VisitFilter, ranks: Ranks, rank: number): number {
    let { key, rank: reached } = ranks.atOrBefore(rank) ?? { key: 1, rank: 0 };
    while (reached < rank) {
      const steps = Math.min(STRIDE, rank - reached);
      const query = visitAfter(filter, key, steps);
      const next = this.#sql.first<{ no: number }>(query.sql, ...query.values)?.no;
      if (next === undefined) return key;
      key = next;
      reached += steps;
      ranks.learn({ key, rank: reached });
    }
    return key;
  }

  #ranksOf({ status, country }: VisitFilter, all: number): Ranks {
    const filter: VisitFilter = {
      ...(status !== undefined && { status }),
      ...(country !== undefined && { country }),
    };
    const name = JSON.stringify([status ?? null, country ?? null]);
    const known = this.#lists.get(name);
    this.#lists.delete(name);
    const unfiltered = status === undefined && country === undefined;
    const ranks = known?.ranks ?? new Ranks(unfiltered ? all : this.#count(countVisits(filter)));
    this.#lists.set(name, { filter, ranks });
    const oldest = this.#lists.keys().next();
    if (this.#lists.size > MAX_LISTS && !oldest.done) this.#lists.delete(oldest.value);
    return ranks;
  }

  #moved(no: number, country: string | null, from: VisitStatus | null, to: VisitStatus): void {
    for (const { filter, ranks } of this.#lists.values()) {
      if (filter.country !== undefined && filter.country !== country) continue;
      const was = from !== null && (filter.status ?? from) === from;
      const is = (filter.status ?? to) === to;
      if (was && !is) ranks.removed(no);
      if (is && !was) ranks.added(no);
    }
  }

  #freeNumber(at: number): number {
    const first = at * PER_MILLISECOND;
    const query = "SELECT max(no) AS last FROM visits WHERE no >= ? AND no < ?";
    const { last } = this.#sql.first<{ last: number | null }>(
      query,
      first,
      first + PER_MILLISECOND,
    ) ?? { last: null };
    if (last === null) return first;
    return last + 1 < first + PER_MILLISECOND ? last + 1 : this.#freeNumber(at + 1);
  }

  #count(query: Query): number {
    return this.#sql.first<{ total: number }>(query.sql, ...query.values)?.total ?? 0;
  }

  #read(query: Query): KeptVisit[] {
    return this.#sql.all<VisitRow>(query.sql, ...query.values).map(toVisit);
  }
}

/** @throws Fault CONFLICT when the visit was announced with other data. */
export function assertSameVisit(known: Visit, offered: NewVisit): void {
  const keys = ["profileId", "device", "targetUrl", "proxy", "country"] as const;
  if (keys.every((key) => known[key] === offered[key])) return;
  throw new Fault("CONFLICT", "This session id is registered already, with other data.");
}

function textLength({ id, profileId, device, targetUrl, proxy, error }: VisitRow): number {
  return [id, profileId, device, targetUrl, proxy, error].join("").length;
}

function toVisit({ status, source, ...row }: VisitRow): KeptVisit {
  return {
    ...row,
    status: VISIT_STATUSES[status] ?? "failed",
    source: VISIT_SOURCES[source] ?? "external",
  };
}
