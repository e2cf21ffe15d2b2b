import { deleteWindow, insertWindow, type WindowRow, windowsOf } from "../../store/maintenance.ts";
import { touchAllShards } from "../../store/shard.ts";
import type { Repeat } from "../../store/schema/monitor.ts";
import { assertAccount, assertCanAct } from "../account/index.ts";
import type { Ctx } from "../context.ts";
import { Fault } from "../errors.ts";
import type { MaintenanceWindow } from "./monitor.ts";
import { findOwned, refreshShard } from "./owned.ts";
import { assertWindow } from "./rules.ts";

export interface AddMaintenanceInput {
  /** Absent or null: all of the account's monitors. */
  monitorId?: number | null;
  startsAt: number;
  endsAt: number;
  repeat?: Repeat;
  note?: string;
}

const MAX_WINDOWS = 200;

/**
 * Declares a time in which failures do not count: checks go on, no downtime opens.
 * @throws Fault BAD_REQUEST naming fields, NOT_FOUND for the monitor, LIMIT_REACHED, FORBIDDEN.
 */
export async function addMaintenance(
  ctx: Ctx,
  input: AddMaintenanceInput,
): Promise<MaintenanceWindow> {
  const { accountId } = assertCanAct(ctx);
  const { monitorId = null, startsAt, endsAt, repeat = "none", note = "" } = input;
  assertWindow({ startsAt, endsAt, repeat, note });
  if (monitorId !== null) await findOwned(ctx, accountId, monitorId);
  const row = { accountId, monitorId, startsAt, endsAt, repeat, note, createdAt: ctx.now() };
  const id = await insertWindow(ctx.db, row, MAX_WINDOWS);
  if (id === null) {
    throw new Fault("LIMIT_REACHED", `An account may have ${MAX_WINDOWS} maintenance windows.`);
  }
  await refreshShards(ctx, accountId);
  return windowOf({ ...row, id });
}

/** @throws Fault NOT_FOUND, FORBIDDEN. */
export async function removeMaintenance(ctx: Ctx, id: number): Promise<void> {
  const { accountId } = assertCanAct(ctx);
  if (!(await deleteWindow(ctx.db, accountId, id))) {
    throw new Fault("NOT_FOUND", "Maintenance window not found");
  }
  await refreshShards(ctx, accountId);
}

async function refreshShards(ctx: Ctx, accountId: string): Promise<void> {
  const shards = await touchAllShards(ctx.db, accountId);
  await Promise.all(shards.map(({ id, version }) => refreshShard(ctx, accountId, id, version)));
}

/** The account's windows, or those that concern one monitor. */
export async function listMaintenance(
  ctx: Ctx,
  monitorId: number | null,
): Promise<MaintenanceWindow[]> {
  const { accountId } = assertAccount(ctx);
  const rows = await windowsOf(ctx.db, accountId, monitorId);
  return rows.map(windowOf);
}

function windowOf({ id, monitorId, startsAt, endsAt, repeat, note }: WindowRow): MaintenanceWindow {
  return { id, monitorId, startsAt, endsAt, repeat, note };
}
