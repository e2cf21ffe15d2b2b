import { unwrap } from "../domain/errors.ts";
import type {
  Check,
  CheckRange,
  DueQuery,
  Gap,
  Glance,
  MadeCheck,
  MonitorShards,
  OpenBilling,
  OpenHours,
  PlannedCheck,
  Recorded,
  Reply,
  Stat,
  TimeRange,
} from "../domain/ports.ts";
import { openSocket } from "./live.ts";

/** What `MonitorObject` answers by RPC. Structural, since platform may not import objects. */
export interface MonitorRpc extends Rpc.DurableObjectBranded {
  due(shard: number, query: DueQuery): Reply<PlannedCheck[]>;
  dueNow(shard: number, accountId: string, monitorId: number): Reply<PlannedCheck>;
  record(shard: number, made: MadeCheck[]): Reply<Recorded>;
  signal(shard: number, accountId: string, monitorId: number): Reply<void>;
  refresh(shard: number, accountId: string, version: number): Reply<void>;
  glance(shard: number, accountId: string, monitorIds: number[]): Reply<Glance[]>;
  tally(
    shard: number,
    accountId: string,
    range: CheckRange,
    unit: "hour" | "minute",
  ): Reply<[unit: number, checks: number][]>;
  checks(shard: number, accountId: string, range: CheckRange): Reply<Check[]>;
  gaps(shard: number, accountId: string, monitorId: number, range: TimeRange): Reply<Gap[]>;
  openStats(shard: number, accountId: string, monitorId: number): Reply<OpenHours<Stat>>;
  openBilling(shard: number, accountId: string): Reply<OpenHours<OpenBilling>>;
  dropHash(shard: number, accountId: string, hash: string): Reply<void>;
  fetch(request: Request): Promise<Response>;
}

/** The one place with stubs of shards' objects: each is named after its shard. */
export function createMonitorShards(namespace: DurableObjectNamespace<MonitorRpc>): MonitorShards {
  const stub = (shard: number) => namespace.getByName(String(shard));
  return {
    // RPC's types forget that headers and counts are pairs.
    due: async (shard, query) => unwrap(await stub(shard).due(shard, query)) as PlannedCheck[],
    dueNow: async (shard, account, id) =>
      unwrap(await stub(shard).dueNow(shard, account, id)) as PlannedCheck,
    record: async (shard, made) => unwrap(await stub(shard).record(shard, made)) as Recorded,
    signal: async (shard, account, id) => unwrap(await stub(shard).signal(shard, account, id)),
    refresh: async (shard, account, version) =>
      unwrap(await stub(shard).refresh(shard, account, version)),
    glance: async (shard, account, ids) => unwrap(await stub(shard).glance(shard, account, ids)),
    tally: async (shard, account, range, unit) =>
      unwrap(await stub(shard).tally(shard, account, range, unit)) as [number, number][],
    checks: async (shard, account, range) =>
      unwrap(await stub(shard).checks(shard, account, range)),
    gaps: async (shard, account, id, range) =>
      unwrap(await stub(shard).gaps(shard, account, id, range)),
    openStats: async (shard, account, id) =>
      unwrap(await stub(shard).openStats(shard, account, id)),
    openBilling: async (shard, account) => unwrap(await stub(shard).openBilling(shard, account)),
    watch: (shard, request, watcher) => openSocket(stub(shard), request, watcher),
    dropHash: async (shard, account, hash) =>
      unwrap(await stub(shard).dropHash(shard, account, hash)),
  };
}
