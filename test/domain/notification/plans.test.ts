import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { channelCount, channelPage } from "../../../src/store/channel.ts";
import { openDatabase } from "../../../src/store/database.ts";
import {
  notificationCount,
  notificationPage,
  takeBackReminders,
  unsentCount,
} from "../../../src/store/notification.ts";
import { claimStatement, owedPage, whatWaits } from "../../../src/store/outbox.ts";

const db = openDatabase(env.DB);
const ALL = { accountId: "acct_1", offset: 100, limit: 10 };

async function plan(query: {
  getQuery?(): { sql: string; params: unknown[] };
  toSQL?(): { sql: string; params: unknown[] };
}): Promise<string> {
  const { sql = "", params = [] } = query.toSQL?.() ?? query.getQuery?.() ?? {};
  const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .bind(...params)
    .all<{ detail: string }>();
  return results.map(({ detail }) => detail).join("\n");
}

describe("lists", () => {
  it.each([
    ["channels", channelPage(db, "acct_1", ALL), "INDEX channels_by_account (account_id=?)"],
    ["notifications", notificationPage(db, ALL), "INDEX notifications_by_account (account_id=?)"],
    [
      "a channel's notifications",
      notificationPage(db, { ...ALL, channelId: 1 }),
      "INDEX notifications_by_channel (channel_id=?)",
    ],
    [
      "dead notifications",
      notificationPage(db, { ...ALL, state: "dead" }),
      "INDEX notifications_unsent (account_id=? AND state=?)",
    ],
    [
      "notifications that were sent",
      notificationPage(db, { ...ALL, state: "sent" }),
      "INDEX notifications_by_account (account_id=?)",
    ],
  ])("%s are read along an index, in its order", async (_what, query, index) => {
    const steps = await plan(query);
    expect(steps).toContain(index);
    expect(steps).not.toMatch(/SCAN|TEMP B-TREE/);
  });

  it.each([
    ["channels", channelCount(db, "acct_1"), "channels_by_account"],
    ["notifications", notificationCount(db, ALL), "notifications_by_account"],
    ["dead ones", notificationCount(db, { ...ALL, state: "dead" }), "notifications_unsent"],
    ["unsent ones", unsentCount(db, "acct_1"), "notifications_unsent"],
  ])("%s are counted in an index alone", async (_what, query, index) => {
    const steps = await plan(query);
    expect(steps).toContain(`COVERING INDEX ${index}`);
    expect(steps).not.toContain("SCAN");
  });
});

describe("the outbox", () => {
  it("is read along what is due, and what is in the way along indexes", async () => {
    const page = { dueBy: 0, now: 0, after: { dueAt: 0, id: 0 }, limit: 10 };
    const steps = await plan(owedPage(db, page));
    expect(steps).toMatch(/SEARCH notifications USING .*INDEX notifications_due/);
    expect(steps).toContain("INDEX notifications_waiting (monitor_id=? AND channel_id=? AND id<?)");
    expect(steps).not.toMatch(/SCAN|TEMP B-TREE/);
  });

  it("finds what waits behind one along indexes, in their order", async () => {
    const [same, any] = whatWaits(db, { channelId: 1, monitorId: 1 }, 0);
    const steps = await Promise.all([plan(same), plan(any)]);
    expect(steps[0]).toContain("INDEX notifications_waiting (monitor_id=? AND channel_id=?)");
    expect(steps[1]).toContain("INDEX notifications_waiting_by_channel (channel_id=?)");
    expect(steps.join()).not.toMatch(/SCAN|TEMP B-TREE/);
  });

  it("takes one up by its id", async () => {
    const steps = await plan(claimStatement(db, 1, 0, 1));
    expect(steps).toContain("SEARCH notifications USING INTEGER PRIMARY KEY");
    expect(steps).not.toMatch(/SCAN|TEMP B-TREE/);
  });

  it("finds the reminders of a monitor among what waits", async () => {
    const steps = await plan(takeBackReminders(db, "acct_1", 1));
    expect(steps).toContain("INDEX notifications_waiting (monitor_id=?)");
    expect(steps).not.toContain("SCAN");
  });
});
