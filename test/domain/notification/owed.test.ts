import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { openDatabase } from "../../../src/store/database.ts";
import { closeDowntime, openDowntime } from "../../../src/store/downtime.ts";
import { oweCertificateWarning, oweNotifications } from "../../../src/store/notification.ts";
import { channels, notifications } from "../../../src/store/schema/notification.ts";

const db = openDatabase(env.DB);

let lastId = 1000;
const newId = () => (lastId += 1);
const newAccount = () => `acct_${crypto.randomUUID()}`;

async function channel(accountId: string, monitors: number[] | null = null): Promise<number> {
  const row = await db
    .insert(channels)
    .values({
      accountId,
      type: "webhook",
      name: "",
      target: "",
      targetMasked: "",
      monitors: monitors && JSON.stringify(monitors),
      quietUntilRecovery: false,
      createdAt: 0,
    })
    .returning({ id: channels.id })
    .get();
  return row.id;
}

const opening = (accountId: string, monitorId: number, checkId = newId()) => ({
  accountId,
  monitorId,
  checkId,
  openedAt: 1000,
  checker: "weur",
  reason: "refused",
});

const closing = (accountId: string, monitorId: number, checkId: number) => ({
  accountId,
  monitorId,
  checkId,
  closedAt: 2000,
  closingCheckId: newId(),
  closingChecker: "weur",
  end: "recovered" as const,
});

async function owed(accountId: string) {
  const rows = await db.query.notifications.findMany({
    where: (table, { eq }) => eq(table.accountId, accountId),
    orderBy: (table, { asc }) => asc(table.id),
  });
  return rows.map(({ channelId, occasion, state, dueAt }) => [channelId, occasion, state, dueAt]);
}

describe("what a downtime owes", () => {
  it("is one row for each transition and channel that chose the monitor", async () => {
    const [account, other, monitor] = [newAccount(), newAccount(), newId()];
    const all = await channel(account);
    const one = await channel(account, [monitor, 7]);
    await channel(account, [7]);
    await channel(other);
    const open = opening(account, monitor);
    const ids = await openDowntime(db, open, 1000);
    expect(ids).toHaveLength(2);
    expect(await owed(account)).toEqual([
      [all, "opened", "owed", 1000],
      [one, "opened", "owed", 1000],
    ]);
    expect(await closeDowntime(db, closing(account, monitor, open.checkId), 2000)).toHaveLength(2);
    expect(await owed(account)).toHaveLength(4);
    expect(await owed(other)).toEqual([]);
  });

  it("is owed once, however often a transition comes", async () => {
    const [account, monitor] = [newAccount(), newId()];
    await channel(account);
    const open = opening(account, monitor);
    const close = closing(account, monitor, open.checkId);
    await openDowntime(db, open, 1000);
    expect(await openDowntime(db, open, 1001)).toEqual([]);
    await closeDowntime(db, close, 2000);
    expect(await closeDowntime(db, close, 2001)).toEqual([]);
    // The opening again, after all is over, and with a channel that is new.
    await channel(account);
    expect(await openDowntime(db, open, 3000)).toEqual([]);
    expect(await owed(account)).toHaveLength(2);
  });

  it("is nothing for what changed nothing", async () => {
    const [account, monitor] = [newAccount(), newId()];
    await channel(account);
    const open = opening(account, monitor);
    await openDowntime(db, open, 1000);
    // Another opening while the first stands, and a closing of what never began.
    expect(await openDowntime(db, opening(account, monitor), 1000)).toEqual([]);
    expect(await closeDowntime(db, closing(account, monitor, newId()), 2000)).toEqual([]);
    const early = { ...open, occasion: "closed" as const, at: 2000 };
    expect(await oweNotifications(db, early)).toEqual([]);
    // Another account's downtime.
    const foreign = { ...open, accountId: newAccount(), occasion: "opened" as const, at: 1000 };
    expect(await oweNotifications(db, foreign)).toEqual([]);
  });

  it("is silence where a monitor was paused, or nobody heard of the beginning", async () => {
    const [account, monitor] = [newAccount(), newId()];
    const told = await channel(account);
    const open = opening(account, monitor);
    await openDowntime(db, open, 1000);
    const paused = { ...closing(account, monitor, open.checkId), end: "paused" as const };
    expect(await closeDowntime(db, paused, 2000)).toEqual([]);

    const next = opening(account, monitor);
    await openDowntime(db, next, 3000);
    await channel(account);
    await closeDowntime(db, closing(account, monitor, next.checkId), 4000);
    expect(await owed(account)).toEqual([
      [told, "opened", "owed", 1000],
      [told, "opened", "owed", 3000],
      [told, "closed", "owed", 4000],
    ]);
  });

  it("is found along indexes", async () => {
    const open = { ...opening("acct_1", 1), at: 0 };
    for (const occasion of ["opened", "closed"] as const) {
      const plan = await explain(oweNotifications(db, { ...open, occasion }));
      expect(plan).toMatch(/SEARCH d USING INDEX downtimes_(open|by_check) /);
      expect(plan).toContain("USING INDEX channels_by_account");
      expect(plan).not.toMatch(/SCAN (?!json_each)/);
    }
  });
});

describe("a certificate that ends soon", () => {
  it("is told of once, to those who chose the monitor", async () => {
    const [account, monitor] = [newAccount(), newId()];
    await channel(account);
    await channel(account, [7]);
    const warning = { accountId: account, monitorId: monitor, endsAt: 9000, at: 1000 };
    expect(await oweCertificateWarning(db, warning)).toHaveLength(1);
    expect(await oweCertificateWarning(db, { ...warning, at: 2000 })).toEqual([]);
    expect(await oweCertificateWarning(db, { ...warning, endsAt: 99_000 })).toHaveLength(1);
    expect(await db.$count(notifications)).toBeGreaterThanOrEqual(2);
  });
});

async function explain(query: { getQuery(): { sql: string; params: unknown[] } }): Promise<string> {
  const { sql, params } = query.getQuery();
  const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .bind(...params)
    .all<{ detail: string }>();
  return results.map(({ detail }) => detail).join("\n");
}
