import type * as z from "zod";
import {
  averageDuration,
  type EventFilter,
  isCooling,
  meanLatency,
  type NewEvent,
  type NewVisit,
  type PageOf,
  type Proxy,
  type ProxyList,
  proxyStatus,
  type Stats,
  successRate,
  successShare,
  type TelemetryRecord,
  type Visit,
  type VisitFilter,
  type VisitOutcome,
} from "../../domain/telemetry/index.ts";
import { timestamp } from "./times.ts";
import type { EndRequest, EventExport, RegisterRequest, SessionList, WireEvent } from "./wire.ts";

/** Between the wire's spelling and the domain's. Pure. */

export function toVisit(request: z.output<typeof RegisterRequest>): NewVisit {
  return {
    id: request.session_id,
    profileId: request.profile_id,
    device: request.device ?? "desktop",
    targetUrl: request.target_url || null,
    proxy: request.proxy || null,
    country: request.country || null,
  };
}

export function toOutcome(request: z.output<typeof EndRequest>): VisitOutcome {
  return {
    success: request.success ?? true,
    duration: request.duration ?? 0,
    error: request.error ?? null,
  };
}

export function toEvent(event: WireEvent): NewEvent {
  const { session_id: visitId, event_type: kind } = event;
  return { visitId, kind, details: event.details ?? event.data ?? "{}" };
}

export function toVisitFilter(
  query: Partial<Pick<z.output<typeof SessionList>, "status" | "country" | "search">>,
): VisitFilter {
  return {
    ...(query.status && { status: query.status }),
    ...(query.country && { country: query.country }),
    ...(query.search && { search: query.search }),
  };
}

export function toEventFilter(query: z.output<typeof EventExport>): EventFilter {
  return {
    ...(query.event_type && { kind: query.event_type }),
    ...(query.session_id && { visitId: query.session_id }),
  };
}

/** As documented, and `session_id` for the running dashboard (wire/notes.md). */
export function fromVisit(visit: Visit) {
  return {
    id: visit.id,
    session_id: visit.id,
    profile_id: visit.profileId,
    device: visit.device,
    target_url: visit.targetUrl,
    proxy: visit.proxy,
    country: visit.country,
    start_time: timestamp(visit.startedAt),
    end_time: visit.endedAt === null ? null : timestamp(visit.endedAt),
    duration: visit.duration,
    success: visit.status === "active" ? null : visit.status === "completed",
    error: visit.error,
    status: visit.status,
    source: visit.source,
  };
}

/** As documented, and `data` for the running dashboard (wire/notes.md). */
export function fromEvent(event: TelemetryRecord) {
  const details = JSON.parse(event.details) as unknown;
  return {
    id: event.id,
    session_id: event.visitId,
    event_type: event.kind,
    timestamp: timestamp(event.at),
    details,
    data: details,
    ...(event.original !== null && { original_type: event.original }),
  };
}

export function fromPage<T>(
  { total }: PageOf<T>,
  query: { page: number; per_page: number },
): { total: number; page: number; per_page: number; total_pages: number } {
  const { page, per_page } = query;
  return { total, page, per_page, total_pages: Math.ceil(total / per_page) };
}

export function fromStats({ totals, proxies }: Stats, now: number) {
  return {
    total_sessions: totals.visits,
    active_sessions: totals.active,
    successful_sessions: totals.completed,
    failed_sessions: totals.failed,
    total_events: totals.events,
    average_duration: averageDuration(totals),
    success_rate: successRate(totals),
    proxy_stats: proxies.rows.map((proxy) => fromProxy(proxy, now)),
    ip_health: proxies.health,
    dropped_events: totals.dropped,
  };
}

/** As documented, and the names that the running service's own page reads (wire/notes.md). */
export function fromProxies({ rows, health }: ProxyList, now: number) {
  const proxies = rows.map((proxy) => ({
    ...fromProxy(proxy, now),
    proxy_id: proxy.url,
    success_count: proxy.successes,
    failure_count: proxy.uses - proxy.successes,
    is_disabled: !proxy.enabled,
  }));
  return { proxies, health };
}

/** `enabled` is the switch alone; a proxy that cools down says so beside it (wire/notes.md). */
function fromProxy(proxy: Proxy, now: number) {
  const cooling = isCooling(proxy, now);
  return {
    url: proxy.url,
    uses: proxy.uses,
    successes: proxy.successes,
    failures: proxy.uses - proxy.successes,
    success_rate: successShare(proxy),
    status: proxyStatus(proxy),
    enabled: proxy.enabled,
    last_used: proxy.lastUsed === null ? null : timestamp(proxy.lastUsed),
    avg_latency_ms: meanLatency(proxy),
    country: proxy.country,
    is_in_cooldown: cooling,
    cooldown_until: cooling && proxy.coolingUntil !== null ? timestamp(proxy.coolingUntil) : null,
  };
}
