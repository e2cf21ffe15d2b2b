import { findMonitorByHash } from "../../store/monitor.ts";
import type { Ctx } from "../context.ts";
import type { Check, MonitorView } from "./monitor.ts";
import { notFound } from "./owned.ts";

/** What watchers of a monitor are told. */
export type MonitorEvent = { monitorId: number } & (
  | ({ type: "check"; check: Check } & Pick<MonitorView, "state" | "downSince" | "inMaintenance">)
  /** Its settings: whoever shows it looks again. */
  | { type: "changed" }
);

/** Which monitor, of which shard, a socket hears of. */
export interface MonitorFilter {
  shard: number;
  monitorId: number;
}

export interface WatchMonitorInput {
  hash: string;
  /** Name of the wire's frame encoder. */
  frame: string;
  /** What happened after this is told at first, as far as it is remembered; milliseconds. */
  since?: number;
}

/**
 * Opens a socket on what happens to a shared monitor. It closes when the hash is replaced.
 * @throws Fault NOT_FOUND before the upgrade.
 */
export async function watchPublicMonitor(
  ctx: Ctx,
  request: Request,
  { hash, ...how }: WatchMonitorInput,
): Promise<Response> {
  const row = await findMonitorByHash(ctx.db, hash);
  if (!row) throw notFound();
  return ctx.ports.shards.watch(row.shard, request, {
    accountId: row.accountId,
    // The hash is what opens it.
    keyId: hash,
    keyExpiresAt: null,
    filter: { shard: row.shard, monitorId: row.id },
    ack: false,
    ...how,
  });
}
