import { deleteMonitor as deleteRow } from "../../store/monitor.ts";
import { assertCanAct } from "../account/index.ts";
import type { Ctx } from "../context.ts";
import { minuteOf } from "./due.ts";
import { findOwned, notFound, refreshShard } from "./owned.ts";

/** Ends a monitor and deletes all that was kept of it. @throws Fault NOT_FOUND, FORBIDDEN. */
export async function deleteMonitor(ctx: Ctx, id: number): Promise<void> {
  const { accountId } = assertCanAct(ctx);
  const row = await findOwned(ctx, accountId, id);
  const deleted = await deleteRow(ctx.db, row, minuteOf(ctx.now()) + 1);
  if (!deleted) throw notFound();
  await refreshShard(ctx, accountId, row.shard, deleted.version);
  if (row.publicHash !== null) {
    await ctx.ports.shards.dropHash(row.shard, accountId, row.publicHash);
  }
}
