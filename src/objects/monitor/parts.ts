import { Book } from "./book.ts";
import { Certificates } from "./certificates.ts";
import { Gaps } from "./gaps.ts";
import { CheckerHealth } from "./health.ts";
import { LastChecks } from "./last-checks.ts";
import { Machines } from "./machines.ts";
import { Roster } from "./roster.ts";
import { Signals } from "./signals.ts";
import type { ShardState, ShardTables } from "./tables.ts";

/** What a shard consists of, each part with its own rows. */
export interface ShardParts {
  roster: Roster;
  book: Book;
  machines: Machines;
  gaps: Gaps;
  signals: Signals;
  certificates: Certificates;
  health: CheckerHealth;
  last: LastChecks;
}

export function loadParts(
  tables: ShardTables,
  state: ShardState | null,
  regions: readonly string[],
  now: () => number,
): ShardParts {
  const roster = new Roster(tables, state);
  const book = new Book(tables);
  return {
    roster,
    book,
    machines: new Machines(tables, regions),
    gaps: new Gaps(tables),
    signals: new Signals(tables),
    certificates: new Certificates(tables),
    health: new CheckerHealth(),
    last: new LastChecks(roster, book, now),
  };
}
