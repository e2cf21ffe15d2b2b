/**
 * Due is arithmetic: a monitor is due at every second `t` since the epoch at which
 * `(t - phase) % interval` is 0, whatever happened before. Minutes are whole minutes since the
 * epoch, in UTC, which knows no summer time.
 */

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const MINUTES_PER_HOUR = 60;
/** Checks within a minute start in groups of this many seconds. */
export const BUCKET_SECONDS = 10;
export const BUCKETS = 60 / BUCKET_SECONDS;
/** A first check comes within this many minutes, however long the interval. */
const FIRST_WITHIN_MINUTES = 5;
/** More kinds of rhythm than this in one shard are not listed. */
export const MAX_RHYTHMS = 64;

/** When something is due, in seconds. */
export interface Rhythm {
  interval: number;
  /** From 0, below `interval`. */
  phase: number;
}

/** One moment at which a monitor is due. */
export interface DueMoment {
  /** Seconds into the minute, 0–59. */
  second: number;
  /** Which of the minute's moments it is: 0 or 1, as no interval is under 30 s. */
  turn: number;
}

export function minuteOf(ms: number): number {
  return Math.floor(ms / MINUTE_MS);
}

export function hourOf(ms: number): number {
  return Math.floor(ms / HOUR_MS);
}

export function bucketOf(second: number): number {
  return Math.floor(second / BUCKET_SECONDS);
}

/** The moments of a minute at which it is due, in order. */
export function dueMoments({ interval, phase }: Rhythm, minute: number): DueMoment[] {
  const start = minute * 60;
  const moments: DueMoment[] = [];
  for (let at = firstFrom({ interval, phase }, start); at < start + 60; at += interval) {
    moments.push({ second: at - start, turn: moments.length });
  }
  return moments;
}

/** The first minute from `minute` on in which it is due. */
export function nextDueMinute(rhythm: Rhythm, minute: number): number {
  return Math.floor(firstFrom(rhythm, minute * 60) / 60);
}

/** How often it is due in the minutes from `from` to `to`, both inclusive. */
export function countDue(rhythm: Rhythm, from: number, to: number): number {
  if (to < from) return 0;
  const first = firstFrom(rhythm, from * 60);
  const end = (to + 1) * 60;
  return first >= end ? 0 : Math.floor((end - 1 - first) / rhythm.interval) + 1;
}

/** Which due moment since the epoch this is: consecutive ones differ by 1. */
export function dueNumber({ interval, phase }: Rhythm, minute: number, second: number): number {
  return Math.round((minute * 60 + second - phase) / interval);
}

/**
 * The phase of a new monitor. Its shard's place within the minute spreads the shards' load; the
 * minutes up to the fifth spread the shard's own, and a first check never takes longer.
 * @param place How many monitors the shard had before.
 */
export function phaseOf(interval: number, shard: number, place: number, now: number): number {
  const within = Math.min(interval, 60);
  const groups = Math.max(1, Math.floor(within / BUCKET_SECONDS));
  const second = (shard % groups) * BUCKET_SECONDS;
  const minutes = Math.min(FIRST_WITHIN_MINUTES, Math.floor(interval / 60));
  const spread = minutes > 1 ? place % minutes : 0;
  return ((minuteOf(now) + 1 + spread) * 60 + second) % interval;
}

/** The first minute after `minute` in which one of them is due; null when there are none. */
export function nextMinuteOf(rhythms: readonly Rhythm[] | null, minute: number): number | null {
  if (rhythms === null) return minute + 1;
  const next = rhythms.map((rhythm) => nextDueMinute(rhythm, minute + 1));
  return next.length === 0 ? null : Math.min(...next);
}

/** Groups of the minute in which one of them is due, in order. */
export function bucketsOf(rhythms: readonly Rhythm[] | null, minute: number): number[] {
  if (rhythms === null) return Array.from({ length: BUCKETS }, (_, bucket) => bucket);
  const buckets = new Set<number>();
  for (const rhythm of rhythms) {
    for (const { second } of dueMoments(rhythm, minute)) buckets.add(bucketOf(second));
  }
  return [...buckets].toSorted((a, b) => a - b);
}

/** First due second at or after `second`. */
function firstFrom({ interval, phase }: Rhythm, second: number): number {
  return second + ((((phase - second) % interval) + interval) % interval);
}
