import { expect, it } from "vitest";
import { costOfAnHour } from "../support/fleet.ts";

it.each([
  { accounts: 1, monitors: 1000, interval: 60 },
  { accounts: 1, monitors: 1000, interval: 300 },
  { accounts: 1000, monitors: 1, interval: 60 },
])(
  "an hour of $accounts × $monitors monitors every $interval s costs what is printed",
  async (fleet) => {
    const { checks, rowsPerCheck, queueOperationsPerCheck } = await costOfAnHour(fleet);
    const { accounts, monitors, interval } = fleet;
    // oxlint-disable-next-line no-console -- the figures are what it is for
    console.log(
      `${accounts} × ${monitors} monitors, ${interval} s: ${checks} checks, ` +
        `${rowsPerCheck.toFixed(4)} rows written and ` +
        `${queueOperationsPerCheck.toFixed(4)} queue operations a check`,
    );
    expect(checks).toBe(accounts * monitors * (3600 / interval));
  },
);
