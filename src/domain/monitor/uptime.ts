import { HOUR_MS } from "./due.ts";
import type { Downtime } from "./monitor.ts";
import { DAY_MS } from "./rules.ts";

/**
 * How long a monitor was up, out of the time in which it was looked at. Time without checks counts
 * neither as up nor as down; a failure that was never confirmed is no downtime.
 */

/** How many hours of a UTC day, or of a part of it, have checks. */
export interface DayTally {
  /** Days since the epoch. */
  day: number;
  hours: number;
}

export interface Day {
  /** Its first millisecond, UTC. */
  at: number;
  /** Milliseconds of the day in which it was looked at. */
  observed: number;
  /** Milliseconds of them in which it was down. */
  down: number;
  /** Downtimes that touch the day. */
  downtimes: number;
}

type Span = Pick<Downtime, "openedAt" | "closedAt">;

export interface UptimeInput {
  tallies: readonly DayTally[];
  downtimes: readonly Span[];
  createdAt: number;
  /** Seconds: one check of a long interval speaks for more than its hour. */
  interval: number;
  now: number;
}

/** The last `count` days, today's included, oldest first. */
export function daysOf(input: UptimeInput, count: number): Day[] {
  const { tallies, downtimes, createdAt, interval, now } = input;
  const hours = new Map<number, number>();
  for (const tally of tallies) {
    hours.set(tally.day, (hours.get(tally.day) ?? 0) + tally.hours);
  }
  const today = Math.floor(now / DAY_MS);
  return Array.from({ length: count }, (_, index) => {
    const day = today - count + 1 + index;
    const at = day * DAY_MS;
    const span = Math.max(0, Math.min(at + DAY_MS, now) - Math.max(at, createdAt));
    const seen = hours.get(day) ?? 0;
    const each = Math.max(HOUR_MS, interval * 1000);
    const touching = downtimes.filter((one) => overlap(one, at, at + DAY_MS, now) > 0);
    const down = touching.reduce((sum, one) => sum + overlap(one, at, at + DAY_MS, now), 0);
    // What was down was looked at, whatever became of the hour's sums.
    const observed = Math.max(Math.min(span, seen * each), down);
    return { at, observed, down, downtimes: touching.length };
  });
}

/** Share of the time looked at in which it was up, 0–1; null when it never was looked at. */
export function uptimeOf(days: readonly Pick<Day, "observed" | "down">[]): number | null {
  const observed = days.reduce((sum, day) => sum + day.observed, 0);
  const down = days.reduce((sum, day) => sum + day.down, 0);
  return observed === 0 ? null : 1 - down / observed;
}

/** Milliseconds that a downtime, perhaps still open, shares with `[from, to)`. */
export function overlap(
  { openedAt, closedAt }: Span,
  from: number,
  to: number,
  now: number,
): number {
  return Math.max(0, Math.min(closedAt ?? now, to, now) - Math.max(openedAt, from));
}
