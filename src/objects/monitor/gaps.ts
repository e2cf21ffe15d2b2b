import {
  countDue,
  dueMoments,
  MINUTE_MS,
  minuteOf,
  nextDueMinute,
  type Rhythm,
} from "../../domain/monitor/due.ts";
import { checkIdOf } from "../../domain/monitor/check-id.ts";
import type { Gap, GapReason, TimeRange } from "../../domain/monitor/monitor.ts";
import type { Halt, ShardCatalogue } from "../../domain/monitor/shard-catalogue.ts";
import { type Book, LATE_MINUTES } from "./book.ts";
import type { Head } from "./head.ts";
import type { ShardParts } from "./parts.ts";
import { type Item, owesSince, type Roster } from "./roster.ts";
import type { GapRow, ShardTables } from "./tables.ts";

/** Times in which due checks were not made. */
export class Gaps {
  readonly #tables: ShardTables;
  #last: GapRow | null;

  constructor(tables: ShardTables) {
    this.#tables = tables;
    this.#last = tables.lastGap();
  }

  /** One that nothing due lies between makes the last one longer. */
  add(gap: Omit<GapRow, "id">, rhythms: Rhythms): void {
    const last = this.#last;
    const goes =
      last !== null &&
      last.to < gap.from &&
      nextDue(rhythms, last.to + 1) === gap.from &&
      last.reason === gap.reason &&
      JSON.stringify(last.monitors) === JSON.stringify(gap.monitors);
    if (goes) {
      this.#tables.extendGap(last.id, gap.to);
      this.#last = { ...last, to: gap.to };
    } else {
      this.#tables.addGap(gap);
      this.#last = this.#tables.lastGap();
    }
  }

  /** A monitor's share of them; oldest first. */
  of(item: Item, { oldest, youngest }: TimeRange): Gap[] {
    // Before its last change it may have been anything; a paused one owes nothing since.
    const since = item.active ? owesSince(item) : 0;
    const until = item.active ? Number.MAX_SAFE_INTEGER : minuteOf(item.changedAt) - 1;
    const rhythm = { interval: item.interval, phase: item.phase };
    return this.#tables
      .gaps(minuteOf(oldest), minuteOf(youngest))
      .filter(({ monitors }) => monitors?.includes(item.id) ?? true)
      .map((row) => ({
        ...row,
        from: Math.max(row.from, since),
        to: Math.min(row.to, until),
      }))
      .filter(({ from, to }) => countDue(rhythm, from, to) > 0)
      .map(({ from, to, reason }) => ({
        from: from * MINUTE_MS,
        to: (to + 1) * MINUTE_MS,
        reason,
      }));
  }
}

/**
 * Notes what was due in minutes up to one that is over, and was not made. Asked for twice at
 * once it is noted once.
 */
export async function sealMinutes(
  { head, parts }: { head: Head; parts: Pick<ShardParts, "roster" | "book" | "gaps"> },
  catalogue: Pick<ShardCatalogue, "halt">,
  to: number,
): Promise<void> {
  const { roster, book, gaps } = parts;
  const find = (reasonOf: (minute: number) => GapReason) =>
    findGaps(roster, book, { from: head.known.sealed + 1, to }, reasonOf);
  if (find(() => "missed").length > 0) {
    const halt = await catalogue.halt(head.known.accountId);
    const found = find((minute) => gapReason(minute, halt));
    for (const gap of found) gaps.add(gap, roster.byRhythm());
    if (found.length > 0) head.save({ sealed: to });
  }
  head.change({ sealed: Math.max(head.known.sealed, to) });
}

/** Why a minute's checks were not made, by when the account had no points. */
function gapReason(minute: number, halt: Halt | null): GapReason {
  if (!halt || minute < minuteOf(halt.from)) return "missed";
  return halt.to === null || minute <= minuteOf(halt.to) ? "no_points" : "missed";
}

/**
 * What was due in the minutes from `from` to `to` and is in no row of the book, as gaps: minutes
 * in which nothing at all was made become one, with all monitors; in the others those monitors
 * are named whose checks are missing.
 */
function findGaps(
  roster: Roster,
  book: Book,
  { from, to }: { from: number; to: number },
  reasonOf: (minute: number) => GapReason,
): Omit<GapRow, "id">[] {
  const rhythms = roster.byRhythm();
  const made = book.minutesWithChecks(from, to + LATE_MINUTES);
  const found: Omit<GapRow, "id">[] = [];
  let minute = nextDue(rhythms, from);
  while (minute !== null && minute <= to) {
    const reason = reasonOf(minute);
    if (isQuiet(made, minute)) {
      // As far as nothing was made and the reason is the same.
      let last = minute;
      let next = nextDue(rhythms, minute + 1);
      while (next !== null && next <= to && isQuiet(made, next) && reasonOf(next) === reason) {
        last = next;
        next = nextDue(rhythms, next + 1);
      }
      if (owesAny(rhythms, minute, last))
        found.push({ from: minute, to: last, reason, monitors: null });
      minute = next;
    } else {
      const { monitors, all } = missingIn(rhythms, book, minute);
      const gap = { from: minute, to: minute, reason };
      if (monitors.length > 0) found.push({ ...gap, monitors: all ? null : monitors });
      minute = nextDue(rhythms, minute + 1);
    }
  }
  return found;
}

type Rhythms = { rhythm: Rhythm; items: Item[] }[];

function nextDue(rhythms: Rhythms, minute: number): number | null {
  const next = rhythms.map(({ rhythm }) => nextDueMinute(rhythm, minute));
  return next.length === 0 ? null : Math.min(...next);
}

function isQuiet(made: ReadonlySet<number>, minute: number): boolean {
  for (let at = minute; at <= minute + LATE_MINUTES; at += 1) if (made.has(at)) return false;
  return true;
}

function owesAny(rhythms: Rhythms, from: number, to: number): boolean {
  return rhythms.some(({ rhythm, items }) =>
    items.some((item) => countDue(rhythm, Math.max(from, owesSince(item)), to) > 0),
  );
}

function missingIn(
  rhythms: Rhythms,
  book: Book,
  minute: number,
): { monitors: number[]; all: boolean } {
  const monitors: number[] = [];
  let owed = 0;
  for (const { rhythm, items } of rhythms) {
    const moments = dueMoments(rhythm, minute);
    if (moments.length === 0) continue;
    for (const item of items) {
      if (owesSince(item) > minute) continue;
      owed += 1;
      const ids = moments.map(({ turn }) => checkIdOf({ minute, monitorId: item.id, turn }));
      if (ids.some((id) => !book.has(id))) monitors.push(item.id);
    }
  }
  return { monitors, all: monitors.length === owed };
}
