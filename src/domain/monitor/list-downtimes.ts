import { downtimePage } from "../../store/downtime.ts";
import { assertAccount } from "../account/index.ts";
import type { Ctx } from "../context.ts";
import type { Downtime, RangeQuery } from "./monitor.ts";
import { findOwned } from "./owned.ts";

/**
 * A monitor's downtimes, the open one included, newest first unless told otherwise.
 * @param query Bounds of `openedAt`, both inclusive; without them all.
 * @throws Fault NOT_FOUND.
 */
export async function listDowntimes(
  ctx: Ctx,
  monitorId: number,
  query: RangeQuery,
): Promise<Downtime[]> {
  const { accountId } = assertAccount(ctx);
  await findOwned(ctx, accountId, monitorId);
  const { oldest = 0, youngest = Number.MAX_SAFE_INTEGER, sort = "desc", offset, limit } = query;
  const page = { monitorId, oldest, youngest, sort, offset, limit };
  const rows = await downtimePage(ctx.db, accountId, page);
  return rows.map(({ accountId: _, ...downtime }) => downtime);
}
