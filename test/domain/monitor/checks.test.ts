import { describe, expect, inject, it } from "vitest";
import {
  getMonitor,
  listBilling,
  listDowntimes,
  listStats,
  runChecks,
} from "../../../src/domain/monitor/index.ts";
import { page, scripted } from "../../support/origins.ts";
import { checkAll, checksOf, dueMonitor, jobsOf, ownerContext } from "../../support/monitors.ts";

const origins = inject("origins");
const RANGE = { offset: 0, limit: 100 };

describe("a minute's checks", () => {
  it("are made, and shown with their timings", async () => {
    const ctx = await ownerContext();
    const { id } = await dueMonitor(ctx, { url: scripted(origins.plain, page("hello")) });
    expect(await getMonitor(ctx, id)).toMatchObject({ state: "pending", lastCheck: null });
    await checkAll(ctx);
    const [check, ...others] = await checksOf(ctx, id);
    expect(others).toEqual([]);
    expect(check).toMatchObject({ monitorId: id, passed: true, code: 200, via: "socket" });
    expect(check?.timings.total).toBeGreaterThan(0);
    expect(await getMonitor(ctx, id)).toMatchObject({ state: "up", lastCheck: check });
    expect(await listStats(ctx, id, RANGE)).toMatchObject([{ checks: 1, passed: 1 }]);
    const hours = { oldest: 0, youngest: Date.now() };
    expect(await listBilling(ctx, hours)).toMatchObject([
      { kind: "uptime", units: 1, charged: false },
    ]);
  });

  it("open one downtime when two regions agree, and are not made again", async () => {
    const ctx = await ownerContext();
    const { id } = await dueMonitor(ctx, { url: origins.refused, sensitivity: 10 });
    const jobs = await jobsOf(ctx);
    for (const job of jobs) await runChecks(ctx, job);
    const checks = await checksOf(ctx, id);
    expect(checks.map(({ passed }) => passed)).toEqual([false, false]);
    expect(new Set(checks.map(({ checker }) => checker))).toEqual(new Set(["enam", "weur"]));
    const [first] = checks;
    const downtimes = await listDowntimes(ctx, id, RANGE);
    expect(downtimes).toMatchObject([{ checkId: first?.id, openedAt: first?.at, closedAt: null }]);
    expect(await getMonitor(ctx, id)).toMatchObject({ state: "down", downSince: first?.at });
    for (const job of jobs) await runChecks(ctx, job);
    expect(await checksOf(ctx, id)).toEqual(checks);
    expect(await listDowntimes(ctx, id, RANGE)).toEqual(downtimes);
  });
});
