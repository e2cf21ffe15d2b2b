import { describe, expect, it } from "vitest";
import { daysOf, overlap, uptimeOf } from "../../../src/domain/monitor/uptime.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Noon of a day. */
const now = 20_000 * DAY + 12 * HOUR;
const today = 20_000;

const base = { tallies: [], downtimes: [], createdAt: 0, interval: 60, now };
const all = (hours: number) => [
  { day: today - 1, hours },
  { day: today, hours: 12 },
];

describe("uptime per day", () => {
  it("tells days without checks from days that were up", () => {
    const days = daysOf({ ...base, tallies: [{ day: today - 1, hours: 24 }] }, 3);
    expect(days.map(({ at }) => at / DAY)).toEqual([today - 2, today - 1, today]);
    expect(days.map((day) => uptimeOf([day]))).toEqual([null, 1, null]);
    expect(uptimeOf([])).toBeNull();
  });

  it("is the share of the time looked at, not of the day", () => {
    const downtimes = [
      { openedAt: (today - 1) * DAY, closedAt: (today - 1) * DAY + 3 * HOUR },
      { openedAt: today * DAY, closedAt: today * DAY + HOUR },
    ];
    const [yesterday, sofar] = daysOf({ ...base, tallies: all(6), downtimes }, 2);
    expect(yesterday).toMatchObject({ observed: 6 * HOUR, down: 3 * HOUR, downtimes: 1 });
    expect(sofar).toMatchObject({ observed: 12 * HOUR, down: HOUR, downtimes: 1 });
    expect(uptimeOf([yesterday, sofar].flatMap((day) => day ?? []))).toBeCloseTo(1 - 4 / 18);
  });

  it("splits a downtime at midnight, and counts an open one up to now", () => {
    const downtimes = [{ openedAt: today * DAY - HOUR, closedAt: null }];
    const days = daysOf({ ...base, tallies: all(24), downtimes }, 2);
    expect(days.map(({ down }) => down)).toEqual([HOUR, 12 * HOUR]);
    expect(days.map((day) => uptimeOf([day]))).toEqual([1 - 1 / 24, 0]);
  });

  it("begins when the monitor was made, and never tops 100 % or falls below 0", () => {
    const createdAt = now - HOUR / 2;
    const fresh = daysOf({ ...base, createdAt, tallies: [{ day: today, hours: 1 }] }, 1);
    expect(fresh[0]).toMatchObject({ observed: HOUR / 2, down: 0 });
    const downtimes = [{ openedAt: now - 2 * HOUR, closedAt: null }];
    const unseen = daysOf({ ...base, downtimes }, 1);
    expect(uptimeOf(unseen)).toBe(0);
  });

  it("lets a check of a long interval speak for all of it", () => {
    const daily = daysOf({ ...base, interval: 86_400, tallies: [{ day: today - 1, hours: 1 }] }, 2);
    expect(daily[0]).toMatchObject({ observed: DAY });
  });

  it("adds up what two sources know of one day", () => {
    const tallies = [
      { day: today - 1, hours: 10 },
      { day: today - 1, hours: 4 },
    ];
    expect(daysOf({ ...base, tallies }, 2)[0]).toMatchObject({ observed: 14 * HOUR });
  });
});

describe("the overlap of a downtime with a span", () => {
  it.each([
    [{ openedAt: 10, closedAt: 20 }, 0, 100, 10],
    [{ openedAt: 10, closedAt: 20 }, 15, 100, 5],
    [{ openedAt: 10, closedAt: 20 }, 20, 100, 0],
    [{ openedAt: 10, closedAt: null }, 0, 100, 40],
  ])("%j in %i–%i is %i", (span, from, to, expected) => {
    expect(overlap(span, from, to, 50)).toBe(expected);
  });
});
