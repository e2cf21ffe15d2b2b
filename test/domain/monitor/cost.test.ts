import { describe, expect, it } from "vitest";
import { costOfAnHour } from "../../support/fleet.ts";

/** What checks cost to keep: D1 and objects, index entries, alarms and later deletes counted. */
describe("1,000 monitors of one account", () => {
  it("every 60 s write at most 0.1 rows and take 0.05 queue operations a check", async () => {
    const cost = await costOfAnHour({ accounts: 1, monitors: 1000, interval: 60 });
    // oxlint-disable-next-line no-console -- the figures are what it is for
    console.log(`1,000 monitors of one account, 60 s: ${JSON.stringify(cost)}`);
    expect(cost.checks).toBe(60_000);
    expect(cost.rowsPerCheck).toBeGreaterThan(0.01);
    expect(cost.rowsPerCheck).toBeLessThanOrEqual(0.1);
    expect(cost.queueOperationsPerCheck).toBeGreaterThan(0);
    expect(cost.queueOperationsPerCheck).toBeLessThanOrEqual(0.05);
  }, 120_000);

  it("every 300 s cost what is printed", async () => {
    const cost = await costOfAnHour({ accounts: 1, monitors: 1000, interval: 300 });
    // oxlint-disable-next-line no-console -- the figures are what it is for
    console.log(`1,000 monitors of one account, 300 s: ${JSON.stringify(cost)}`);
    expect(cost.checks).toBe(12_000);
  }, 120_000);
});
