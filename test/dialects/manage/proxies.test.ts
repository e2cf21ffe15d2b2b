import { describe, expect, it } from "vitest";
import { call } from "../../support/api.ts";
import { newBots } from "../../support/bots.ts";

interface Proxy {
  id: number;
  url: string;
  status: string;
  enabled: boolean;
  note: string;
  country: string | null;
}
interface ProxyPage {
  proxies: Proxy[];
  total: number;
  offset: number;
  limit: number;
}

describe("/manage/proxies", () => {
  it("lists those that sessions went through, newest first", async () => {
    const bots = await newBots();
    const { key } = bots.account;
    for (const n of [1, 2, 3]) await bots.register(`s${n}`, { proxy: `10.0.0.${n}:1` });
    await bots.register("s4", { proxy: "10.0.0.1:1" });
    await bots.end("s3", { duration: 2 });
    const { body } = await call<ProxyPage>(key, "GET", "/manage/proxies");
    expect(body).toMatchObject({ total: 3, offset: 0, limit: 100 });
    expect(body.proxies.map(({ url }) => url)).toEqual(["10.0.0.3:1", "10.0.0.2:1", "10.0.0.1:1"]);
    expect(body.proxies[0]).toEqual({
      id: 3,
      url: "10.0.0.3:1",
      country: null,
      note: "",
      enabled: true,
      status: "healthy",
      uses: 1,
      successes: 1,
      failures: 0,
      success_rate: 1,
      avg_latency_ms: 2000,
      last_used: expect.stringMatching(/Z$/),
      cooldown_until: null,
    });
    const paged = await call<ProxyPage>(key, "GET", "/manage/proxies?offset=1&limit=1");
    expect(paged.body).toMatchObject({ total: 3, proxies: [{ id: 2 }] });
    const one = await call<{ proxy: Proxy }>(key, "GET", "/manage/proxies/3");
    expect(one.body.proxy).toEqual(body.proxies[0]);
  });

  it("disables, enables and labels one: the bots' view follows", async () => {
    const bots = await newBots();
    const { key } = bots.account;
    await bots.register("s1", { proxy: "p:1", country: "US" });
    const patch = (changes: object) =>
      call<{ proxy: Proxy }>(key, "PATCH", "/manage/proxies/1", changes);
    const off = await patch({ enabled: false, note: "banned by the shop" });
    expect([off.status, off.body.proxy]).toMatchObject([
      200,
      { enabled: false, status: "blacklisted", note: "banned by the shop", country: "US" },
    ]);
    const [seen] = (await bots.stats()).proxy_stats;
    expect(seen).toMatchObject({ enabled: false, status: "blacklisted" });
    expect((await bots.stats()).ip_health).toEqual({ healthy: 0, flagged: 0, blacklisted: 1 });
    const on = await patch({ enabled: true, country: "DE" });
    expect(on.body.proxy).toMatchObject({ enabled: true, status: "healthy", country: "DE" });
    // What was set by hand stays.
    await bots.register("s2", { proxy: "p:1", country: "FR" });
    expect((await patch({})).body.proxy).toMatchObject({
      country: "DE",
      note: "banned by the shop",
    });
    expect((await patch({ country: null })).body.proxy.country).toBeNull();
  });

  it.each([
    ["enabled", { enabled: "no" }],
    ["note", { note: "x".repeat(1001) }],
    ["country", { country: 5 }],
    ["url", { url: "elsewhere:1" }],
  ])("refuses a bad %s", async (field, changes) => {
    const bots = await newBots();
    await bots.register("s1", { proxy: "p:1" });
    const path = "/manage/proxies/1";
    const { status, body } = await call(bots.account.key, "PATCH", path, changes);
    expect(status).toBe(400);
    expect(body.error).toMatchObject({ fields: { [field]: expect.any(String) } });
  });

  it("is 404 for another account's, for none and for no id; 403 for a read-only key", async () => {
    const bots = await newBots();
    await bots.register("s1", { proxy: "p:1" });
    const stranger = await newBots();
    for (const [who, id] of [
      [stranger, "1"],
      [bots, "2"],
      [bots, "0"],
      [bots, "1e3"],
      [bots, "p"],
    ] as const) {
      const path = `/manage/proxies/${id}`;
      expect((await call(who.account.key, "GET", path)).status).toBe(404);
      expect((await call(who.account.key, "PATCH", path, { note: "x" })).status).toBe(404);
    }
    const list = await call<ProxyPage>(stranger.account.key, "GET", "/manage/proxies");
    expect(list.body).toMatchObject({ proxies: [], total: 0 });
    const made = await call<{ api_key: string }>(bots.account.key, "POST", "/manage/keys", {
      scope: "read",
    });
    const reader = made.body.api_key;
    expect((await call(reader, "GET", "/manage/proxies/1")).status).toBe(200);
    expect((await call(reader, "PATCH", "/manage/proxies/1", {})).status).toBe(403);
    expect((await call(reader, "GET", "/manage/proxies?limit=1001")).status).toBe(400);
  });
});
