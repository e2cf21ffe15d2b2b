import { Fault } from "../../domain/errors.ts";
import { afterVisit, NO_PROXIES, proxyStatus } from "../../domain/telemetry/proxy-health.ts";
import type {
  Proxy,
  ProxyChanges,
  ProxyHealth,
  ProxyList,
  ProxyStatus,
} from "../../domain/telemetry/index.ts";
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
    const known = this.#sql.first<ProxyRow>(`SELECT ${COLUMNS} FROM proxies WHERE url = ?`, url);
    if (known) {
      this.#sql.run(
        "UPDATE proxies SET last_used = ?, country = ? WHERE id = ?",
        Math.max(known.lastUsed ?? 0, at),
        known.country ?? country,
        known.id,
      );
      return;
    }
    this.#sql.run(
      `INSERT INTO proxies (url, country, note, enabled, uses, successes, streak, latency_ms, last_used)
         VALUES (?, ?, '', 1, 0, 0, 0, 0, ?)`,
      url,
      country,
      at,
    );
    this.#moved(null, "healthy");
  }

  /** A visit behind a proxy has ended. */
  finished(url: string, outcome: { success: boolean; duration: number | null }, at: number): void {
    const row = this.#sql.first<ProxyRow>(`SELECT ${COLUMNS} FROM proxies WHERE url = ?`, url);
    if (!row) return;
    const before = toProxy(row);
    const next = { ...before, ...afterVisit(before, outcome, at) };
    this.#sql.run(
      `UPDATE proxies SET uses = ?, successes = ?, streak = ?, latency_ms = ?, cooling_until = ?,
         last_used = ? WHERE id = ?`,
      next.uses,
      next.successes,
      next.streak,
      next.latencyMs,
      next.coolingUntil,
      Math.max(before.lastUsed ?? 0, at),
      next.id,
    );
    this.#moved(proxyStatus(before), proxyStatus(next));
  }

  list({ offset, limit }: { offset: number; limit: number }): ProxyList {
    const health = this.#health();
    const total = health.healthy + health.flagged + health.blacklisted;
    const rows = this.#sql.all<ProxyRow>(
      `SELECT ${COLUMNS} FROM proxies WHERE id <= ? ORDER BY id DESC LIMIT ?`,
      total - offset,
      limit,
    );
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
    const before = this.get(id);
    const { enabled, note, country } = { ...before, ...changes };
    this.#sql.run(
      "UPDATE proxies SET enabled = ?, note = ?, country = ? WHERE id = ?",
      enabled ? 1 : 0,
      note,
      country,
      id,
    );
    const after = this.get(id);
    this.#moved(proxyStatus(before), proxyStatus(after));
    return after;
  }

  #health(): ProxyHealth {
    const query = "SELECT healthy, flagged, blacklisted FROM proxy_health";
    return this.#sql.first<Record<ProxyStatus, number>>(query) ?? NO_PROXIES;
  }

  #moved(from: ProxyStatus | null, to: ProxyStatus): void {
    if (from === to) return;
    const less = from === null ? "" : `, ${from} = ${from} - 1`;
    this.#sql.run(`UPDATE proxy_health SET ${to} = ${to} + 1${less}`);
  }
}

export function noProxy(): Fault {
  return new Fault("NOT_FOUND", "Proxy not found");
}

function toProxy({ enabled, ...row }: ProxyRow): Proxy {
  return { ...row, enabled: enabled === 1 };
}
