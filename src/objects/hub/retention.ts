/** Events that leave in one go; the rest leaves a moment later, so that others get their turn. */
export const SLICE = 5000;
const NEXT_SLICE_MS = 200;
/** A batch that comes again comes within a day. */
export const BATCHES_KEPT_MS = 24 * 60 * 60_000;
const DAY_MS = 24 * 60 * 60_000;
/** A hosted visit may be older than the limit and alive: it is looked at again so much later. */
const HOUR_MS = 60 * 60_000;

/**
 * The last of the oldest events that is past its time; null when none is. They leave from the
 * front only, so that what is kept has no holes.
 */
export function lastExpired<E extends { at: number }>(oldest: E[], cutoff: number): E | null {
  const kept = oldest.findIndex((event) => event.at >= cutoff);
  return (kept === -1 ? oldest.at(-1) : oldest[kept - 1]) ?? null;
}

/** What the hub's one alarm waits for. Milliseconds since the epoch; null for nothing. */
export interface HubClock {
  oldestEvent: number | null;
  /** When the oldest active visits began. */
  oldestExternal: number | null;
  oldestHosted: number | null;
  /** Batches are remembered. */
  batches: boolean;
  /** Keys of sockets have to be looked up again. */
  keyCheck: number | null;
  retentionMs: number;
  visitTimeoutMs: number;
  now: number;
}

/** When the alarm has to ring, at the earliest a moment from now; null for never. */
export function nextAlarm(clock: HubClock): number | null {
  const { oldestEvent, oldestExternal, oldestHosted, batches, keyCheck, now } = clock;
  const hostedDue = oldestHosted === null ? null : oldestHosted + clock.visitTimeoutMs;
  const due = [
    oldestEvent === null ? null : oldestEvent + clock.retentionMs,
    oldestExternal === null ? null : oldestExternal + clock.visitTimeoutMs,
    hostedDue !== null && hostedDue <= now ? now + HOUR_MS : hostedDue,
    batches ? now + DAY_MS : null,
    keyCheck,
  ].filter((at) => at !== null);
  return due.length === 0 ? null : Math.max(Math.min(...due), now + NEXT_SLICE_MS);
}
