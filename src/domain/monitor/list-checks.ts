import { listShards } from "../../store/shard.ts";
import { assertAccount } from "../account/index.ts";
import type { Ctx } from "../context.ts";
import { Fault } from "../errors.ts";
import { HOUR_MS, MINUTE_MS } from "./due.ts";
import type { Check, Gap, RangeQuery, SortOrder, TimeRange } from "./monitor.ts";
import { findOwned } from "./owned.ts";
import { DAY_MS, KEPT_DAYS } from "./rules.ts";
import { readHalt } from "./shard-catalogue.ts";
import type { MonitorShards } from "./shard.ts";

/**
 * Checks that were made: of one monitor, or with null of all of the account's.
 * @param query Bounds of `at`; the default is all that is kept, newest first.
 * @throws Fault NOT_FOUND for an unknown monitor, FORBIDDEN for checks from before 30 days ago.
 */
export async function listChecks(
  ctx: Ctx,
  monitorId: number | null,
  query: RangeQuery,
): Promise<Check[]> {
  const { accountId } = assertAccount(ctx);
  const shards =
    monitorId === null
      ? (await listShards(ctx.db, accountId)).map(({ id }) => id)
      : [(await findOwned(ctx, accountId, monitorId)).shard];
  const range = keptRange(query, ctx.now());
  return pageOfChecks(ctx.ports.shards, { accountId, shards, monitorId, range }, query);
}

/** Times in which a monitor's due checks were not made. Bounds as in {@link listChecks}. */
export async function listGaps(
  ctx: Ctx,
  monitorId: number,
  query: Partial<TimeRange>,
): Promise<Gap[]> {
  const { accountId } = assertAccount(ctx);
  const { shard, active } = await findOwned(ctx, accountId, monitorId);
  const range = keptRange(query, ctx.now());
  const [gaps, halt] = await Promise.all([
    ctx.ports.shards.gaps(shard, accountId, monitorId, range),
    readHalt(ctx.db, accountId),
  ]);
  if (!active || halt?.to !== null) return gaps;
  // The one that is still open: its shard notes it once there are points again.
  const from = Math.floor(halt.from / MINUTE_MS) * MINUTE_MS;
  const before = gaps.filter(({ to }) => to <= from);
  return [...before, { from, to: ctx.now(), reason: "no_points" }];
}

/** Whoever asks for exactly 30 days has reckoned a moment ago, in whole seconds. */
const ON_THE_WAY_MS = 5000;

/** @throws Fault FORBIDDEN when it reaches back over 30 days. */
export function keptRange(query: Partial<TimeRange>, now: number): TimeRange {
  const limit = now - KEPT_DAYS * DAY_MS;
  const earliest = Math.min(query.oldest ?? limit, query.youngest ?? limit);
  if (earliest < limit - ON_THE_WAY_MS) {
    throw new Fault("FORBIDDEN", `Checks are kept for ${KEPT_DAYS} days: ask for younger ones.`);
  }
  return { oldest: query.oldest ?? limit, youngest: query.youngest ?? now };
}

type Books = Pick<MonitorShards, "tally" | "checks">;

interface Source {
  accountId: string;
  shards: number[];
  monitorId: number | null;
  range: TimeRange;
}

/**
 * One page out of many shards. Hours, then minutes, are skipped by their counts alone, so that
 * only the minutes are read which the page covers.
 */
export async function pageOfChecks(
  objects: Books,
  source: Source,
  { offset, limit, sort = "desc" }: Pick<RangeQuery, "offset" | "limit" | "sort">,
): Promise<Check[]> {
  const hours = await cover(objects, source, "hour", sort, { offset, limit });
  if (!hours) return [];
  const within = { ...source, range: clip(source.range, hours.units, HOUR_MS) };
  const minutes = await cover(objects, within, "minute", sort, { offset: hours.skip, limit });
  if (!minutes) return [];
  const range = clip(within.range, minutes.units, MINUTE_MS);
  const { accountId, monitorId, shards } = source;
  const parts = await Promise.all(
    shards.map((shard) => objects.checks(shard, accountId, { monitorId, ...range })),
  );
  const sign = sort === "asc" ? 1 : -1;
  const found = parts.flat().toSorted((a, b) => sign * (a.at - b.at || a.id - b.id));
  return found.slice(minutes.skip, minutes.skip + limit);
}

/** The units that a page lies in, first and last, and how many checks of them come before it. */
async function cover(
  objects: Books,
  { accountId, shards, monitorId, range }: Source,
  unit: "hour" | "minute",
  sort: SortOrder,
  { offset, limit }: { offset: number; limit: number },
): Promise<{ units: [first: number, last: number]; skip: number } | null> {
  const tallies = await Promise.all(
    shards.map((shard) => objects.tally(shard, accountId, { monitorId, ...range }, unit)),
  );
  const sums = new Map<number, number>();
  for (const [at, checks] of tallies.flat()) sums.set(at, (sums.get(at) ?? 0) + checks);
  const sign = sort === "asc" ? 1 : -1;
  const units = [...sums].toSorted(([a], [b]) => sign * (a - b));
  let before = 0;
  let first: number | null = null;
  let skip = 0;
  let last = 0;
  for (const [at, checks] of units) {
    if (first === null && before + checks > offset) {
      first = at;
      skip = offset - before;
    }
    if (first !== null) last = at;
    before += checks;
    if (before >= offset + limit) break;
  }
  if (first === null) return null;
  return { units: [Math.min(first, last), Math.max(first, last)], skip };
}

/** The part of a range that lies in some units of time. */
function clip(range: TimeRange, [first, last]: [number, number], unitMs: number): TimeRange {
  return {
    oldest: Math.max(range.oldest, first * unitMs),
    youngest: Math.min(range.youngest, (last + 1) * unitMs - 1),
  };
}
