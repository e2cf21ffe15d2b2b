/**
 * A check's number: which minute it belongs to, whose it is, and which of the monitor's checks of
 * that minute. The same due moment has the same number however often it is asked for, so a
 * result that comes twice is known by it.
 *
 *     minutes since 2026-01-01   24 bits   (until 2057)
 *     monitor                    24 bits   (16.7 million over a deployment's life)
 *     turn within the minute      5 bits   0–1 due moments, 2–31 confirmations and on demand
 *
 * 53 bits in all, the integers that JSON's readers keep exactly. Numbers grow with time.
 */
export interface CheckKey {
  /** Minutes since the Unix epoch. */
  minute: number;
  monitorId: number;
  turn: number;
}

const FIRST_MINUTE = Date.UTC(2026, 0, 1) / 60_000;
const MONITORS = 2 ** 24;
const TURNS = 2 ** 5;
export const MAX_MONITOR_ID = MONITORS - 1;
export const MAX_TURN = TURNS - 1;
/** The first turn that is no due moment. */
export const FIRST_EXTRA_TURN = 2;

export function checkIdOf({ minute, monitorId, turn }: CheckKey): number {
  return ((minute - FIRST_MINUTE) * MONITORS + monitorId) * TURNS + turn;
}

export function checkKeyOf(id: number): CheckKey {
  const turn = id % TURNS;
  const rest = Math.floor(id / TURNS);
  return {
    turn,
    monitorId: rest % MONITORS,
    minute: Math.floor(rest / MONITORS) + FIRST_MINUTE,
  };
}
