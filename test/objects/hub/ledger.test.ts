import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { Fault } from "../../../src/domain/errors.ts";
import { proxyStatus } from "../../../src/domain/telemetry/index.ts";
import { Ledger } from "../../../src/objects/hub/ledger.ts";
import { firstActive } from "../../../src/objects/hub/queries.ts";
import { migrate } from "../../../src/objects/hub/schema.ts";
import { HubSql } from "../../../src/objects/hub/sql.ts";

const visit = (id: string) => ({
  id,
  profileId: "p1",
  device: "desktop",
  targetUrl: null,
  proxy: null,
  country: "US",
});
const click = (visitId: string) => ({ visitId, kind: "click", details: "{}" });

/** A ledger on the storage of an object of its own. */
function withLedger<T>(work: (ledger: Ledger, sql: HubSql) => T): Promise<T> {
  const stub = env.HUB.getByName(crypto.randomUUID());
  return runInDurableObject(stub, (_object, state) => {
    const sql = new HubSql(state.storage);
    migrate(sql);
    return work(new Ledger(sql), sql);
  });
}

describe("Ledger", () => {
  it("writes few rows: what they cost", async () => {
    const costs = await withLedger((ledger, sql) => {
      const cost = (work: () => unknown) => {
        const before = sql.rowsWritten;
        work();
        return sql.rowsWritten - before;
      };
      ledger.register(visit("first"), 1);
      return {
        register: cost(() => ledger.register(visit("a"), 2)),
        again: cost(() => ledger.register(visit("a"), 2)),
        event: cost(() => ledger.log([click("a")], 3)),
        events: cost(() =>
          ledger.log(
            Array.from({ length: 500 }, () => click("a")),
            3,
          ),
        ),
        end: cost(() => ledger.end("a", { success: true, duration: 1, error: null }, 4)),
        endAgain: cost(() => ledger.end("a", { success: true, duration: 1, error: null }, 4)),
      };
    });
    // A row, and one for each index that holds it; the search index and the log's mark beside.
    expect(costs).toEqual({
      register: expect.any(Number),
      again: 0,
      event: 3,
      events: 1500,
      end: expect.any(Number),
      endAgain: 0,
    });
    expect(costs.register).toBeLessThanOrEqual(10);
    expect(costs.end).toBeLessThanOrEqual(5);
  });

  it("is as it was after a change that failed halfway", async () => {
    const [before, after, ids] = await withLedger((ledger) => {
      ledger.register(visit("a"), 1000);
      ledger.log([click("a")], 1001);
      const look = () => ({
        totals: ledger.totals,
        latest: ledger.latest,
        events: ledger.events.list({}, { page: 1, perPage: 10 }, () => null),
        visits: ledger.visits.list({}, { page: 1, perPage: 10 }, ledger.totals.visits),
        replay: ledger.replay(0, 10),
      });
      const seen = look();
      expect(() => ledger.log([click("a"), click("a"), click("nobody")], 1002)).toThrow(Fault);
      expect(() => ledger.end("nobody", { success: true, duration: 0, error: null }, 1)).toThrow(
        Fault,
      );
      return [seen, look(), ledger.log([click("a"), click("a")], 1003).value];
    });
    expect(after).toEqual(before);
    expect(ids).toEqual([2, 3]);
  });

  it("keeps more than a thousand visits that begin in one millisecond apart, in order", async () => {
    const { first, last, distinct } = await withLedger((ledger) => {
      for (let n = 0; n < 2500; n += 1) ledger.register(visit(`s${n}`), 5);
      const { rows } = ledger.visits.portion({}, null);
      return {
        first: rows[0]?.id,
        last: rows.at(-1)?.id,
        distinct: new Set(rows.map(({ id }) => id)).size,
      };
    });
    expect([first, last, distinct]).toEqual(["s2499", "s0", 2500]);
  });

  it("finds what is due without walking through all that is active", async () => {
    const rows = await runInDurableObject(
      env.HUB.getByName(crypto.randomUUID()),
      (_object, { storage }) => {
        const sql = new HubSql(storage);
        migrate(sql);
        const ledger = new Ledger(sql);
        for (let n = 0; n < 2000; n += 1) ledger.register(visit(`s${n}`), n + 1);
        ledger.report({
          id: "b",
          items: [{ type: "start", visit: visit("h"), at: 3000 }],
          dropped: 0,
        });
        const read = (source: "external" | "hosted") => {
          const cursor = storage.sql.exec(firstActive(source).sql);
          return [cursor.toArray()[0]?.id, cursor.rowsRead];
        };
        return [read("external"), read("hosted")];
      },
    );
    for (const [, read] of rows) expect(read).toBeLessThan(5);
    expect(rows.map(([id]) => id)).toEqual(["s0", "h"]);
  });

  it("judges proxies by running sums that equal a recount", async () => {
    const [health, recount, page] = await withLedger((ledger, sql) => {
      for (let n = 0; n < 60; n += 1) {
        const id = `s${n}`;
        ledger.register({ ...visit(id), proxy: `p${n % 7}:1` }, n + 1);
        const success = (n * 7919) % 10 < n % 7;
        ledger.end(id, { success, duration: 1, error: null }, n);
        if (n % 11 === 0) ledger.proxies.change((n % 7) + 1, { enabled: n % 2 === 0 });
      }
      const { rows, health: sums, total } = ledger.proxies.list({ offset: 0, limit: 100 });
      expect([rows.length, total]).toEqual([7, 7]);
      const counted = { healthy: 0, flagged: 0, blacklisted: 0 };
      for (const proxy of rows) counted[proxyStatus(proxy)] += 1;
      // Those of before this was kept are counted once.
      sql.run("DROP TABLE proxy_health");
      sql.run("DROP INDEX visits_hosted");
      sql.kv.put("schema", 1);
      migrate(sql);
      const again = new Ledger(sql).proxies.list({ offset: 2, limit: 3 });
      expect(again.health).toEqual(sums);
      return [sums, counted, again.rows.map(({ id }) => id)];
    });
    expect(health).toEqual(recount);
    expect(page).toEqual([5, 4, 3]);
  });

  it("replays piece by piece, what is gone of it as a gap", async () => {
    const replay = await withLedger((ledger) => {
      ledger.register(visit("a"), 1);
      for (let n = 0; n < 10; n += 1) ledger.log([click("a")], n);
      ledger.end("a", { success: true, duration: 1, error: null }, 20);
      ledger.expire(4);
      const pieces = [];
      let from = 0;
      for (;;) {
        const { events, gap, more } = ledger.replay(from, 3);
        pieces.push({ gap, seqs: events.map(({ seq }) => seq), more });
        if (!more) return pieces;
        from = events.at(-1)?.seq ?? from;
      }
    });
    expect(replay).toEqual([
      { gap: { type: "gap", from: 1, to: 5 }, seqs: [6, 7, 8], more: true },
      { gap: null, seqs: [9, 10, 11], more: true },
      { gap: null, seqs: [12], more: false },
    ]);
  });
});
