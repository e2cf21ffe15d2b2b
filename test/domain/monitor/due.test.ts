import { describe, expect, it } from "vitest";
import {
  bucketsOf,
  countDue,
  dueMoments,
  dueNumber,
  nextDueMinute,
  nextMinuteOf,
  phaseOf,
} from "../../../src/domain/monitor/due.ts";
import { checkIdOf, checkKeyOf, MAX_MONITOR_ID } from "../../../src/domain/monitor/check-id.ts";
import { regionForDue, regionsToConfirm } from "../../../src/domain/monitor/turns.ts";
import { isOpenAt } from "../../../src/domain/monitor/windows.ts";
import { DAY_MS } from "../../../src/domain/monitor/rules.ts";

const MINUTE = Math.floor(Date.UTC(2026, 10, 24, 12) / 60_000);

describe("what is due", () => {
  it("is each second at which the interval is full, counted from the phase", () => {
    const rhythm = { interval: 45, phase: 10 };
    const seconds: number[] = [];
    for (let minute = MINUTE; minute < MINUTE + 3; minute += 1) {
      for (const { second } of dueMoments(rhythm, minute)) {
        seconds.push((minute - MINUTE) * 60 + second);
      }
    }
    expect(seconds).toEqual([10, 55, 100, 145]);
    expect(countDue(rhythm, MINUTE, MINUTE + 2)).toBe(4);
  });

  it.each([30, 45, 60, 61, 90, 300, 3600, 86_400])(
    "of an interval of %i s is counted as it is listed, and numbered without holes",
    (interval) => {
      for (const phase of [0, 7, interval - 1]) {
        const rhythm = { interval, phase };
        const numbers: number[] = [];
        const to = MINUTE + Math.ceil(interval / 20);
        for (let minute = MINUTE; minute <= to; minute += 1) {
          for (const { second } of dueMoments(rhythm, minute)) {
            numbers.push(dueNumber(rhythm, minute, second));
          }
        }
        expect(numbers.length).toBe(countDue(rhythm, MINUTE, to));
        expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] ?? 0) + index));
        expect(dueMoments(rhythm, nextDueMinute(rhythm, MINUTE)).length).toBeGreaterThan(0);
      }
    },
  );

  it("falls into groups of ten seconds", () => {
    expect(bucketsOf([{ interval: 30, phase: 25 }], MINUTE)).toEqual([2, 5]);
    expect(bucketsOf([{ interval: 300, phase: 61 }], MINUTE)).toEqual([]);
    expect(bucketsOf([{ interval: 300, phase: 61 }], MINUTE + 1)).toEqual([0]);
    expect(bucketsOf(null, MINUTE)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it("says when to look again", () => {
    expect(nextMinuteOf([{ interval: 300, phase: 60 }], MINUTE)).toBe(MINUTE + 1);
    expect(nextMinuteOf([{ interval: 300, phase: 0 }], MINUTE)).toBe(MINUTE + 5);
    expect(nextMinuteOf([], MINUTE)).toBe(null);
    expect(nextMinuteOf(null, MINUTE)).toBe(MINUTE + 1);
  });

  it.each([30, 60, 300, 3600, 86_400])(
    "of a new monitor, every %i s, comes within its interval and six minutes",
    (interval) => {
      for (let place = 0; place < 20; place += 1) {
        const now = (MINUTE * 60 + place * 3) * 1000;
        const phase = phaseOf(interval, place, place, now);
        expect(phase).toBeGreaterThanOrEqual(0);
        expect(phase).toBeLessThan(interval);
        const next = nextDueMinute({ interval, phase }, Math.floor(now / 60_000) + 1);
        expect(next - Math.floor(now / 60_000)).toBeLessThanOrEqual(6);
      }
    },
  );
});

describe("a check's number", () => {
  it("says whose it is and when, and grows with time", () => {
    const key = { minute: MINUTE, monitorId: MAX_MONITOR_ID, turn: 31 };
    const id = checkIdOf(key);
    expect(checkKeyOf(id)).toEqual(key);
    expect(checkIdOf({ minute: MINUTE + 1, monitorId: 1, turn: 0 })).toBeGreaterThan(id);
    const last = checkIdOf({ ...key, minute: Math.floor(Date.UTC(2057, 0, 1) / 60_000) });
    expect(Number.isSafeInteger(last)).toBe(true);
  });
});

describe("turns", () => {
  it("go round the regions, each monitor from its own place", () => {
    const regions = ["enam", "weur", "apac"];
    const turns = (id: number) => [0, 1, 2, 3].map((due) => regionForDue(regions, id, due));
    expect(turns(3)).toEqual(["enam", "weur", "apac", "enam"]);
    expect(turns(4)).toEqual(["weur", "apac", "enam", "weur"]);
    expect(regionForDue(["enam"], 4, 9)).toBe("enam");
  });

  it("pass over who is set aside, while another is left", () => {
    expect(regionForDue(["enam", "weur"], 0, 0, new Set(["enam"]))).toBe("weur");
    expect(regionForDue(["enam"], 0, 0, new Set(["enam"]))).toBe("enam");
  });

  it("of confirmations begin with who was heard least", () => {
    const regions = ["enam", "weur", "apac"];
    expect(regionsToConfirm(regions, ["weur"], 2)).toEqual(["apac", "enam"]);
    expect(regionsToConfirm(regions, ["weur", "apac"], 2)).toEqual(["enam", "weur"]);
    expect(regionsToConfirm(["enam"], ["enam"], 2)).toEqual(["enam", "enam"]);
  });
});

describe("a maintenance window", () => {
  const at = Date.UTC(2026, 0, 5, 3);
  const window = { startsAt: at, endsAt: at + 3_600_000 };

  it("is open from its start to before its end", () => {
    const once = { ...window, repeat: "none" as const };
    expect(
      [at - 1, at, at + 3_599_999, at + 3_600_000].map((time) => isOpenAt(once, time)),
    ).toEqual([false, true, true, false]);
    expect(isOpenAt(once, at + DAY_MS)).toBe(false);
  });

  it("comes again each day, or each week", () => {
    const daily = { ...window, repeat: "daily" as const };
    const weekly = { ...window, repeat: "weekly" as const };
    expect(isOpenAt(daily, at + 9 * DAY_MS + 1000)).toBe(true);
    expect(isOpenAt(daily, at + 9 * DAY_MS - 1000)).toBe(false);
    expect(isOpenAt(weekly, at + 9 * DAY_MS + 1000)).toBe(false);
    expect(isOpenAt(weekly, at + 14 * DAY_MS + 1000)).toBe(true);
  });
});
