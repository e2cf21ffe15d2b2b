import { describe, expect, it } from "vitest";
import { dueTasks, nextAlarm, type SessionClock } from "../../../src/objects/session/schedule.ts";

const idle: SessionClock = {
  lastUsed: 1000,
  idleTimeout: 600_000,
  browserIdle: 60_000,
  busy: false,
  lastWatched: 0,
  watchers: 0,
  holdsBrowser: true,
  keyCheck: null,
};

describe("a session's alarm", () => {
  it("rings for parking first, then for closing", () => {
    expect(nextAlarm(idle, 2000)).toBe(61_000);
    expect(nextAlarm({ ...idle, holdsBrowser: false }, 2000)).toBe(601_000);
  });

  it("does not park while somebody watches, and counts from when the last one left", () => {
    expect(nextAlarm({ ...idle, watchers: 1 }, 2000)).toBe(601_000);
    expect(nextAlarm({ ...idle, lastWatched: 30_000 }, 2000)).toBe(90_000);
  });

  it("neither parks nor closes while a command runs", () => {
    expect(dueTasks({ ...idle, busy: true }, 10_000_000)).toEqual([]);
  });

  it("looks again while a command runs: the object may die with it", () => {
    expect(nextAlarm({ ...idle, busy: true }, 10_000_000)).toBe(10_060_000);
    expect(nextAlarm({ ...idle, busy: true, keyCheck: 5000 }, 2000)).toBe(5000);
  });

  it("tells all that is due", () => {
    expect(dueTasks(idle, 60_999)).toEqual([]);
    expect(dueTasks({ ...idle, keyCheck: 5000 }, 61_000)).toEqual(["park", "check_keys"]);
    expect(dueTasks(idle, 601_000)).toContain("close");
  });
});
