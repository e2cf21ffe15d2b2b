import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { MonitorTables, type ShardTables } from "../../../src/objects/monitor/tables.ts";
import { MemoryTables } from "../../support/memory-tables.ts";

/** One of everything, and what is read back after each step. */
function story(tables: ShardTables): unknown[] {
  const heard: unknown[] = [];
  const bytes = (text: string) => new TextEncoder().encode(text);
  const read = () => {
    heard.push({
      state: tables.loadState(),
      roster: [...tables.load("roster")],
      newest: tables.newest(),
      oldest: tables.oldestMinute(),
      minutes: tables.minuteCounts(0, 1e9),
      minute: [...(tables.minute(61) ?? [])],
      hours: tables.hourCounts(5, 0, 1e6),
      packed: [...tables.hoursOf(5, 0, 1e6)].map((row) => [...row]),
      shared: tables.hourOf([5, 6, 7], 2).map((row) => [...row]),
      totals: tables.totals(0, 1e6),
      gaps: tables.gaps(0, 1e9),
      last: tables.lastGap(),
      rows: tables.rowsWritten,
    });
  };
  const state = { shard: 1, accountId: "a", version: 2, windows: "[]", closedThrough: -1 };
  read();
  tables.saveState({ ...state, sealed: 60, spent: 9 });
  tables.saveState({ ...state, sealed: 61, spent: 9 });
  for (const id of [3, 1, 2]) tables.put("roster", id, { id });
  tables.put("roster", 2, { id: 2, again: true });
  tables.remove("roster", 1);
  tables.remove("roster", 99);
  read();
  for (const minute of [60, 61, 61, 122]) {
    tables.putMinute({ minute, spent: minute, sealed: 50, checks: 2, bytes: bytes(`${minute}`) });
  }
  read();
  tables.removeMinutes(60, 61);
  for (const hour of [1, 2, 3]) {
    for (const id of [5, 6]) tables.putHour(id, hour, hour, bytes(`${id}:${hour}`));
    tables.putTotal(hour, 2 * hour);
  }
  tables.putHour(5, 3, 4, bytes("replaced"));
  read();
  tables.removeHours(6, 2, { fromTotals: true });
  tables.removeHours(5, 1, { fromTotals: false });
  read();
  tables.addGap({ from: 60, to: 70, reason: "missed", monitors: null });
  tables.addGap({ from: 200, to: 201, reason: "no_points", monitors: [5, 6] });
  tables.extendGap(2, 210);
  read();
  tables.removeBefore(2);
  read();
  return heard;
}

describe("a shard's tables", () => {
  it("in SQLite and in memory say the same, and count the same rows written", async () => {
    const inMemory = story(new MemoryTables());
    const stub = env.CHECKER.getByName("a storage of its own");
    const inSqlite = await runInDurableObject(stub, (_, { storage }) =>
      story(new MonitorTables(storage.sql)),
    );
    expect(inSqlite).toEqual(inMemory);
  });
});
