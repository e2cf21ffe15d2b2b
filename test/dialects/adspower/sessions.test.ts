import { beforeAll, describe, expect, it } from "vitest";
import { call } from "../../support/api.ts";
import { type Bots, botsOf, newBots, type WireSession } from "../../support/bots.ts";

const ids = ({ sessions }: { sessions: WireSession[] }) => sessions.map(({ id }) => id);

describe("POST /api/sessions/register", () => {
  it("opens a session with the defaults of a running client", async () => {
    const bots = await newBots();
    const before = Date.now();
    const { body } = await bots.post("/api/sessions/register", {
      session_id: "s1",
      profile_id: "p1",
      an_unknown_field: 1,
    });
    expect(body).toEqual({ status: "registered", session_id: "s1", active_count: 1 });
    const { session } = (await bots.get<{ session: WireSession }>("/api/sessions/s1")).body;
    expect(session).toEqual({
      id: "s1",
      session_id: "s1",
      profile_id: "p1",
      device: "desktop",
      target_url: null,
      proxy: null,
      country: null,
      start_time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00$/),
      end_time: null,
      duration: null,
      success: null,
      error: null,
      status: "active",
      source: "external",
    });
    const started = Date.parse(session.start_time);
    expect(started).toBeGreaterThanOrEqual(before);
    expect(started).toBeLessThanOrEqual(Date.now());
  });

  it("is idempotent for the same data, 409 for other data, and says nothing twice", async () => {
    const bots = await newBots();
    const socket = await bots.listen();
    const data = { session_id: "s1", profile_id: "p1", proxy: "1.2.3.4:1", country: "US" };
    for (const sent of [data, data, { ...data, device: "desktop" }, { ...data, device: null }]) {
      const { status, body } = await bots.post("/api/sessions/register", sent);
      expect([status, body.active_count]).toEqual([200, 1]);
    }
    for (const other of [
      { profile_id: "p2" },
      { proxy: null },
      { country: "DE" },
      { device: "mobile" },
      { target_url: "https://example.com" },
    ]) {
      const { status, body } = await bots.post("/api/sessions/register", { ...data, ...other });
      expect([status, body.detail]).toEqual([
        409,
        "This session id is registered already, with other data.",
      ]);
    }
    await bots.end("s1");
    const again = await bots.post("/api/sessions/register", data);
    expect([again.status, again.body.active_count]).toEqual([200, 0]);
    await socket.hears(({ type }) => type === "session_end");
    expect(socket.heard.filter(({ type }) => type === "session_start")).toHaveLength(1);
    expect((await bots.stats()).total_sessions).toBe(1);
  });

  it.each([
    ["session_id", {}, "is required"],
    ["session_id", { session_id: "" }, "must not be empty"],
    ["session_id", { session_id: 7 }, "expected string"],
    ["session_id", { session_id: "x".repeat(201) }, "at most 200"],
    ["session_id", { session_id: " a" }, "no id has"],
    ["session_id", { session_id: "a\nb" }, "no id has"],
    ["profile_id", { session_id: "s" }, "is required"],
    ["profile_id", { session_id: "s", profile_id: "x".repeat(201) }, "at most 200"],
    ["device", { session_id: "s", profile_id: "p", device: "" }, "must not be empty"],
    ["target_url", { session_id: "s", profile_id: "p", target_url: 5 }, "expected string"],
    ["proxy", { session_id: "s", profile_id: "p", proxy: "x".repeat(501) }, "at most 500"],
    ["country", { session_id: "s", profile_id: "p", country: {} }, "expected string"],
  ])("refuses a bad %s: %j", async (field, sent, reason) => {
    const bots = await newBots();
    const { status, body } = await bots.post("/api/sessions/register", sent);
    expect(status).toBe(400);
    expect(body.detail).toContain(`${field}: `);
    expect(body.detail).toContain(reason);
    expect((await bots.sessions()).total).toBe(0);
  });

  it("holds for a crowd that registers the same and others at one instant", async () => {
    const bots = await newBots();
    const names = Array.from({ length: 40 }, (_, n) => `s${n % 20}`);
    await Promise.all(names.map((name) => bots.register(name)));
    const { total_sessions, active_sessions } = await bots.stats();
    expect([total_sessions, active_sessions]).toEqual([20, 20]);
  });
});

describe("POST /api/sessions/end", () => {
  it("records the outcome, with success and 0 seconds unless it is told otherwise", async () => {
    const bots = await newBots();
    for (const id of ["a", "b", "c"]) await bots.register(id);
    const first = await bots.post("/api/sessions/end", { session_id: "a" });
    expect(first.body).toEqual({ status: "ended", active_count: 2 });
    await bots.end("b", { success: true, duration: 15.5, error: null });
    await bots.end("c", { success: false, duration: 3, error: "proxy refused" });
    const { sessions } = await bots.sessions();
    expect(sessions.map((s) => [s.id, s.status, s.success, s.duration, s.error])).toEqual([
      ["c", "failed", false, 3, "proxy refused"],
      ["b", "completed", true, 15.5, null],
      ["a", "completed", true, 0, null],
    ]);
    for (const { start_time, end_time } of sessions) {
      expect(end_time).toMatch(/\+00:00$/);
      expect(Date.parse(end_time ?? "")).toBeGreaterThanOrEqual(Date.parse(start_time));
    }
  });

  it("twice is harmless: the first outcome stands; an unknown one is 404", async () => {
    const bots = await newBots();
    await bots.register("a");
    await bots.end("a", { duration: 5 });
    const again = await bots.post("/api/sessions/end", { session_id: "a", success: false });
    expect([again.status, again.body]).toEqual([200, { status: "ended", active_count: 0 }]);
    const { session } = (await bots.get<{ session: WireSession }>("/api/sessions/a")).body;
    expect([session.status, session.duration]).toEqual(["completed", 5]);
    const unknown = await bots.post("/api/sessions/end", { session_id: "nobody" });
    expect([unknown.status, unknown.body]).toEqual([404, { detail: "Session not found" }]);
  });

  it.each([
    ["session_id", {}],
    ["success", { session_id: "a", success: "yes" }],
    ["duration", { session_id: "a", duration: -1 }],
    ["duration", { session_id: "a", duration: "15" }],
    ["duration", { session_id: "a", duration: 1e10 }],
    ["error", { session_id: "a", error: 5 }],
    ["error", { session_id: "a", error: "x".repeat(10_001) }],
  ])("refuses a bad %s: %j", async (field, sent) => {
    const bots = await newBots();
    await bots.register("a");
    const { status, body } = await bots.post("/api/sessions/end", sent);
    expect(status).toBe(400);
    expect(body.detail).toContain(`${field}: `);
    expect((await bots.sessions()).sessions[0]?.status).toBe("active");
  });
});

describe("GET /api/sessions", () => {
  let bots: Bots;
  beforeAll(async () => {
    bots = await newBots();
    for (let n = 1; n <= 25; n += 1) {
      await bots.register(`bot-${n}`, {
        profile_id: `profile_${n % 5}`,
        proxy: `10.0.0.${n}:8080`,
        country: n % 2 === 0 ? "US" : "DE",
      });
      if (n <= 20) await bots.end(`bot-${n}`, { success: n > 5 });
    }
  });

  it("is paged by 20, newest first by start", async () => {
    const first = await bots.sessions();
    expect(first).toMatchObject({ total: 25, page: 1, per_page: 20, total_pages: 2 });
    expect(ids(first)).toEqual(Array.from({ length: 20 }, (_, n) => `bot-${25 - n}`));
    expect(ids(await bots.sessions("?page=2"))).toEqual([
      "bot-5",
      "bot-4",
      "bot-3",
      "bot-2",
      "bot-1",
    ]);
    const small = await bots.sessions("?page=3&per_page=10");
    expect(small).toMatchObject({ total: 25, page: 3, per_page: 10, total_pages: 3 });
    expect(ids(small)).toHaveLength(5);
    expect(await bots.sessions("?page=9999")).toMatchObject({ sessions: [], total: 25 });
    expect(ids(await bots.sessions("?per_page=100"))).toHaveLength(25);
  });

  it.each([
    ["status=active", 5],
    ["status=completed", 15],
    ["status=failed", 5],
    ["status=", 25],
    ["country=US", 12],
    ["country=FR", 0],
    ["status=failed&country=DE", 3],
    ["search=bot-1", 11],
    ["search=BOT-25", 1],
    ["search=ofile_3", 5],
    ["search=0.0.7:80", 1],
    ["search=b", 25],
    ["search=pr", 25],
    ["search=0.", 0],
    ["search=10", 25],
    ["search=%22quo%22%20OR%20bot", 0],
    ["search=bot-1&status=failed", 1],
    ["search=bot-1&country=US&status=completed", 5],
    ["search=%20", 25],
  ])("?%s finds %i", async (query, total) => {
    const found = await bots.sessions(`?per_page=100&${query}`);
    expect(found.total).toBe(total);
    expect(found.sessions).toHaveLength(total);
    const paged = await bots.sessions(`?per_page=2&page=2&${query}`);
    expect(ids(paged)).toEqual(ids(found).slice(2, 4));
    expect(paged.total_pages).toBe(Math.ceil(total / 2));
  });

  it.each([
    ["page", "page=0"],
    ["page", "page=-1"],
    ["page", "page=1.5"],
    ["page", "page="],
    ["per_page", "per_page=101"],
    ["per_page", "per_page=0"],
    ["per_page", "per_page=many"],
    ["status", "status=done"],
    ["search", `search=${"x".repeat(201)}`],
    ["country", `country=${"x".repeat(101)}`],
  ])("refuses a bad %s: ?%s", async (field, query) => {
    const { status, body } = await bots.get(`/api/sessions?${query}`);
    expect(status).toBe(400);
    expect(body.detail).toContain(`${field}: `);
  });

  it("is empty, and not missing, for an account that never reported", async () => {
    const nobody = await newBots();
    expect(await nobody.sessions()).toEqual({
      sessions: [],
      total: 0,
      page: 1,
      per_page: 20,
      total_pages: 0,
    });
    expect((await nobody.get("/api/sessions/bot-1")).status).toBe(404);
  });
});

describe("GET /api/sessions/{session_id}", () => {
  it("gives the newest 1,000 events and the true count", async () => {
    const bots = await newBots();
    await bots.register("busy/bot é");
    for (const part of [0, 1, 2]) {
      const batch = Array.from({ length: 400 }, (_, n) => ({
        session_id: "busy/bot é",
        event_type: "click",
        details: { n: part * 400 + n },
      }));
      expect((await bots.post("/api/events", batch)).status).toBe(200);
    }
    const { status, body } = await bots.get<{ events: { details: object }[]; event_count: number }>(
      `/api/sessions/${encodeURIComponent("busy/bot é")}`,
    );
    expect([status, body.event_count, body.events.length]).toEqual([200, 1200, 1000]);
    expect(body.events[0]?.details).toEqual({ n: 1199 });
    expect(body.events.at(-1)?.details).toEqual({ n: 200 });
  });

  it("is 404 for an unknown one", async () => {
    const bots = await newBots();
    const { status, body } = await bots.get("/api/sessions/nobody");
    expect([status, body]).toEqual([404, { detail: "Session not found" }]);
  });
});

describe("a read-only key", () => {
  it("reads all and changes nothing", async () => {
    const owner = await newBots();
    await owner.register("a");
    const made = await call<{ api_key: string }>(owner.account.key, "POST", "/manage/keys", {
      scope: "read",
    });
    const reader = botsOf(made.body.api_key);
    expect((await reader.sessions()).total).toBe(1);
    expect((await reader.stats()).active_sessions).toBe(1);
    for (const [path, body] of [
      ["/api/sessions/register", { session_id: "b", profile_id: "p" }],
      ["/api/sessions/end", { session_id: "a" }],
      ["/api/events", { session_id: "a", event_type: "click" }],
    ] as const) {
      expect((await reader.post(path, body)).status).toBe(403);
    }
    expect((await owner.stats()).active_sessions).toBe(1);
  });
});
