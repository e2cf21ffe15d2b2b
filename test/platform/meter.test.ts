import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { Draw, Grant, TokenReport } from "../../src/domain/ports.ts";
import { RateWindows } from "../../src/objects/meter/windows.ts";
import { createMeter, type MeterRpc, type Purse } from "../../src/platform/meter.ts";
import { Tokens } from "../../src/platform/tokens.ts";

const MINUTE = 60_000;
const noon = Date.parse("2026-11-21T12:00:00Z");

const fail = () => Promise.reject(new Error("unreachable"));
const never = () => new Promise<Grant>(() => {});
const account = () => `acct_${crypto.randomUUID()}`;

/** An account's windows as the object keeps them, with what it was asked. */
function desk(limit = 1000) {
  const clock = { now: noon };
  const windows = new RateWindows();
  const draws: Draw[] = [];
  let used = 0;
  const take = (reports: TokenReport[]) => {
    for (const report of reports) {
      used += report.used;
      windows.giveBack(report);
    }
  };
  const draw = async (wish: Draw): Promise<Grant> => {
    draws.push(wish);
    await Promise.resolve();
    take(wish.reports);
    return windows.draw(wish.key, wish.limit, wish.want, clock.now);
  };
  const now = () => clock.now;
  return {
    clock,
    draws,
    take,
    windows,
    used: () => used,
    tokens: () => {
      const tokens = new Tokens("k");
      return { tokens, take: () => tokens.take(limit, draw, now) };
    },
  };
}

/** The real object behind a namespace that counts the calls into it. */
function isolated(flushAfter = 60_000) {
  const deferred: Promise<unknown>[] = [];
  const calls = { count: 0 };
  const namespace: Pick<DurableObjectNamespace<MeterRpc>, "getByName"> = {
    getByName: (name) => {
      calls.count += 1;
      return env.METER.getByName(name);
    },
  };
  const meter = createMeter({
    namespace: namespace as DurableObjectNamespace<MeterRpc>,
    held: new Map<string, Purse>(),
    defer: (work) => deferred.push(work),
    flushAfter,
  });
  return { meter, calls, flushed: () => Promise.all(deferred) };
}

describe("an isolate's tokens", () => {
  it("are drawn in blocks that double up to a tenth of the limit, and not while some are held", async () => {
    const { tokens, draws } = desk(100);
    const isolate = tokens();
    const remaining: number[] = [];
    for (let request = 0; request < 40; request += 1) {
      remaining.push((await isolate.take()).remaining);
    }
    expect(draws.map(({ want }) => want)).toEqual([1, 2, 4, 8, 10, 10, 10]);
    expect(remaining).toEqual(Array.from({ length: 40 }, (_, index) => 99 - index));
  });

  it("say how many are left and when the window ends, refusals included", async () => {
    const { tokens, clock } = desk(3);
    const isolate = tokens();
    const reset = (noon + MINUTE) / 1000;
    expect(await isolate.take()).toEqual({ admitted: true, limit: 3, remaining: 2, reset });
    await isolate.take();
    expect(await isolate.take()).toEqual({ admitted: true, limit: 3, remaining: 0, reset });
    expect(await isolate.take()).toEqual({ admitted: false, limit: 3, remaining: 0, reset });
    clock.now = noon + MINUTE;
    expect(await isolate.take()).toMatchObject({ admitted: true, remaining: 2 });
  });

  it("are not asked for again within a second of a refusal", async () => {
    const { tokens, draws, clock, windows } = desk(1);
    const isolate = tokens();
    await isolate.take();
    await isolate.take();
    await isolate.take();
    expect(draws).toHaveLength(2);
    windows.giveBack({ key: "k", window: (noon + MINUTE) / 1000, used: 0, returned: 1 });
    clock.now += 1000;
    expect((await isolate.take()).admitted).toBe(true);
  });

  it("are shared by requests at once: few draws, and none admitted too many", async () => {
    const { tokens, draws } = desk(200);
    const isolate = tokens();
    const all = await Promise.all(Array.from({ length: 300 }, () => isolate.take()));
    expect(all.filter(({ admitted }) => admitted)).toHaveLength(200);
    // One, then up to twenty at a time, then the refusal.
    expect(draws.length).toBeLessThanOrEqual(20);
  });

  it("of two isolates stay within the limit together", async () => {
    const { tokens } = desk(100);
    const [one, two] = [tokens(), tokens()];
    let admitted = 0;
    for (let request = 0; request < 100; request += 1) {
      const both = await Promise.all([one.take(), two.take()]);
      admitted += both.filter((admission) => admission.admitted).length;
    }
    expect(admitted).toBeLessThanOrEqual(100);
    expect(admitted).toBeGreaterThanOrEqual(90);
  });

  it("go back unused, so that another isolate gets every one of the limit", async () => {
    const { tokens, take, clock, used } = desk(100);
    const [one, two] = [tokens(), tokens()];
    for (let request = 0; request < 12; request += 1) await one.take();
    take(one.tokens.settle(clock.now));
    let admitted = 0;
    for (let request = 0; request < 100; request += 1) {
      if ((await two.take()).admitted) admitted += 1;
    }
    expect(admitted).toBe(88);
    take(two.tokens.settle(clock.now));
    expect(used()).toBe(100);
    expect(two.tokens.idle).toBe(true);
  });

  it("count in the window in which they were used, whenever that is told", async () => {
    const { tokens, clock } = desk();
    const isolate = tokens();
    await isolate.take();
    clock.now += 2 * MINUTE;
    await isolate.take();
    const [reset, later] = [(noon + MINUTE) / 1000, (noon + 3 * MINUTE) / 1000];
    expect(isolate.tokens.settle(clock.now)).toEqual([
      { key: "k", window: later, used: 1, returned: 0 },
    ]);
    isolate.tokens.keep([{ key: "k", window: reset, used: 4, returned: 7 }]);
    expect(isolate.tokens.settle(clock.now)).toEqual([
      { key: "k", window: reset, used: 4, returned: 0 },
    ]);
  });

  it("do not lose the count when the object cannot be reached", async () => {
    const { tokens, clock } = desk(100);
    const isolate = tokens();
    await isolate.take();
    await expect(isolate.tokens.take(100, fail, () => clock.now)).rejects.toThrow("unreachable");
    expect(isolate.tokens.settle(clock.now)).toMatchObject([{ used: 1 }]);
    expect((await isolate.take()).admitted).toBe(true);
  });

  it("do not wait for ever for a draw that died with its request", async () => {
    const { tokens, clock } = desk(100);
    const isolate = tokens();
    void isolate.tokens.take(100, never, () => clock.now);
    const others = await Promise.all([isolate.take(), isolate.take()]);
    expect(others.every(({ admitted }) => admitted)).toBe(true);
  });
});

describe("the meter", () => {
  it("admits most requests without a call, and counts every one of them", async () => {
    const { meter, calls } = isolated();
    const name = account();
    for (let request = 0; request < 500; request += 1) await meter.admit(name, "k", 100_000);
    expect(calls.count).toBeLessThanOrEqual(20);
    expect(await meter.usage(name)).toEqual({ day: 500, month: 500 });
  });

  it("tells other isolates what was used, and gives back what it holds, after a while", async () => {
    const [one, two] = [isolated(50), isolated()];
    const name = account();
    for (let request = 0; request < 10; request += 1) await one.meter.admit(name, "k", 100_000);
    await one.flushed();
    expect(await two.meter.usage(name)).toEqual({ day: 10, month: 10 });
    const { remaining } = await two.meter.admit(name, "k", 100_000);
    // The second figure is that of a clock minute which has just begun.
    expect([99_989, 99_999]).toContain(remaining);
  });

  it("keeps accounts and keys apart", async () => {
    const { meter } = isolated();
    const [one, two] = [account(), account()];
    expect((await meter.admit(one, "k", 1)).admitted).toBe(true);
    expect((await meter.admit(one, "k", 1)).admitted).toBe(false);
    expect((await meter.admit(one, "other", 1)).admitted).toBe(true);
    expect((await meter.admit(two, "k", 1)).admitted).toBe(true);
    expect(await meter.usage(two)).toEqual({ day: 1, month: 1 });
  });

  it("refuses tries at a door, each door for itself", async () => {
    const { meter } = isolated();
    const door = `signup:${crypto.randomUUID()}`;
    await meter.attempt(door, 1, 3600);
    await expect(meter.attempt(door, 1, 3600)).rejects.toMatchObject({
      code: "RATE_LIMITED",
      details: { retryAfter: 3600 },
    });
    await meter.attempt(`${door}x`, 1, 3600);
  });

  it("keeps answers per account, but none over 8 MB", async () => {
    const { meter } = isolated();
    const [one, two] = [account(), account()];
    expect(await meter.reserve(one, "key", "f")).toMatchObject({ state: "reserved" });
    expect(await meter.reserve(two, "key", "g")).toMatchObject({ state: "reserved" });
    const answer = { kind: "response", status: 200, headers: [] } as const;
    await meter.complete(one, "key", { ...answer, headers: [], body: new Uint8Array(8 << 20) });
    await meter.complete(two, "key", { ...answer, headers: [], body: new Uint8Array(9 << 20) });
    expect(await meter.reserve(one, "key", "f")).toMatchObject({
      state: "answered",
      answer: { kind: "response" },
    });
    expect(await meter.reserve(two, "key", "g")).toMatchObject({
      state: "answered",
      answer: { kind: "withheld", message: expect.stringContaining("too large to keep") },
    });
  });

  it("frees a released key", async () => {
    const { meter } = isolated();
    const name = account();
    await meter.reserve(name, "key", "f");
    await meter.release(name, "key");
    expect(await meter.reserve(name, "key", "g")).toMatchObject({ state: "reserved" });
  });

  it("lets go of the accounts that were unused for longest, their counts told", async () => {
    const told: [string, TokenReport[]][] = [];
    const deferred: Promise<unknown>[] = [];
    const windows = new RateWindows();
    const stubOf = (name: string) => ({
      draw: async ({ key, limit, want }: Draw) => windows.draw(name + key, limit, want, Date.now()),
      report: async (reports: TokenReport[]) => void told.push([name, reports]),
    });
    const held = new Map<string, Purse>();
    const meter = createMeter({
      namespace: { getByName: stubOf } as unknown as DurableObjectNamespace<MeterRpc>,
      held,
      defer: (work) => deferred.push(work),
      flushAfter: 50,
    });
    for (let index = 0; index < 2001; index += 1) await meter.admit(`a${index}`, "k", 1000);
    expect(held.size).toBe(2000);
    expect(held.has("a0")).toBe(false);
    await Promise.all(deferred);
    const counts = new Map<string, number>();
    for (const [name, reports] of told) {
      for (const { used } of reports) counts.set(name, (counts.get(name) ?? 0) + used);
    }
    expect(counts.size).toBe(2001);
    expect([...counts.values()].every((used) => used === 1)).toBe(true);
  });
});
