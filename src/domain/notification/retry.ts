import type { PostOutcome } from "../ports.ts";

/** When a message that was not taken is tried again. All pure; milliseconds. */

const FIRST_DELAY = 10_000;
const LONGEST_DELAY = 15 * 60_000;
/** What a channel asks for is believed so many times in a row, however little it is. */
const PATIENCE = 10;
const SHORTEST_DELAY = 1000;
/** A channel that has no answer is tried for a day. */
const BUSY_FOR = 24 * 60 * 60_000;
/** A message that is refused is dead after as many refusals in a row: about an hour. */
const MAX_REFUSALS = 10;

/** A try that failed, and what came before it. */
export interface Setback {
  outcome: Exclude<PostOutcome, { outcome: "taken" }>;
  /** Refusals of this message in a row, before this one. */
  refusals: number;
  /** Tries in a row that the channel failed, before this one. */
  failures: number;
  firstTriedAt: number;
  now: number;
  /** 0 to 1: by how much of a fifth the wait is longer, so that many do not come back at once. */
  chance: number;
}

/**
 * When to try again: as the channel itself asked; otherwise ten seconds later, then twice as long
 * each time up to a quarter of an hour. Null: never, it is dead.
 */
export function nextTry(setback: Setback): number | null {
  const { outcome, refusals, failures, firstTriedAt, now, chance } = setback;
  if (outcome.outcome === "refused") {
    return refusals + 1 >= MAX_REFUSALS ? null : now + delayAfter(refusals, chance);
  }
  if (now - firstTriedAt >= BUSY_FOR) return null;
  const { retryAfterMs: asked } = outcome;
  if (asked === undefined) return now + delayAfter(failures, chance);
  const more = failures < PATIENCE ? SHORTEST_DELAY : delayAfter(failures - PATIENCE, chance);
  return now + Math.max(asked, more);
}

function delayAfter(setbacks: number, chance: number): number {
  const delay = Math.min(FIRST_DELAY * 2 ** Math.min(setbacks, 20), LONGEST_DELAY);
  return Math.round(delay * (1 + chance / 5));
}
