import type { Watcher } from "../ports.ts";
import type {
  EventFilter,
  NewEvent,
  NewVisit,
  PageOf,
  PageRequest,
  Portion,
  Proxy,
  ProxyChanges,
  ProxyList,
  ReportBatch,
  Stats,
  TelemetryRecord,
  Totals,
  Visit,
  VisitFilter,
  VisitOutcome,
  VisitReading,
} from "./telemetry.ts";

/** Each account's hub: one object with its visits, events and proxies. */
export interface Telemetry {
  /** @returns How many visits are active now. Rejects with CONFLICT when the id has other data. */
  register(account: string, visit: NewVisit): Promise<number>;
  /** @returns How many visits are active now. Rejects with NOT_FOUND. */
  end(account: string, visitId: string, outcome: VisitOutcome): Promise<number>;
  /** All or nothing. @returns Their ids, in order. Rejects with NOT_FOUND. */
  log(account: string, events: NewEvent[]): Promise<number[]>;
  report(account: string, batch: ReportBatch): Promise<void>;
  visits(account: string, filter: VisitFilter, page: PageRequest): Promise<PageOf<Visit>>;
  visit(account: string, visitId: string): Promise<VisitReading>;
  events(account: string, filter: EventFilter, page: PageRequest): Promise<PageOf<TelemetryRecord>>;
  exportVisits(account: string, filter: VisitFilter, from: number | null): Promise<Portion<Visit>>;
  exportEvents(
    account: string,
    filter: EventFilter,
    from: number | null,
  ): Promise<Portion<TelemetryRecord>>;
  totals(account: string): Promise<Totals>;
  stats(account: string): Promise<Stats>;
  proxies(account: string, slice: { offset: number; limit: number }): Promise<ProxyList>;
  proxy(account: string, id: number): Promise<Proxy>;
  changeProxy(account: string, id: number, changes: ProxyChanges): Promise<Proxy>;
  /** Upgrades the request to a WebSocket on the account's stream. */
  watch(request: Request, watcher: Watcher): Promise<Response>;
  /** Closes the sockets that were opened with a key. */
  dropKey(account: string, keyId: string): Promise<void>;
}
