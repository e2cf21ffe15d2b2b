import { findAccount } from "../../store/account.ts";
import {
  findMonitorByHash,
  listMonitors as listRows,
  type MonitorRow,
} from "../../store/monitor.ts";
import { assertAccount } from "../account/index.ts";
import type { Ctx } from "../context.ts";
import type { Glance, MonitorShards } from "./shard.ts";
import type { MonitorView } from "./monitor.ts";
import { findOwned, monitorOf, notFound } from "./owned.ts";

/** One monitor with what its checks say. @throws Fault NOT_FOUND. */
export async function getMonitor(ctx: Ctx, id: number): Promise<MonitorView> {
  const { accountId } = assertAccount(ctx);
  return viewOf(ctx, await findOwned(ctx, accountId, id));
}

/** The account's monitors with what their checks say, newest first. */
export async function listMonitors(
  ctx: Ctx,
  slice: { offset: number; limit: number },
): Promise<{ monitors: MonitorView[]; total: number }> {
  const { accountId } = assertAccount(ctx);
  const [{ rows, total }, halted] = await Promise.all([
    listRows(ctx.db, accountId, slice),
    isHalted(ctx, accountId),
  ]);
  const glances = await glanceAt(ctx.ports.shards, accountId, rows);
  const monitors = rows.map((row) => withGlance(row, glances.get(row.id), halted));
  return { monitors, total };
}

/**
 * The monitor that a public hash stands for, whoever asks. It is all that its owner sees: a page
 * must leave out what is not shared.
 * @throws Fault NOT_FOUND for an unknown hash, or one that was replaced.
 */
export async function findPublicMonitor(
  ctx: Ctx,
  hash: string,
): Promise<{ accountId: string; monitor: MonitorView }> {
  const row = await findMonitorByHash(ctx.db, hash);
  if (!row) throw notFound();
  return { accountId: row.accountId, monitor: await viewOf(ctx, row) };
}

async function viewOf(ctx: Ctx, row: MonitorRow): Promise<MonitorView> {
  const [glances, halted] = await Promise.all([
    glanceAt(ctx.ports.shards, row.accountId, [row]),
    isHalted(ctx, row.accountId),
  ]);
  return withGlance(row, glances.get(row.id), halted);
}

async function isHalted(ctx: Ctx, accountId: string): Promise<boolean> {
  return ((await findAccount(ctx.db, accountId))?.points ?? 0) <= 0;
}

/** One call per shard, whatever the number of monitors. */
async function glanceAt(
  shards: MonitorShards,
  accountId: string,
  rows: MonitorRow[],
): Promise<Map<number, Glance>> {
  const ids = new Map<number, number[]>();
  for (const { id, shard } of rows) ids.set(shard, [...(ids.get(shard) ?? []), id]);
  const answers = await Promise.all(
    [...ids].map(([shard, monitorIds]) => shards.glance(shard, accountId, monitorIds)),
  );
  return new Map(answers.flat().map((glance) => [glance.monitorId, glance]));
}

function withGlance(row: MonitorRow, glance: Glance | undefined, halted: boolean): MonitorView {
  return {
    ...monitorOf(row),
    state: row.active ? (glance?.state ?? "pending") : "paused",
    downSince: glance?.downSince ?? null,
    lastCheck: glance?.lastCheck ?? null,
    certificateExpires: glance?.certificateExpires ?? null,
    inMaintenance: glance?.inMaintenance ?? false,
    halted: halted && row.active,
  };
}
