import { billingRows } from "../../store/stat.ts";
import { listShards } from "../../store/shard.ts";
import { assertAccount } from "../account/index.ts";
import type { Ctx } from "../context.ts";
import { HOUR_MS, hourOf } from "./due.ts";
import type { BillingRow } from "./monitor.ts";
import type { OpenBilling } from "./shard.ts";

/**
 * What the account's checks cost, one row per hour and kind, oldest first; hours that are not
 * over yet are not charged yet.
 * @param range Bounds of the hour's first millisecond, both inclusive.
 */
export async function listBilling(
  ctx: Ctx,
  range: { oldest: number; youngest: number },
): Promise<BillingRow[]> {
  const { accountId } = assertAccount(ctx);
  const fromHour = Math.ceil(range.oldest / HOUR_MS);
  const toHour = hourOf(range.youngest);
  const shards = await listShards(ctx.db, accountId);
  // The objects first, as in `list-stats.ts`; but each shard has closed its own hours.
  const open = await Promise.all(
    shards.map(async ({ id }) => ({
      id,
      hours: await ctx.ports.shards.openBilling(id, accountId),
    })),
  );
  const closed = await billingRows(ctx.db, accountId, fromHour, toHour);
  const sums = new Map<string, OpenBilling>();
  const add = ({ hour, kind, units }: OpenBilling) => {
    const key = `${hour}:${kind}`;
    sums.set(key, { hour, kind, units: units + (sums.get(key)?.units ?? 0) });
  };
  for (const row of closed) {
    const through = open.find(({ id }) => id === row.shard)?.hours.closedThrough;
    if (through === undefined || row.hour <= through) add(row);
  }
  for (const row of open.flatMap(({ hours }) => hours.rows)) {
    if (row.hour >= fromHour && row.hour <= toHour) add(row);
  }
  const current = hourOf(ctx.now());
  return [...sums.values()]
    .toSorted((a, b) => a.hour - b.hour || (a.kind < b.kind ? -1 : 1))
    .map(({ hour, kind, units }) => ({
      hour: hour * HOUR_MS,
      kind,
      units,
      charged: hour < current,
    }));
}
