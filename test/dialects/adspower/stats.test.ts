import { afterEach, describe, expect, it, vi } from "vitest";
import { type Bots, newBots, type WireProxy } from "../../support/bots.ts";

afterEach(() => {
  vi.useRealTimers();
});

/** A session behind a proxy, begun and ended. */
async function used(bots: Bots, proxy: string, end: object, more: object = {}): Promise<void> {
  const id = crypto.randomUUID();
  await bots.register(id, { proxy, ...more });
  await bots.end(id, { ...end });
}

const proxiesOf = async (bots: Bots): Promise<WireProxy[]> => (await bots.stats()).proxy_stats;

describe("GET /api/stats", () => {
  it("is all zero for an account that never reported", async () => {
    const bots = await newBots();
    expect(await bots.stats()).toEqual({
      total_sessions: 0,
      active_sessions: 0,
      successful_sessions: 0,
      failed_sessions: 0,
      total_events: 0,
      average_duration: 0,
      success_rate: 0,
      proxy_stats: [],
      ip_health: { healthy: 0, flagged: 0, blacklisted: 0 },
      dropped_events: 0,
    });
  });

  it("counts sessions and events, and equals a recount of what is listed", async () => {
    const bots = await newBots();
    for (let n = 0; n < 12; n += 1) {
      await bots.register(`s${n}`);
      await bots.log(`s${n}`, "click");
      if (n < 9) await bots.end(`s${n}`, { success: n % 3 !== 0, duration: n * 1.5 });
    }
    const { sessions } = await bots.sessions();
    const ended = sessions.filter(({ status }) => status !== "active");
    const seconds = ended.reduce((sum, { duration }) => sum + (duration ?? 0), 0);
    expect(await bots.stats()).toMatchObject({
      total_sessions: 12,
      active_sessions: 3,
      successful_sessions: 6,
      failed_sessions: 3,
      total_events: 12,
      average_duration: seconds / ended.length,
      // Successful ÷ total × 100.
      success_rate: 50,
    });
  });
});

describe("proxies", () => {
  it("are healthy from 80 % and without a finished session, flagged from 50 %, else blacklisted", async () => {
    const bots = await newBots();
    const shares: [name: string, successes: number, failures: number, status: string][] = [
      ["fresh:1", 0, 0, "healthy"],
      ["four-of-five:1", 4, 1, "healthy"],
      ["seven-of-nine:1", 7, 2, "flagged"],
      ["half:1", 1, 1, "flagged"],
      ["one-of-three:1", 1, 2, "blacklisted"],
      ["never:1", 0, 1, "blacklisted"],
    ];
    for (const [name, successes, failures] of shares) {
      await bots.register(`open at ${name}`, { proxy: name });
      for (let n = 0; n < successes; n += 1) await used(bots, name, { duration: 1 });
      for (let n = 0; n < failures; n += 1) await used(bots, name, { success: false });
    }
    const proxies = await proxiesOf(bots);
    expect(
      proxies.map(({ url, status, uses, successes, failures, success_rate }) => ({
        url,
        status,
        figures: [uses, successes, failures, success_rate],
      })),
    ).toEqual(
      shares.toReversed().map(([url, successes, failures, status]) => {
        const uses = successes + failures;
        const share = uses === 0 ? 1 : successes / uses;
        return { url, status, figures: [uses, successes, failures, share] };
      }),
    );
    const health = { healthy: 2, flagged: 2, blacklisted: 2 };
    expect((await bots.stats()).ip_health).toEqual(health);
    const status = await bots.get<{ proxies: WireProxy[]; health: object }>("/api/ip/status");
    expect(status.body.health).toEqual(health);
    expect(status.body.proxies).toMatchObject(proxies);
    expect(status.body.proxies[0]).toMatchObject({
      proxy_id: "never:1",
      success_count: 0,
      failure_count: 1,
      is_disabled: false,
    });
  });

  it("have the mean duration of their successes, their last use and their first country", async () => {
    const bots = await newBots();
    await used(bots, "p:1", { duration: 1 });
    await used(bots, "p:1", { duration: 2.5 }, { country: "US" });
    await used(bots, "p:1", { success: false, duration: 60 }, { country: "DE" });
    const [proxy] = await proxiesOf(bots);
    const { sessions } = await bots.sessions();
    expect(proxy).toMatchObject({
      avg_latency_ms: 1750,
      country: "US",
      last_used: sessions[0]?.end_time,
    });
  });

  it("cool down for 30 minutes after three failures in a row, and no other way", async () => {
    const bots = await newBots();
    const state = async () => {
      const [proxy] = await proxiesOf(bots);
      return [proxy?.is_in_cooldown, proxy?.cooldown_until, proxy?.enabled];
    };
    for (const success of [false, false, true, false, false]) await used(bots, "p:1", { success });
    expect(await state()).toEqual([false, null, true]);
    await used(bots, "p:1", { success: false });
    const [cooling, until, enabled] = await state();
    expect([cooling, enabled]).toEqual([true, true]);
    const last = (await bots.sessions()).sessions[0]?.end_time ?? "";
    expect(Date.parse(String(until)) - Date.parse(last)).toBe(30 * 60_000);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.parse(String(until)) - 1 });
    expect((await state())[0]).toBe(true);
    vi.setSystemTime(Date.parse(String(until)));
    expect(await state()).toEqual([false, null, true]);
    vi.useRealTimers();
    await used(bots, "p:1", {});
    expect(await state()).toEqual([false, null, true]);
  });

  it("are no part of a session without one", async () => {
    const bots = await newBots();
    await bots.register("a", { proxy: "" });
    await bots.register("b", { proxy: null });
    expect(await proxiesOf(bots)).toEqual([]);
    expect((await bots.sessions()).sessions.map(({ proxy }) => proxy)).toEqual([null, null]);
  });
});
