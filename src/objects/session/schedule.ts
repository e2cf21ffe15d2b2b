/** What a session's one alarm has to look after. All times in milliseconds since the epoch. */
export interface SessionClock {
  /** End of the last command, or the session's birth. */
  lastUsed: number;
  /** Milliseconds without a command after which the session closes. */
  idleTimeout: number;
  /** Milliseconds without a command and a watcher after which the browser is given back. */
  browserIdle: number;
  /** A command runs or waits. */
  busy: boolean;
  /** When the last watcher came or left. */
  lastWatched: number;
  watchers: number;
  holdsBrowser: boolean;
  /** When the keys of open sockets have to be looked up again; null for no socket. */
  keyCheck: number | null;
}

/** A running command may die with its object: somebody looks again after so long. */
const LOOK_AGAIN_MS = 60_000;

export type SessionTask = "close" | "park" | "check_keys";

/** When each task falls due; null while it cannot. */
function dueTimes(clock: SessionClock): Record<SessionTask, number | null> {
  const parks = clock.holdsBrowser && clock.watchers === 0 && !clock.busy;
  return {
    close: clock.busy ? null : clock.lastUsed + clock.idleTimeout,
    park: parks ? Math.max(clock.lastUsed, clock.lastWatched) + clock.browserIdle : null,
    check_keys: clock.keyCheck,
  };
}

/** What is due now. */
export function dueTasks(clock: SessionClock, now: number): SessionTask[] {
  return Object.entries(dueTimes(clock))
    .filter(([, at]) => at !== null && at <= now)
    .map(([task]) => task as SessionTask);
}

/** When the alarm should ring next: a session that lives always has one set. */
export function nextAlarm(clock: SessionClock, now: number): number {
  const times = Object.values(dueTimes(clock)).filter((at) => at !== null);
  return Math.min(...times, ...(clock.busy ? [now + LOOK_AGAIN_MS] : []));
}
