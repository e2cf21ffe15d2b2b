import { statCount, statPage, type StatRow } from "../../store/stat.ts";
import { assertAccount } from "../account/index.ts";
import type { Ctx } from "../context.ts";
import { HOUR_MS, hourOf } from "./due.ts";
import type { RangeQuery, Stat } from "./monitor.ts";
import { findOwned } from "./owned.ts";

/**
 * A monitor's hourly sums per checker, the open hour included, newest first unless told otherwise.
 * @param query Bounds of the hour's first millisecond, both inclusive; without them all.
 * @throws Fault NOT_FOUND.
 */
export async function listStats(ctx: Ctx, monitorId: number, query: RangeQuery): Promise<Stat[]> {
  const { accountId } = assertAccount(ctx);
  const { shard } = await findOwned(ctx, accountId, monitorId);
  const { oldest = 0, youngest = ctx.now(), sort = "desc", offset, limit } = query;
  // The object first: an hour that it closes meanwhile is above `closedThrough` and not read twice.
  const open = await ctx.ports.shards.openStats(shard, accountId, monitorId);
  const sign = sort === "asc" ? 1 : -1;
  const fresh = open.rows
    .filter(({ from }) => from >= oldest && from <= youngest)
    .toSorted((a, b) => sign * (a.from - b.from || (a.checker < b.checker ? -1 : 1)));
  const range = {
    monitorId,
    fromHour: Math.ceil(oldest / HOUR_MS),
    toHour: Math.min(hourOf(youngest), open.closedThrough),
  };
  const closed = async (from: number, most: number) => {
    if (most <= 0) return [];
    const page = { ...range, sort, offset: from, limit: most };
    return (await statPage(ctx.db, accountId, page)).map(statOf);
  };
  if (sort === "desc") {
    const head = fresh.slice(offset, offset + limit);
    const tail = await closed(Math.max(0, offset - fresh.length), limit - head.length);
    return [...head, ...tail];
  }
  const head = await closed(offset, limit);
  if (head.length === limit) return head;
  const [counted] = await statCount(ctx.db, accountId, range);
  const skip = Math.max(0, offset - (counted?.total ?? 0));
  return [...head, ...fresh.slice(skip, skip + limit - head.length)];
}

function statOf(row: StatRow): Stat {
  const { monitorId, hour, checker, checks, passed, documentLength } = row;
  const { namelookup, connect, pretransfer, starttransfer, total } = row;
  return {
    monitorId,
    from: hour * HOUR_MS,
    to: (hour + 1) * HOUR_MS - 1,
    checker,
    checks,
    passed,
    timings: { namelookup, connect, pretransfer, starttransfer, total },
    documentLength,
  };
}
