/**
 * A shard's packed checks, as many as are wished for, behind the product's own paging: its book and
 * its tables on a real object's SQLite, read by the verb that `/checks` and `lastChecks` call.
 *
 * `POST /seed?from=&to=&monitors=` fills whole hours, `GET /page?offset=&limit=[&monitor=]` reads.
 */
import { DurableObject } from "cloudflare:workers";
import { checkIdOf } from "../../src/domain/monitor/check-id.ts";
import { pageOfChecks } from "../../src/domain/monitor/list-checks.ts";
import type { Check } from "../../src/domain/monitor/monitor.ts";
import type { CheckRange } from "../../src/domain/monitor/shard.ts";
import { Book } from "../../src/objects/monitor/book.ts";
import { MonitorTables } from "../../src/objects/monitor/tables.ts";

interface Bindings {
  LISTS: DurableObjectNamespace<ListsObject>;
}

const MINUTE_MS = 60_000;

export class ListsObject extends DurableObject<Bindings> {
  readonly #book: Book;
  /** What was read since it was last asked. */
  #cursors: { rowsRead: number }[] = [];
  readonly #monitors = new Map<number, null>();

  constructor(state: DurableObjectState, env: Bindings) {
    super(state, env);
    const { sql } = state.storage;
    const exec: SqlStorage["exec"] = (query, ...values) => {
      const cursor = sql.exec(query, ...values);
      this.#cursors.push(cursor);
      return cursor as never;
    };
    // All that the tables use of it.
    this.#book = new Book(new MonitorTables({ exec } as SqlStorage));
  }

  /** A check a minute and monitor, in whole hours since the epoch; `to` is left out. */
  seed(from: number, to: number, monitors: number): number {
    let made = 0;
    for (let id = 1; id <= monitors; id += 1) this.#monitors.set(id, null);
    for (let hour = from; hour < to; hour += 1) {
      const checks = Array.from({ length: 60 * monitors }, (_, index) =>
        checkOf((index % monitors) + 1, hour * 60 + Math.floor(index / monitors)),
      );
      this.#book.closeHour(hour, checks, new Set(this.#monitors.keys()));
      made += checks.length;
    }
    this.#cursors = [];
    return made;
  }

  tally({ monitorId, ...range }: CheckRange, unit: "hour" | "minute"): [number, number][] {
    return this.#book.tally(range, monitorId, this.#monitors, unit);
  }

  checks({ monitorId, ...range }: CheckRange): Check[] {
    return this.#book.read(range, monitorId, this.#monitors);
  }

  rowsRead(): number {
    const rows = this.#cursors.reduce((sum, cursor) => sum + cursor.rowsRead, 0);
    this.#cursors = [];
    return rows;
  }
}

function checkOf(monitorId: number, minute: number): Check {
  // Different from check to check, as real times are.
  const connect = 0.01 + ((minute * 7 + monitorId * 13) % 100) / 10_000;
  const timings = {
    namelookup: connect / 2,
    connect,
    pretransfer: connect * 3,
    starttransfer: connect * 5,
    total: connect * 6,
  };
  return {
    id: checkIdOf({ minute, monitorId, turn: 0 }),
    monitorId,
    at: minute * MINUTE_MS + monitorId * 100,
    checker: minute % 2 === 0 ? "enam" : "weur",
    passed: true,
    code: 200,
    redirect: false,
    word: "",
    timings,
    documentLength: 12_345,
    via: "socket",
    error: null,
  };
}

export default {
  async fetch(request, env) {
    const { pathname, searchParams } = new URL(request.url);
    const number = (name: string) => Number(searchParams.get(name));
    const shard = env.LISTS.getByName("1");
    if (pathname === "/seed") {
      return Response.json(await shard.seed(number("from"), number("to"), number("monitors")));
    }
    const range = { oldest: number("oldest"), youngest: number("youngest") };
    const monitorId = searchParams.has("monitor") ? number("monitor") : null;
    const checks = await pageOfChecks(
      {
        // RPC's types forget that counts are pairs.
        tally: async (_shard, _account, of, unit) =>
          (await shard.tally(of, unit)).map(
            ([at = 0, count = 0]) => [at, count] as [number, number],
          ),
        checks: async (_shard, _account, of) => shard.checks(of),
      },
      { accountId: "", shards: [1], monitorId, range },
      { offset: number("offset"), limit: number("limit") },
    );
    return Response.json({ checks: checks.length, rows: await shard.rowsRead() });
  },
} satisfies ExportedHandler<Bindings>;
