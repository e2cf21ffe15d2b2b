import { DAY_MS } from "../../domain/monitor/rules.ts";
import type { Item } from "./roster.ts";
import type { ShardTables } from "./tables.ts";

/** Milliseconds since the epoch. */
interface Read {
  expires: number;
  at: number;
  /** Its owner was told that it ends. */
  warned: boolean;
}

/** A certificate's end changes seldom, and reading it takes a connection of its own. */
const READ_EVERY_MS = 6 * 3_600_000;

/** When the monitors' certificates end, as last read. */
export class Certificates {
  readonly #tables: ShardTables;
  readonly #read: Map<number, Read>;
  /** Monitor → when it was asked for. */
  readonly #asked = new Map<number, number>();

  constructor(tables: ShardTables) {
    this.#tables = tables;
    this.#read = tables.load<Read>("certificates");
    for (const [id, { at }] of this.#read) this.#asked.set(id, at);
  }

  expires(id: number): number | null {
    return this.#read.get(id)?.expires ?? null;
  }

  /** Whether the next check is to read it; the one after then need not. */
  isWanted({ id, certificateDays, url }: Item, now: number): boolean {
    if (certificateDays === null || !url?.toLowerCase().startsWith("https:")) return false;
    if (now - (this.#asked.get(id) ?? 0) < READ_EVERY_MS) return false;
    this.#asked.set(id, now);
    return true;
  }

  /** @returns Whether its owner is to be warned: once for each certificate. */
  note({ id, certificateDays }: Item, expires: number, at: number): boolean {
    const before = this.#read.get(id);
    const isSame = before?.expires === expires;
    const isNear = certificateDays !== null && expires - at <= certificateDays * DAY_MS;
    const warned = (isSame && before.warned) || isNear;
    const isNews = warned && !(isSame && before.warned);
    this.#read.set(id, { expires, at, warned });
    this.#tables.put("certificates", id, { expires, at, warned });
    return isNews;
  }

  /** It has another target now, or none. */
  remove(id: number): void {
    this.#asked.delete(id);
    if (this.#read.delete(id)) this.#tables.remove("certificates", id);
  }
}
