import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import type { KeptAnswer } from "../../src/domain/ports.ts";
import { IdempotencyRecords, KEPT_MS, LEASE_MS } from "../../src/objects/meter/idempotency.ts";
import { MeterTables } from "../../src/objects/meter/tables.ts";
import { countUsage, NO_USAGE, usageAt } from "../../src/objects/meter/usage.ts";
import { RateWindows } from "../../src/objects/meter/windows.ts";

const at = (iso: string) => Date.parse(iso);
const meter = () => env.METER.getByName(`test:${crypto.randomUUID()}`);

/** The records over real SQLite, with the rows that they wrote. */
const withRecords = (work: (records: IdempotencyRecords, tables: MeterTables) => void) =>
  runInDurableObject(meter(), (_object, state) => {
    const tables = new MeterTables(state.storage.sql);
    work(new IdempotencyRecords(tables), tables);
  });

describe("a rate window", () => {
  const noon = at("2026-11-21T12:00:30Z");

  it("hands out its limit within a clock minute, and starts anew in the next", () => {
    const windows = new RateWindows();
    const reset = noon / 1000 + 30;
    expect(windows.draw("k", 10, 4, noon)).toEqual({ granted: 4, left: 6, reset });
    expect(windows.draw("k", 10, 9, noon + 29_999)).toEqual({ granted: 6, left: 0, reset });
    expect(windows.draw("k", 10, 1, noon + 29_999)).toEqual({ granted: 0, left: 0, reset });
    expect(windows.draw("k", 10, 1, noon + 30_000).granted).toBe(1);
  });

  it("keeps keys apart, takes unused tokens back, but not those of a window gone by", () => {
    const windows = new RateWindows();
    const { reset } = windows.draw("k", 10, 10, noon);
    expect(windows.draw("other", 10, 1, noon).granted).toBe(1);
    windows.giveBack({ key: "k", window: reset - 60, used: 0, returned: 5 });
    expect(windows.draw("k", 10, 1, noon).granted).toBe(0);
    windows.giveBack({ key: "k", window: reset, used: 0, returned: 3 });
    expect(windows.draw("k", 10, 5, noon)).toMatchObject({ granted: 3, left: 0 });
  });

  it("goes on where it was saved", () => {
    const windows = new RateWindows();
    windows.draw("k", 10, 8, noon);
    const again = new RateWindows(windows.open(noon));
    expect(again.draw("k", 10, 5, noon)).toMatchObject({ granted: 2, left: 0 });
  });

  it("is saved while it is open only", () => {
    const windows = new RateWindows();
    windows.draw("k", 10, 2, noon);
    expect(windows.open(noon)).toEqual([["k", { end: noon / 1000 + 30, taken: 2 }]]);
    expect(windows.open(noon + 30_000)).toEqual([]);
  });
});

describe("usage", () => {
  it("is counted per day and month in UTC", () => {
    let count = countUsage(NO_USAGE, 3, at("2026-11-29T23:59:59Z"));
    count = countUsage(count, 2, at("2026-11-30T00:00:00Z"));
    expect(usageAt(count, at("2026-11-30T10:00:00Z"))).toEqual({ day: 2, month: 5 });
    expect(usageAt(count, at("2026-12-01T00:00:00Z"))).toEqual({ day: 0, month: 0 });
    count = countUsage(count, 1, at("2026-12-01T00:00:00Z"));
    expect(usageAt(count, at("2026-12-01T00:00:01Z"))).toEqual({ day: 1, month: 1 });
  });

  it("counts a late report in the month it belongs to, not in today", () => {
    let count = countUsage(NO_USAGE, 1, at("2026-11-30T00:00:00Z"));
    count = countUsage(count, 4, at("2026-11-29T23:59:59Z"));
    expect(usageAt(count, at("2026-11-30T00:00:00Z"))).toEqual({ day: 1, month: 5 });
    count = countUsage(count, 9, at("2026-10-31T00:00:00Z"));
    expect(usageAt(count, at("2026-11-30T00:00:00Z"))).toEqual({ day: 1, month: 5 });
  });
});

describe("idempotency records", () => {
  const now = at("2026-11-21T12:00:00Z");
  const answer: KeptAnswer = {
    kind: "response",
    status: 201,
    headers: [["content-type", "application/json"]],
    body: new TextEncoder().encode('{"session_id":"sess_1"}'),
  };
  it("reserve a key once, and give the kept answer to its repeats", () =>
    withRecords((records) => {
      expect(records.reserve("k", "f", now)).toEqual({ state: "reserved" });
      expect(records.reserve("k", "f", now)).toEqual({ state: "busy" });
      expect(records.reserve("k", "g", now)).toEqual({ state: "mismatch" });
      expect(records.reserve("other", "g", now)).toEqual({ state: "reserved" });
      records.complete("k", answer, now);
      expect(records.reserve("k", "f", now + 1)).toEqual({ state: "answered", answer });
      expect(records.reserve("k", "g", now + 1)).toEqual({ state: "mismatch" });
    }));

  it("free a key that was released, but never one that was answered", () =>
    withRecords((records) => {
      records.reserve("k", "f", now);
      records.release("k", now);
      expect(records.reserve("k", "g", now)).toEqual({ state: "reserved" });
      records.complete("k", answer, now);
      records.release("k", now);
      expect(records.reserve("k", "g", now)).toEqual({ state: "answered", answer });
    }));

  it("let a repeat take over from a request that died, not from one still at work", () =>
    withRecords((records) => {
      records.reserve("k", "f", now);
      records.renew("k", now + LEASE_MS - 1);
      expect(records.reserve("k", "f", now + LEASE_MS + 1).state).toBe("busy");
      const dead = now + 2 * LEASE_MS;
      expect(records.reserve("k", "g", dead).state).toBe("mismatch");
      expect(records.reserve("k", "f", dead).state).toBe("reserved");
      expect(records.reserve("k", "f", dead).state).toBe("busy");
    }));

  it("keep the first of two answers", () =>
    withRecords((records) => {
      records.reserve("k", "f", now);
      records.complete("k", answer, now);
      records.complete("k", { kind: "withheld", message: "late" }, now);
      expect(records.reserve("k", "f", now)).toEqual({ state: "answered", answer });
    }));

  it("drop what completes a key that nobody reserved", () =>
    withRecords((records) => {
      records.complete("k", answer, now);
      expect(records.reserve("k", "f", now)).toEqual({ state: "reserved" });
    }));

  it("hold bodies of many chunks and of none", () =>
    withRecords((records, tables) => {
      const body = new Uint8Array(2.5 * 1024 * 1024).map((_, index) => index % 251);
      records.reserve("large", "f", now);
      records.complete("large", { ...answer, body }, now);
      const large = records.reserve("large", "f", now);
      if (large.state !== "answered" || large.answer.kind !== "response") throw new Error("kept");
      expect(large.answer.body.byteLength).toBe(body.byteLength);
      expect(large.answer.body.every((byte, index) => byte === index % 251)).toBe(true);
      records.reserve("empty", "f", now);
      records.complete("empty", { ...answer, body: new Uint8Array() }, now);
      expect(records.reserve("empty", "f", now)).toMatchObject({ state: "answered" });
      expect(tables.rowsWritten).toBe(2 + 3 + 1 + (2 + 1));
    }));

  it("end after a day, and are removed with their bodies", () =>
    withRecords((records, tables) => {
      records.reserve("a", "f", now);
      records.complete("a", answer, now);
      records.reserve("b", "f", now + 1000);
      expect(tables.removeExpired(now + KEPT_MS)).toBe(now + 1000 + KEPT_MS);
      expect(tables.answer("a")).toBeNull();
      expect(tables.find("a")).toBeNull();
      expect(tables.find("b")).not.toBeNull();
      expect(records.reserve("a", "g", now + KEPT_MS).state).toBe("reserved");
    }));

  it("can be used again in the moment between their end and their removal", () =>
    withRecords((records) => {
      records.reserve("a", "f", now);
      records.complete("a", answer, now);
      expect(records.reserve("a", "g", now + KEPT_MS)).toEqual({ state: "reserved" });
      expect(records.reserve("a", "g", now + KEPT_MS).state).toBe("busy");
    }));
});

describe("the meter's object", () => {
  it("never hands out more than the limit to those who ask at once", async () => {
    const stub = meter();
    const draws = Array.from({ length: 20 }, () =>
      stub.draw({ key: "k", limit: 50, want: 5, reports: [] }),
    );
    const granted = (await Promise.all(draws)).map((grant) => grant.granted);
    expect(granted.reduce((sum, count) => sum + count, 0)).toBe(50);
  });

  it("counts what was used, and takes back what was not", async () => {
    const stub = meter();
    const { reset } = await stub.draw({ key: "k", limit: 50, want: 5, reports: [] });
    const report = { key: "k", window: reset, used: 2, returned: 3 };
    const grant = await stub.draw({ key: "k", limit: 50, want: 1, reports: [report] });
    expect(grant).toEqual({ granted: 1, left: 47, reset });
    expect(await stub.usage([{ ...report, used: 1, returned: 0 }])).toEqual({ day: 3, month: 3 });
  });

  it("survives its eviction, and writes one row for a burst", async () => {
    const stub = meter();
    for (let draw = 0; draw < 30; draw += 1) {
      const { reset } = await stub.draw({ key: "k", limit: 50, want: 1, reports: [] });
      await stub.report([{ key: "k", window: reset, used: 1, returned: 0 }]);
    }
    await vi.waitFor(
      async () => {
        const rows = await runInDurableObject(stub, (_object, state) =>
          state.storage.sql.exec("SELECT value FROM state").toArray(),
        );
        expect(rows).toHaveLength(1);
      },
      { timeout: 10_000, interval: 500 },
    );
    await evictDurableObject(stub);
    expect(await stub.usage([])).toEqual({ day: 30, month: 30 });
  });

  it("keeps an answer through its eviction", async () => {
    const stub = meter();
    expect(await stub.reserve("key", "f")).toMatchObject({ state: "reserved" });
    await evictDurableObject(stub);
    expect(await stub.reserve("key", "f")).toMatchObject({ state: "busy" });
    const body = new TextEncoder().encode("{}");
    await stub.complete("key", { kind: "response", status: 200, headers: [], body });
    await evictDurableObject(stub);
    const kept = await stub.reserve("key", "f");
    expect(kept).toMatchObject({ state: "answered", answer: { status: 200, body } });
  });

  it("lets one of two at once reserve a key", async () => {
    const stub = meter();
    const both = await Promise.all([stub.reserve("key", "f"), stub.reserve("key", "f")]);
    expect(both.map(({ state }) => state).toSorted()).toEqual(["busy", "reserved"]);
  });

  it("refuses tries over the limit until their window ends, evicted or not", async () => {
    const stub = meter();
    expect(await stub.attempt(2, 3600)).toMatchObject({ ok: true });
    expect(await stub.attempt(2, 3600)).toMatchObject({ ok: true });
    await evictDurableObject(stub);
    expect(await stub.attempt(2, 3600)).toMatchObject({
      ok: false,
      code: "RATE_LIMITED",
      details: { retryAfter: 3600 },
    });
  });

  it("gives its storage back once the tries at its door are forgotten", async () => {
    const stub = meter();
    await stub.attempt(1, 1);
    expect(await stub.attempt(1, 1)).toMatchObject({ ok: false });
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await runDurableObjectAlarm(stub);
    const left = await runInDurableObject(stub, (_object, state) => [
      ...state.storage.sql.exec("SELECT name FROM sqlite_master WHERE name = 'attempts'"),
    ]);
    expect(left).toEqual([]);
    expect(await stub.attempt(1, 1)).toMatchObject({ ok: true });
  });
});
