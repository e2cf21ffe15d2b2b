import { unwrap } from "../domain/errors.ts";
import type { Reply, Telemetry } from "../domain/ports.ts";
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
} from "../domain/telemetry/telemetry.ts";
import { openSocket } from "./live.ts";

/** What `HubObject` answers by RPC. Structural, since platform may not import objects. */
export interface HubRpc extends Rpc.DurableObjectBranded {
  register(visit: NewVisit): Reply<number>;
  end(visitId: string, outcome: VisitOutcome): Reply<number>;
  log(events: NewEvent[]): Reply<number[]>;
  report(batch: ReportBatch): Reply<void>;
  visits(filter: VisitFilter, page: PageRequest): PageOf<Visit>;
  visit(visitId: string): Reply<VisitReading>;
  events(filter: EventFilter, page: PageRequest): PageOf<TelemetryRecord>;
  exportVisits(filter: VisitFilter, from: number | null): Portion<Visit>;
  exportEvents(filter: EventFilter, from: number | null): Portion<TelemetryRecord>;
  totals(): Totals;
  stats(proxies: number): Stats;
  proxies(slice: { offset: number; limit: number }): ProxyList;
  proxy(id: number): Reply<Proxy>;
  changeProxy(id: number, changes: ProxyChanges): Reply<Proxy>;
  dropKey(keyId: string): void;
  fetch(request: Request): Promise<Response>;
}

/** Proxies that are shown with the statistics; their health counts all of them. */
const SHOWN_PROXIES = 10_000;

/** The one place with stubs of hubs: each is named after its account. */
export function createTelemetry(namespace: DurableObjectNamespace<HubRpc>): Telemetry {
  const hub = (account: string) => namespace.getByName(account);
  return {
    register: async (account, visit) => unwrap(await hub(account).register(visit)),
    end: async (account, visitId, outcome) => unwrap(await hub(account).end(visitId, outcome)),
    log: async (account, events) => unwrap(await hub(account).log(events)),
    report: async (account, batch) => unwrap(await hub(account).report(batch)),
    visits: async (account, filter, page) => hub(account).visits(filter, page),
    visit: async (account, visitId) => unwrap(await hub(account).visit(visitId)),
    events: async (account, filter, page) => hub(account).events(filter, page),
    exportVisits: async (account, filter, from) => hub(account).exportVisits(filter, from),
    exportEvents: async (account, filter, from) => hub(account).exportEvents(filter, from),
    totals: async (account) => hub(account).totals(),
    stats: async (account) => hub(account).stats(SHOWN_PROXIES),
    proxies: async (account, slice) => hub(account).proxies(slice),
    proxy: async (account, id) => unwrap(await hub(account).proxy(id)),
    changeProxy: async (account, id, changes) =>
      unwrap(await hub(account).changeProxy(id, changes)),
    watch: (request, watcher) => openSocket(hub(watcher.accountId), request, watcher),
    dropKey: async (account, keyId) => {
      await hub(account).dropKey(keyId);
    },
  };
}
