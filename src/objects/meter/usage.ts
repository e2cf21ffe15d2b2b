import type { Grant, Quota, QuotaPeriod, Usage } from "../../domain/ports.ts";

/** A day and its month, UTC, with what was counted in them. */
export interface UsageCount extends Usage {
  /** `2026-11-21`; its first seven characters are the month. */
  date: string;
}

/** The count after `requests` more at the time `at`, in milliseconds since the epoch. */
export function countUsage(count: UsageCount, requests: number, at: number): UsageCount {
  const date = dateOf(at);
  if (date > count.date) {
    const rolled = usageAt(count, at);
    return { date, day: rolled.day + requests, month: rolled.month + requests };
  }
  // Reports come late: what belongs to a day or month gone by is no part of the current one.
  return {
    date: count.date,
    day: count.day + (date === count.date ? requests : 0),
    month: count.month + (monthOf(date) === monthOf(count.date) ? requests : 0),
  };
}

/** What the count is worth at a later time: a new day or month starts from nothing. */
export function usageAt(count: UsageCount, now: number): Usage {
  const date = dateOf(now);
  return {
    day: date > count.date ? 0 : count.day,
    month: monthOf(date) > monthOf(count.date) ? 0 : count.month,
  };
}

/** The quota that is used up, the month's before the day's, with the end of its period. */
export function exhaustedQuota(
  count: UsageCount,
  quota: Quota,
  now: number,
): Exclude<Grant["exhausted"], undefined> | null {
  const usage = usageAt(count, now);
  const period = (["month", "day"] as const).find((name) => usage[name] >= quota[name]);
  return period ? { period, limit: quota[period], reset: periodEnd(period, now) / 1000 } : null;
}

/** What may be handed out at once: a tenth of what the quota leaves, so that few are overdrawn. */
export function quotaBlock(count: UsageCount, quota: Quota, now: number): number {
  const usage = usageAt(count, now);
  const left = Math.min(quota.day - usage.day, quota.month - usage.month);
  return Math.max(1, Math.floor(left / 10));
}

function periodEnd(period: QuotaPeriod, now: number): number {
  const date = new Date(now);
  return period === "day"
    ? Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate() + 1)
    : Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
}

export const NO_USAGE: UsageCount = { date: "1970-01-01", day: 0, month: 0 };

function dateOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

function monthOf(date: string): string {
  return date.slice(0, 7);
}
