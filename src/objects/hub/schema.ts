import type { HubSql } from "./sql.ts";

/**
 * The hub's tables, a step per version; steps are only ever added.
 *
 * `visits.no` is its start in milliseconds × 1024 and a counter, so the table itself is in the
 * order of its lists. A negative `no` is a name without a visit (`monitor_7`): it has no status
 * and stands in no list. `events.id` has no holes, nor have `kind_no` and `visit_no` within their
 * kind and visit, nor has `proxies.id`: any page of these lists is a range of a key.
 */
const STEPS: readonly string[] = [
  `
  CREATE TABLE totals (
    id INTEGER PRIMARY KEY, visits INTEGER NOT NULL, active INTEGER NOT NULL,
    completed INTEGER NOT NULL, failed INTEGER NOT NULL, seconds REAL NOT NULL,
    timed INTEGER NOT NULL, dropped INTEGER NOT NULL,
    removed_id INTEGER NOT NULL, removed_seq INTEGER NOT NULL);
  INSERT INTO totals VALUES (1, 0, 0, 0, 0, 0, 0, 0, 0, 0);

  CREATE TABLE visits (
    no INTEGER PRIMARY KEY, id TEXT NOT NULL, status INTEGER, source INTEGER NOT NULL,
    profile_id TEXT NOT NULL, device TEXT NOT NULL, target_url TEXT, proxy TEXT, country TEXT,
    started_at INTEGER NOT NULL, ended_at INTEGER, duration REAL, error TEXT);
  CREATE UNIQUE INDEX visits_by_id ON visits (id);
  CREATE INDEX visits_by_status ON visits (status, no, country) WHERE status IS NOT NULL;
  CREATE INDEX visits_by_country ON visits (country, no) WHERE country IS NOT NULL;
  CREATE VIRTUAL TABLE visits_text USING fts5(
    text, content='', columnsize=0, tokenize='trigram');

  CREATE TABLE events (
    id INTEGER PRIMARY KEY, seq INTEGER NOT NULL, at INTEGER NOT NULL, kind INTEGER NOT NULL,
    kind_no INTEGER NOT NULL, visit INTEGER NOT NULL, visit_no INTEGER NOT NULL,
    original TEXT, details TEXT NOT NULL);
  CREATE INDEX events_by_kind ON events (kind, kind_no);
  CREATE INDEX events_by_visit ON events (visit, visit_no, kind);
  CREATE INDEX events_by_original ON events (original, id) WHERE original IS NOT NULL;

  CREATE TABLE marks (seq INTEGER PRIMARY KEY, visit INTEGER NOT NULL, ended INTEGER NOT NULL);

  CREATE TABLE proxies (
    id INTEGER PRIMARY KEY, url TEXT NOT NULL, country TEXT, note TEXT NOT NULL,
    enabled INTEGER NOT NULL, uses INTEGER NOT NULL, successes INTEGER NOT NULL,
    streak INTEGER NOT NULL, latency_ms INTEGER NOT NULL, cooling_until INTEGER,
    last_used INTEGER);
  CREATE UNIQUE INDEX proxies_by_url ON proxies (url);

  CREATE TABLE batches (id TEXT PRIMARY KEY) WITHOUT ROWID;
  `,
  `
  CREATE INDEX visits_hosted ON visits (no) WHERE status = 0 AND source = 1;

  CREATE TABLE proxy_health (
    healthy INTEGER NOT NULL, flagged INTEGER NOT NULL, blacklisted INTEGER NOT NULL);
  INSERT INTO proxy_health SELECT
    total(enabled = 1 AND 5 * successes >= 4 * uses),
    total(enabled = 1 AND 5 * successes < 4 * uses AND 2 * successes >= uses),
    total(enabled = 0 OR 2 * successes < uses) FROM proxies;
  `,
];

const VERSION_KEY = "schema";

/** Whether the account ever reported: before that there are no tables. */
export function hasTables(sql: HubSql): boolean {
  return sql.kv.get<number>(VERSION_KEY) !== undefined;
}

/** Brings the tables up to date; writes nothing when they are. */
export function migrate(sql: HubSql): void {
  const version = sql.kv.get<number>(VERSION_KEY) ?? 0;
  if (version >= STEPS.length) return;
  sql.atomically(() => {
    for (const step of STEPS.slice(version)) sql.run(step);
    sql.kv.put(VERSION_KEY, STEPS.length);
  });
}
