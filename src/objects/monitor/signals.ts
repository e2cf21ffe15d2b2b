import type { Check } from "../../domain/monitor/monitor.ts";
import { PUSH_CHECKER } from "../../domain/monitor/monitor.ts";
import { SIGNAL_GRACE_MS } from "../../domain/monitor/rules.ts";
import type { Item } from "./roster.ts";
import type { ShardTables } from "./tables.ts";

/** Times in milliseconds since the epoch. */
interface Heard {
  /** The last signal. */
  last: number;
  /** The last check that was recorded, of a signal or of its absence. */
  checked: number;
}

/** Signals that come closer than this to what is written are not written: less than the grace. */
const WRITE_EVERY_MS = 10_000;
/** Signals that come closer than this to the last check are no check of their own. */
const CHECK_EVERY_MS = 30_000;

/** What a push monitor's signals, or their absence, say. */
export type Verdict = Pick<Check, "passed" | "error">;

/** The signals of a shard's push monitors: one that was never heard of is not waited for. */
export class Signals {
  readonly #tables: ShardTables;
  readonly #heard: Map<number, Heard>;
  readonly #writtenAt = new Map<number, number>();

  constructor(tables: ShardTables) {
    this.#tables = tables;
    this.#heard = tables.load<Heard>("signals");
    for (const [id, { last }] of this.#heard) this.#writtenAt.set(id, last);
  }

  /** @returns What is to be recorded; null when the signal is no news. */
  hear(id: number, now: number, isTense: boolean): Verdict | null {
    const before = this.#heard.get(id);
    const isNews = !before || isTense || now - before.checked >= CHECK_EVERY_MS;
    this.#keep(id, { last: now, checked: isNews ? now : before.checked }, isNews);
    return isNews ? { passed: true, error: null } : null;
  }

  /** @returns What is to be recorded when its signal is overdue, once in each interval. */
  overdue(item: Item, now: number): Verdict | null {
    const heard = this.#heard.get(item.id);
    if (!heard) return null;
    const interval = item.interval * 1000;
    // While it was paused nobody waited for it.
    const since = Math.max(heard.last, item.changedAt);
    if (now <= since + interval + SIGNAL_GRACE_MS) return null;
    if (heard.checked > since && now < heard.checked + interval) return null;
    this.#keep(item.id, { last: heard.last, checked: now }, true);
    const seconds = Math.round((now - since) / 1000);
    const message = `No signal for ${seconds} s: one is expected every ${item.interval} s`;
    return { passed: false, error: { kind: "overdue", message } };
  }

  remove(id: number): void {
    if (this.#heard.delete(id)) this.#tables.remove("signals", id);
  }

  #keep(id: number, heard: Heard, always: boolean): void {
    this.#heard.set(id, heard);
    const writtenAt = this.#writtenAt.get(id) ?? 0;
    if (!always && heard.last - writtenAt < WRITE_EVERY_MS) return;
    this.#writtenAt.set(id, heard.last);
    this.#tables.put("signals", id, heard);
  }
}

/** A check that nobody made. */
export function signalCheck(id: number, monitorId: number, at: number, verdict: Verdict): Check {
  return {
    id,
    monitorId,
    at,
    checker: PUSH_CHECKER,
    code: 0,
    redirect: false,
    word: "",
    timings: { namelookup: 0, connect: 0, pretransfer: 0, starttransfer: 0, total: 0 },
    documentLength: 0,
    via: "signal",
    ...verdict,
  };
}
