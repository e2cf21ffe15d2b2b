import { dayTallies } from "../../store/stat.ts";
import type { Ctx } from "../context.ts";
import { Fault } from "../errors.ts";
import { HOUR_MS, hourOf } from "./due.ts";
import { listChecks } from "./list-checks.ts";
import { listDowntimes } from "./list-downtimes.ts";
import { listStats } from "./list-stats.ts";
import type { Check, CheckErrorKind, Downtime, MonitorView, Stat } from "./monitor.ts";
import { findPublicMonitor } from "./read-monitors.ts";
import { DAY_MS } from "./rules.ts";
import { type Day, type DayTally, daysOf } from "./uptime.ts";

/** What its owner shares of a check: neither the word nor what the target said of itself. */
export type PublicCheck = Omit<Check, "word" | "error"> & { problem: CheckErrorKind | null };

export type PublicDowntime = Pick<Downtime, "id" | "openedAt" | "closedAt" | "end">;

/** How a monitor is just now, as whoever has the public hash may see it. */
export type PublicState = Pick<
  MonitorView,
  "id" | "name" | "kind" | "state" | "downSince" | "halted" | "inMaintenance"
> & { lastCheck: PublicCheck | null };

/** What whoever has the public hash may see of a monitor. */
export interface PublicMonitor extends PublicState {
  /** Scheme and host; null for a push monitor. Paths, queries and credentials may be secret. */
  origin: string | null;
  /** Seconds. */
  interval: number;
  /** Oldest first. */
  days: Day[];
  /** The last 24 hours and the open one, per checker, oldest first. */
  stats: Stat[];
  /** Newest first, both. */
  checks: PublicCheck[];
  downtimes: PublicDowntime[];
  /** When all this was so. */
  at: number;
}

export const PUBLIC_DAYS = 90;
export const PUBLIC_CHECKS = 20;
const STAT_HOURS = 24;
const SHOWN_DOWNTIMES = 20;
/** Downtimes that the days are reckoned from. */
const COUNTED_DOWNTIMES = 2000;
const MANY = 1000;

/**
 * The public page of a monitor.
 * @throws Fault NOT_FOUND for an unknown hash, or one that was replaced.
 */
export async function readPublicMonitor(ctx: Ctx, hash: string): Promise<PublicMonitor> {
  const { accountId, monitor } = await findPublicMonitor(ctx, hash);
  const owner = asOwner(ctx, accountId);
  const { id, createdAt, interval } = monitor;
  const now = ctx.now();
  const firstHour = hourOf(now) - STAT_HOURS + 1;
  const oldest = firstHour * HOUR_MS;
  const firstDay = Math.floor(now / DAY_MS) - PUBLIC_DAYS + 1;
  const [checks, stats, downtimes, closed] = await Promise.all([
    listChecks(owner, id, { offset: 0, limit: PUBLIC_CHECKS }),
    listStats(owner, id, { oldest, offset: 0, limit: MANY, sort: "asc" }),
    listDowntimes(owner, id, { offset: 0, limit: COUNTED_DOWNTIMES }),
    dayTallies(ctx.db, accountId, id, { fromHour: firstDay * 24, toHour: firstHour - 1 }),
  ]);
  const tallies = [...closed, ...talliesOf(stats)];
  return {
    ...publicState(monitor),
    origin: monitor.url === null ? null : new URL(monitor.url).origin,
    interval,
    days: daysOf({ tallies, downtimes, createdAt, interval, now }, PUBLIC_DAYS),
    stats,
    checks: checks.map(publicCheck),
    downtimes: downtimes.slice(0, SHOWN_DOWNTIMES).map(publicDowntime),
    at: now,
  };
}

/**
 * Only how it is now.
 * @throws Fault NOT_FOUND as {@link readPublicMonitor} does.
 */
export async function readPublicState(ctx: Ctx, hash: string): Promise<PublicState> {
  return publicState((await findPublicMonitor(ctx, hash)).monitor);
}

/**
 * The newest checks of a shared monitor, newest first.
 * @throws Fault NOT_FOUND for an unknown hash, and for one of another monitor.
 */
export async function listPublicChecks(
  ctx: Ctx,
  input: { hash: string; id: number; limit: number; offset: number },
): Promise<PublicCheck[]> {
  const { hash, id, limit, offset } = input;
  const { accountId, monitor } = await findPublicMonitor(ctx, hash);
  if (monitor.id !== id) throw new Fault("NOT_FOUND", "Monitor not found");
  const checks = await listChecks(asOwner(ctx, accountId), id, { limit, offset });
  return checks.map(publicCheck);
}

export function publicCheck({ word: _, error, ...check }: Check): PublicCheck {
  return { ...check, problem: error?.kind ?? null };
}

/** The owner reads, whoever looks: only what this file picks leaves it. */
function asOwner(ctx: Ctx, accountId: string): Ctx {
  const actor = {
    type: "account",
    accountId,
    keyId: "",
    scope: "read",
    keyExpiresAt: null,
  } as const;
  return { ...ctx, actor };
}

function publicState(monitor: MonitorView): PublicState {
  const { id, name, kind, state, downSince, halted, inMaintenance, lastCheck } = monitor;
  return {
    id,
    name,
    kind,
    state,
    downSince,
    halted,
    inMaintenance,
    lastCheck: lastCheck && publicCheck(lastCheck),
  };
}

function publicDowntime({ id, openedAt, closedAt, end }: Downtime): PublicDowntime {
  return { id, openedAt, closedAt, end };
}

/** Of the newest hours, some of which are not in the catalogue yet. */
function talliesOf(stats: readonly Stat[]): DayTally[] {
  const hours = new Map<number, Set<number>>();
  for (const { from } of stats) {
    const day = Math.floor(from / DAY_MS);
    hours.set(day, (hours.get(day) ?? new Set()).add(from));
  }
  return [...hours].map(([day, seen]) => ({ day, hours: seen.size }));
}
