import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { call } from "../../support/api.ts";
import { botsOf, newBots } from "../../support/bots.ts";
import { deployment } from "../../support/worker.ts";

const anyAddress = () => `2001:db8:${Math.floor(Math.random() * 0xffff).toString(16)}::1`;

// A window of a minute must not end in the middle of a test.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe("the limit per client address", () => {
  const from = (address: string, more: Record<string, string> = {}) => ({
    headers: { "cf-connecting-ip": address, ...more },
  });

  it("is documented: 429, `error`, Retry-After; whoever knocks, on these paths alone", async () => {
    const bots = await newBots();
    const limited = deployment({ RATE_LIMIT_PER_IP_PER_MINUTE: "5" });
    const address = anyAddress();
    for (const headers of [
      {},
      {},
      { "x-api-key": "wrong" },
      {},
      { "x-api-key": bots.account.key },
    ]) {
      const response = await limited.ask("/api/stats", from(address, headers));
      await response.body?.cancel();
      expect(response.status).not.toBe(429);
    }
    for (const path of ["/api/stats", "/api/health", "/api/sessions?page=0"]) {
      const key = { "x-api-key": bots.account.key };
      const refused = await limited.ask(path, from(address, key));
      expect(refused.status).toBe(429);
      expect(await refused.json()).toEqual({ error: "Rate limit exceeded: 5 per 1 minute" });
      const wait = Number(refused.headers.get("retry-after"));
      expect(wait).toBeGreaterThan(0);
      expect(wait).toBeLessThanOrEqual(60);
    }
    const socket = await limited.ask("/ws", from(address, { upgrade: "websocket" }));
    expect(socket.status).toBe(429);
    const elsewhere = await limited.ask("/sessions", {
      headers: { "cf-connecting-ip": address, authorization: `Bearer ${bots.account.key}` },
    });
    expect(elsewhere.status).toBe(200);
  });

  it("does not believe X-Forwarded-For, and is another address's own", async () => {
    const limited = deployment({ RATE_LIMIT_PER_IP_PER_MINUTE: "2" });
    const address = anyAddress();
    const statuses: number[] = [];
    for (const forged of ["1.1.1.1", "2.2.2.2", "3.3.3.3"]) {
      const response = await limited.ask(
        "/api/health",
        from(address, { "x-forwarded-for": forged, "x-real-ip": forged, forwarded: forged }),
      );
      statuses.push(response.status);
    }
    expect(statuses).toEqual([200, 200, 429]);
    expect((await limited.ask("/api/health", from(anyAddress()))).status).toBe(200);
  });

  it("is 100 unless it is set, and off at 0, which /api/health says", async () => {
    const preset = deployment({ RATE_LIMIT_PER_IP_PER_MINUTE: undefined });
    const address = anyAddress();
    const answers = await Promise.all(
      Array.from({ length: 101 }, () => preset.ask("/api/health", from(address))),
    );
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(1);
    expect(await refused[0]?.json()).toEqual({ error: "Rate limit exceeded: 100 per 1 minute" });
    const off = deployment({ RATE_LIMIT_PER_IP_PER_MINUTE: "0" });
    const unlimited = await Promise.all(
      Array.from({ length: 120 }, () => off.ask("/api/health", from(address))),
    );
    expect(unlimited.every(({ status }) => status === 200)).toBe(true);
    expect(await unlimited[0]?.json()).toMatchObject({ rate_limiting: false });
  });
});

describe("the limit of a key", () => {
  it("is a 429 with `error` too", async () => {
    const { account } = await newBots();
    const limited = deployment({ RATE_LIMIT_PER_MINUTE: "2" });
    const ask = () =>
      limited.call(null, "GET", "/api/stats", undefined, { "x-api-key": account.key });
    expect([(await ask()).status, (await ask()).status]).toEqual([200, 200]);
    const refused = await ask();
    expect(refused.status).toBe(429);
    expect(refused.body).toEqual({ error: expect.stringMatching(/^Rate limit exceeded: 2 /) });
  });
});

describe("GET /api/health", () => {
  it("counts the caller's active sessions with a key, the public account's without", async () => {
    const [shown, other] = [await newBots(), await newBots()];
    await shown.register("a");
    await shown.register("b");
    await other.register("c");
    const open = deployment({ PUBLIC_EVENTS_ACCOUNT: shown.account.id });
    const active = async (key: string | null, where = open) => {
      const headers = key === null ? {} : { "x-api-key": key };
      const { status, body } = await where.call(null, "GET", "/api/health", undefined, headers);
      expect(status).toBe(200);
      return body.active_sessions;
    };
    expect(await active(null)).toBe(2);
    expect(await active(other.account.key)).toBe(1);
    expect(await active("no key at all")).toBe(2);
    expect(await active(null, deployment())).toBe(0);
    expect(await active(shown.account.key, deployment())).toBe(2);
  });

  it("says what is true of itself", async () => {
    const { body } = await call(null, "GET", "/api/health");
    expect(body).toMatchObject({
      status: "healthy",
      database_path: "HubObject (Durable Object SQLite)",
      auth_enabled: true,
      rate_limiting: true,
      timestamp: expect.stringMatching(/\+00:00$/),
    });
  });
});

describe("keys", () => {
  it("open the HTTP paths by X-API-Key alone, as documented", async () => {
    const bots = await newBots();
    const bearer = await call(bots.account.key, "GET", "/api/stats");
    expect(bearer.status).toBe(401);
    const inQuery = await call(null, "GET", `/api/stats?api_key=${bots.account.key}`);
    expect(inQuery.status).toBe(401);
    expect((await botsOf(bots.account.key).stats()).total_sessions).toBe(0);
  });
});
