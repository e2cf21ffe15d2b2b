import { runDurableObjectAlarm } from "cloudflare:test";
import { afterEach, beforeEach, expect, inject, it, vi } from "vitest";
import { HOUR_MS } from "../../../src/domain/monitor/due.ts";
import { checkNow, listBilling, listChecks, listStats } from "../../../src/domain/monitor/index.ts";
import { page, scripted } from "../../support/origins.ts";
import { dueMonitor, objectOf, ownerContext } from "../../support/monitors.ts";

/** A full hour. */
const HOUR = Date.UTC(2027, 2, 1, 12);
const UP = scripted(inject("origins").plain, page("welcome"));
const PAGE = { offset: 0, limit: 100 };

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: HOUR + 5 * 60_000 });
});

afterEach(() => {
  vi.useRealTimers();
});

it("an hour that is over reads as it did while it was open, and is charged once", async () => {
  const ctx = await ownerContext();
  const { id } = await dueMonitor(ctx, { url: UP, word: "welcome" });
  const made = [];
  for (let check = 0; check < 4; check += 1) {
    vi.setSystemTime(HOUR + (10 + check) * 60_000);
    made.push(await checkNow(ctx, id));
  }
  const hours = { oldest: HOUR, youngest: HOUR + HOUR_MS };
  const open = await listStats(ctx, id, PAGE);
  expect(open.reduce((sum, { checks }) => sum + checks, 0)).toBe(4);
  const bill = { hour: HOUR, kind: "content", units: 4 };
  expect(await listBilling(ctx, hours)).toEqual([{ ...bill, charged: false }]);

  vi.setSystemTime(HOUR + HOUR_MS + 20 * 60_000);
  const late = await checkNow(ctx, id);
  for (let ring = 0; ring < 2; ring += 1) await runDurableObjectAlarm(await objectOf(ctx, id));
  const closed = await listStats(ctx, id, { ...PAGE, youngest: HOUR });
  const byChecker = (rows: typeof open) =>
    rows.toSorted((a, b) => (a.checker < b.checker ? -1 : 1));
  expect(byChecker(closed)).toEqual(byChecker(open));
  expect(await listBilling(ctx, hours)).toEqual([
    { ...bill, charged: true },
    { hour: HOUR + HOUR_MS, kind: "content", units: 1, charged: false },
  ]);
  expect(await listChecks(ctx, id, { ...PAGE, sort: "asc" })).toEqual([...made, late]);
  expect(await listChecks(ctx, null, { offset: 1, limit: 2 })).toEqual([made[3], made[2]]);
});
