import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { openDatabase } from "../../../src/store/database.ts";
import { downtimePage } from "../../../src/store/downtime.ts";
import { monitorCount, monitorPage } from "../../../src/store/monitor.ts";
import { billingRows, dayTallies, statCount, statPage } from "../../../src/store/stat.ts";

/** Every list reads along an index, in the index's order: no scan, no sorting. */

const db = openDatabase(env.DB);
const slice = { offset: 100, limit: 100 };
const range = { monitorId: 1, oldest: 0, youngest: 1e13, ...slice };
const hours = { monitorId: 1, fromHour: 0, toHour: 1e6, ...slice };

async function plan(query: { toSQL(): { sql: string; params: unknown[] } }): Promise<string> {
  const { sql, params } = query.toSQL();
  const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .bind(...params)
    .all<{ detail: string }>();
  return results.map(({ detail }) => detail).join("\n");
}

describe("the query plan of", () => {
  it.each([
    ["tests", monitorPage(db, "acct_1", slice), "monitors_by_account (account_id=?)"],
    ["the count of tests", monitorCount(db, "acct_1"), "monitors_by_account (account_id=?)"],
    [
      "downtimes, newest first",
      downtimePage(db, "acct_1", { ...range, sort: "desc" }),
      "downtimes_by_monitor (monitor_id=? AND opened_at>? AND opened_at<?)",
    ],
    [
      "downtimes, oldest first",
      downtimePage(db, "acct_1", { ...range, sort: "asc" }),
      "downtimes_by_monitor (monitor_id=? AND opened_at>? AND opened_at<?)",
    ],
    [
      "stats, newest first",
      statPage(db, "acct_1", { ...hours, sort: "desc" }),
      "hourly_stats USING PRIMARY KEY (monitor_id=? AND hour>? AND hour<?)",
    ],
    [
      "stats, oldest first",
      statPage(db, "acct_1", { ...hours, sort: "asc" }),
      "hourly_stats USING PRIMARY KEY (monitor_id=? AND hour>? AND hour<?)",
    ],
    [
      "the count of stats",
      statCount(db, "acct_1", hours),
      "hourly_stats USING PRIMARY KEY (monitor_id=? AND hour>? AND hour<?)",
    ],
    [
      "billing",
      billingRows(db, "acct_1", 0, 1e6),
      "billing USING PRIMARY KEY (account_id=? AND hour>? AND hour<?)",
    ],
  ])("%s", async (_name, query, index) => {
    const told = await plan(query);
    expect(told).toContain(index);
    expect(told).not.toMatch(/SCAN|TEMP B-TREE/);
  });

  it("the status page's days", async () => {
    const told = await plan(dayTallies(db, "acct_1", 1, { fromHour: 0, toHour: 2160 }));
    expect(told).toContain("hourly_stats USING PRIMARY KEY (monitor_id=? AND hour>? AND hour<?)");
    expect(told).not.toContain("SCAN");
  });

  it("a public hash, and many of them", async () => {
    const { results } = await env.DB.prepare(
      "EXPLAIN QUERY PLAN SELECT public_hash FROM json_each('[]') JOIN monitors ON public_hash = value",
    ).all<{ detail: string }>();
    const told = results.map(({ detail }) => detail).join("\n");
    expect(told).toContain("monitors USING COVERING INDEX monitors_by_public_hash (public_hash=?)");
    expect(told).not.toContain("SCAN monitors");
  });
});
