import { Fault } from "../../domain/errors.ts";
import {
  afterVisit,
  FLAGGED_FROM,
  HEALTHY_FROM,
  NO_PROXIES,
} from "../../domain/telemetry/proxy-health.ts";
import type { Proxy, ProxyChanges, ProxyHealth, ProxyList } from "../../domain/telemetry/index.ts";
import type { HubSql } from "./sql.ts";

const COLUMNS = `id, url, country, note, enabled, uses, successes, streak,
  latency_ms AS latencyMs, cooling_until AS coolingUntil, last_used AS lastUsed`;

interface ProxyRow extends Record<string, SqlStorageValue> {
  id: number;
  url: string;
  country: string | null;
  note: string;
  enabled: number;
  uses: number;
  successes: number;
  streak: number;
  latencyMs: number;
  coolingUntil: number | null;
  lastUsed: number | null;
}

/** The proxies that visits went through, judged by how those ended. */
export class ProxyStore {
  readonly #sql: HubSql;

  constructor(sql: HubSql) {
    this.#sql = sql;
  }

  /** A visit begins behind a proxy. The first country that is told stays until it is changed. */
  used(url: string, country: string | null, at: number): void {
    this.#sql.run(
      `INSERT INTO proxies (url, country, note, enabled, uses, successes, streak, latency_ms, last_used)
         VALUES (?1, ?2, '', 1, 0, 0, 0, 0, ?3)
         ON CONFLICT (url) DO UPDATE SET
           last_used = max(coalesce(last_used, 0), ?3), country = coalesce(country, ?2)`,
      url,
      country,
      at,
    );
  }

  /** A visit behind a proxy has ended. */
  finished(url: string, outcome: { success: boolean; duration: number | null }, at: number): void {
    const row = this.#sql.first<ProxyRow>(`SELECT ${COLUMNS} FROM proxies WHERE url = ?`, url);
    if (!row) return;
    const next = afterVisit(row, outcome, at);
    this.#sql.run(
      `UPDATE proxies SET uses = ?, successes = ?, streak = ?, latency_ms = ?, cooling_until = ?,
         last_used = ? WHERE id = ?`,
      next.uses,
      next.successes,
      next.streak,
      next.latencyMs,
      next.coolingUntil,
      Math.max(row.lastUsed ?? 0, at),
      row.id,
    );
  }

  list({ offset, limit }: { offset: number; limit: number }): ProxyList {
    const rows = this.#sql.all<ProxyRow>(
      `SELECT ${COLUMNS} FROM proxies ORDER BY id DESC LIMIT ? OFFSET ?`,
      limit,
      offset,
    );
    const health = this.#health();
    const total = health.healthy + health.flagged + health.blacklisted;
    return { rows: rows.map(toProxy), total, health };
  }

  /** @throws Fault NOT_FOUND */
  get(id: number): Proxy {
    const row = this.#sql.first<ProxyRow>(`SELECT ${COLUMNS} FROM proxies WHERE id = ?`, id);
    if (!row) throw noProxy();
    return toProxy(row);
  }

  /** @throws Fault NOT_FOUND */
  change(id: number, changes: ProxyChanges): Proxy {
    const { enabled, note, country } = { ...this.get(id), ...changes };
    this.#sql.run(
      "UPDATE proxies SET enabled = ?, note = ?, country = ? WHERE id = ?",
      enabled ? 1 : 0,
      note,
      country,
      id,
    );
    return this.get(id);
  }

  #health(): ProxyHealth {
    const rows = this.#sql.all<{ status: keyof ProxyHealth; total: number }>(
      `SELECT CASE WHEN enabled = 0 OR (uses > 0 AND 1.0 * successes / uses < ${FLAGGED_FROM})
           THEN 'blacklisted'
         WHEN uses > 0 AND 1.0 * successes / uses < ${HEALTHY_FROM} THEN 'flagged'
         ELSE 'healthy' END AS status, count(*) AS total
       FROM proxies GROUP BY 1`,
    );
    return { ...NO_PROXIES, ...Object.fromEntries(rows.map((row) => [row.status, row.total])) };
  }
}

export function noProxy(): Fault {
  return new Fault("NOT_FOUND", "Proxy not found");
}

function toProxy({ enabled, ...row }: ProxyRow): Proxy {
  return { ...row, enabled: enabled === 1 };
}
