import type { Check } from "../../domain/monitor/monitor.ts";
import type { Book } from "./book.ts";
import type { Roster } from "./roster.ts";

/** The monitors' newest checks, looked up in the book when first asked for. */
export class LastChecks {
  readonly #roster: Roster;
  readonly #book: Book;
  readonly #now: () => number;
  #found: Map<number, Check> | null = null;

  constructor(roster: Roster, book: Book, now: () => number) {
    this.#roster = roster;
    this.#book = book;
    this.#now = now;
  }

  of(id: number): Check | null {
    this.#found ??= this.#book.lastChecks(this.#roster.ids, this.#now());
    return this.#found.get(id) ?? null;
  }

  note(check: Check): void {
    const known = this.#found?.get(check.monitorId);
    if (this.#found && (!known || known.at <= check.at)) this.#found.set(check.monitorId, check);
  }
}
