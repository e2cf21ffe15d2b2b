import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { newBatchId, type VisitFilter } from "../../src/domain/telemetry/index.ts";
import { Ledger } from "../../src/objects/hub/ledger.ts";
import * as queries from "../../src/objects/hub/queries.ts";
import { HubSql } from "../../src/objects/hub/sql.ts";
import { createTelemetry } from "../../src/platform/telemetry.ts";
import { ask } from "../support/api.ts";
import { type Bots, newBots } from "../support/bots.ts";

/**
 * One account with a hundred thousand sessions and a million events. What a page costs is counted
 * in rows that SQLite reads: it must not grow with the table, nor with the page's depth.
 */

const VISITS = 100_000;
const EVENTS = 1_000_000;
const BATCH = 500;
const TYPES = ["navigation", "click", "scroll", "captcha"] as const;
const COUNTRIES = ["US", "DE", "FR", "JP"];

let bots: Bots & { account: { id: string; key: string } };

const nameOf = (n: number) => `bot-${String(n).padStart(6, "0")}`;

async function abreast(count: number, lanes: number, work: (n: number) => Promise<void>) {
  let next = 0;
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      while (next < count) {
        const mine = next;
        next += 1;
        await work(mine);
      }
    }),
  );
}

beforeAll(async () => {
  bots = await newBots();
  const telemetry = createTelemetry(env.HUB);
  const at = Date.now() - VISITS;
  for (let from = 0; from < VISITS; from += BATCH) {
    const items = Array.from({ length: BATCH }, (_, index) => {
      const n = from + index;
      const visit = {
        id: nameOf(n),
        profileId: `profile_${n % 1000}`,
        device: "desktop",
        targetUrl: null,
        proxy: `10.0.${n % 200}.1:8080`,
        country: COUNTRIES[n % 4] ?? null,
      };
      const outcome = { success: n % 10 !== 0, duration: 2, error: null };
      return [
        { type: "start", visit, at: at + n } as const,
        // Every hundredth stays open.
        ...(n % 100 === 0
          ? []
          : [{ type: "end", visit, startedAt: at + n, outcome, at: at + n } as const]),
      ];
    }).flat();
    await telemetry.report(bots.account.id, { id: newBatchId(Date.now()), items, dropped: 0 });
  }
  await abreast(EVENTS / BATCH, 3, async (part) => {
    const events = Array.from({ length: BATCH }, (_, index) => {
      const n = part * BATCH + index;
      const session_id = nameOf(n % VISITS);
      return { session_id, event_type: TYPES[n % 4], details: { url: `https://example.com/${n}` } };
    });
    const { status } = await bots.post("/api/events", events);
    if (status !== 200) throw new Error(`Part ${part}: ${status}`);
  });
});

/** Runs work on the account's ledger and counts the rows that it reads. */
function reads<T>(work: (ledger: Ledger) => T): Promise<{ value: T; rows: number }> {
  const stub = env.HUB.getByName(bots.account.id);
  return runInDurableObject(stub, (_object, { storage }) => {
    const cursors: { rowsRead: number }[] = [];
    const exec: SqlStorage["exec"] = (query, ...values) => {
      const cursor = storage.sql.exec(query, ...values);
      cursors.push(cursor);
      return cursor as never;
    };
    const counting = {
      kv: storage.kv,
      transactionSync: storage.transactionSync.bind(storage),
      sql: { exec } as SqlStorage,
    };
    const ledger = new Ledger(new HubSql(counting));
    // What the object has in memory once it was asked for the first time.
    work(ledger);
    cursors.length = 0;
    const value = work(ledger);
    return { value, rows: cursors.reduce((sum, { rowsRead }) => sum + rowsRead, 0) };
  });
}

async function lines(path: string): Promise<{ rows: number; largest: number }> {
  const response = await ask(path, { headers: { "x-api-key": bots.account.key } });
  expect(response.status).toBe(200);
  if (!response.body) throw new Error("No body");
  let [rows, largest] = [0, 0];
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    largest = Math.max(largest, chunk.byteLength);
    for (const byte of chunk) if (byte === 10) rows += 1;
  }
  return { rows: rows - 1, largest };
}

describe("a million events", () => {
  it("are counted, and totals equal a recount", async () => {
    expect(await bots.stats()).toMatchObject({
      total_sessions: VISITS,
      active_sessions: VISITS / 100,
      total_events: EVENTS,
      successful_sessions: VISITS * 0.9,
      failed_sessions: VISITS * 0.09,
      success_rate: 90,
      average_duration: 2,
    });
    const recount = await runInDurableObject(
      env.HUB.getByName(bots.account.id),
      (_object, { storage }) =>
        storage.sql
          .exec(
            `SELECT (SELECT count(*) FROM events) AS events, count(*) AS visits,
               sum(status = 0) AS active, sum(status = 1) AS completed FROM visits WHERE no > 0`,
          )
          .one(),
    );
    expect(recount).toEqual({
      events: EVENTS,
      visits: VISITS,
      active: VISITS / 100,
      completed: VISITS * 0.9,
    });
  });

  it.each([
    ["", EVENTS],
    ["event_type=click", EVENTS / 4],
    ["event_type=captcha", EVENTS / 4],
    [`session_id=${nameOf(77)}`, EVENTS / VISITS],
  ])("are listed exactly at any depth: ?%s", async (query, total) => {
    const pages = Math.ceil(total / 200);
    for (const page of [1, Math.ceil(pages / 2), pages]) {
      const found = await bots.events(`?per_page=200&page=${page}&${query}`);
      expect([found.total, found.total_pages]).toEqual([total, pages]);
      expect(found.events).toHaveLength(page === pages ? total - (pages - 1) * 200 : 200);
    }
  });

  it.each([[{}], [{ kind: "click" as const }], [{ visitId: nameOf(77) }]])(
    "cost the rows of the page, however deep: %j",
    async (filter) => {
      const all = await reads((ledger) =>
        ledger.events.list(filter, { page: 1, perPage: 200 }, (id) => ledger.visits.keyOf(id)),
      );
      const pages = Math.ceil(all.value.total / 200);
      for (const page of [1, Math.ceil(pages / 2), pages]) {
        const { rows, value } = await reads((ledger) =>
          ledger.events.list(filter, { page, perPage: 200 }, (id) => ledger.visits.keyOf(id)),
        );
        // The events, the names of their visits, and the two ends of the list.
        expect(rows).toBeLessThanOrEqual(value.rows.length * 3 + 10);
      }
    },
  );

  it.each<[VisitFilter, number]>([
    [{}, VISITS],
    [{ status: "completed" }, VISITS * 0.9],
    [{ country: "DE" }, VISITS / 4],
    [{ status: "failed", country: "US" }, 4000],
  ])("leave the sessions' pages flat too: %j", async (filter, total) => {
    for (const page of [1, 20, 21, Math.ceil(total / 200), Math.ceil(total / 100)]) {
      const { rows, value } = await reads((ledger) =>
        ledger.visits.list(filter, { page, perPage: 100 }, ledger.totals.visits),
      );
      expect(value.total).toBe(total);
      expect(value.rows.length).toBe(100);
      // Near the newest a page is counted off; with two filters along the index of the first.
      const walked = page <= 21 ? 2100 : 0;
      const most = (110 + walked) * ("status" in filter && "country" in filter ? 8 : 1);
      expect({ page, within: rows <= most || rows }).toEqual({ page, within: true });
    }
  });

  it.each([
    ["search=bot-099999", 1],
    ["search=t-0999", 100],
    ["search=profile_77", 1100],
    ["search=10.0.7.1%3A", 500],
    ["search=bot", VISITS],
    ["search=b", VISITS],
    ["search=t-0999&status=active", 1],
    ["search=profile_77&country=DE", 300],
    ["search=nowhere", 0],
  ])("are searched by the trigram index: ?%s", async (query, total) => {
    const found = await bots.sessions(`?per_page=100&${query}`);
    expect(found.total).toBe(total);
    expect(found.sessions).toHaveLength(Math.min(100, total));
    const last = await bots.sessions(`?per_page=100&page=${Math.ceil(total / 100) || 1}&${query}`);
    expect(last.total).toBe(total);
  });

  it("are exported in pieces", async () => {
    const events = await lines("/api/events/export");
    expect(events.rows).toBe(EVENTS);
    expect(events.largest).toBeLessThan(2_000_000);
    const clicks = await lines("/api/events/export?event_type=click");
    expect(clicks.rows).toBe(EVENTS / 4);
    const sessions = await lines("/api/sessions/export");
    expect(sessions.rows).toBe(VISITS);
    const failed = await lines("/api/sessions/export?status=failed&country=FR");
    expect(failed.rows).toBe((await bots.sessions("?status=failed&country=FR")).total);
  });

  it("keep their plans at this size", async () => {
    const plans = await runInDurableObject(
      env.HUB.getByName(bots.account.id),
      (_object, { storage }) => {
        storage.sql.exec("ANALYZE");
        return [
          queries.newestVisits({ status: "failed", country: "US" }, 20, 0),
          queries.visitsBefore({ country: "US" }, 5, 5000),
          queries.foundVisits({ status: "active" }, '"bot"', 20, 0),
          queries.countVisits({ status: "active", country: "US" }),
          queries.sliceOfRun({ column: "kind_no", equals: { column: "kind", value: 1 } }, 9, 1),
          queries.pageOfScan({ original: "captcha" }, 50, 500),
          queries.pageOfScan({ visit: 5, kind: 1 }, 50, 0),
          queries.staleVisits(5, 5, 100),
        ].map(({ sql, values }) =>
          storage.sql
            .exec(`EXPLAIN QUERY PLAN ${sql}`, ...values)
            .toArray()
            .map(({ detail }) => String(detail)),
        );
      },
    );
    for (const step of plans.flat()) expect(step).not.toMatch(/TEMP B-TREE|^SCAN (?!t VIRTUAL)/);
  });
});
