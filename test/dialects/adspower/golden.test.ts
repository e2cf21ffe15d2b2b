import { beforeAll, describe, expect, it } from "vitest";
import { call } from "../../support/api.ts";
import { type Bots, newBots } from "../../support/bots.ts";
import { expectLikeGolden, golden } from "../../support/golden.ts";

/**
 * Every payload of wire/adspower.md beside what the Worker answers: same fields, same types. What
 * is there beside them is what running clients read (wire/notes.md), and `source`.
 */

const SESSION_EXTRA = ["session_id", "source"];
const PROXY_EXTRA = ["is_in_cooldown", "cooldown_until"];
const within = (path: string, fields: string[]) => fields.map((field) => `${path}.${field}`);

let bots: Bots;

beforeAll(async () => {
  bots = await newBots();
});

describe("golden payloads", () => {
  it("GET /api/health", async () => {
    const { status, body } = await call(null, "GET", "/api/health");
    expect(status).toBe(200);
    expectLikeGolden(body, "adspower/health");
  });

  it("/ws, and the POSTs that it tells of", async () => {
    const socket = await bots.listen();
    const registered = await bots.post(
      "/api/sessions/register",
      golden("adspower/register-request"),
    );
    expect(registered.status).toBe(200);
    expectLikeGolden(registered.body, "adspower/register");
    const logged = await bots.post("/api/events", golden("adspower/event-request"));
    expect(logged.status).toBe(200);
    expectLikeGolden(logged.body, "adspower/event");
    await bots.log("abc123-...", "navigation", { url: "https://example.com" });
    const ended = await bots.post("/api/sessions/end", golden("adspower/end-request"));
    expect(ended.status).toBe(200);
    expectLikeGolden(ended.body, "adspower/end");

    const start = await socket.hears(({ type }) => type === "session_start");
    expectLikeGolden(start, "adspower/ws-session-start", ["seq", "data.target_url"]);
    await socket.hears(({ seq }) => seq === 3);
    const events = socket.heard.filter(({ type }) => type === "event");
    expectLikeGolden(events[1], "adspower/ws-event", ["seq"]);
    const end = await socket.hears(({ type }) => type === "session_end");
    expectLikeGolden(end, "adspower/ws-session-end", ["seq"]);
    expect(end.data).toEqual((golden("adspower/ws-session-end") as { data: object }).data);
    const update = await socket.hears(({ type }) => type === "stats_update");
    expectLikeGolden(update, "adspower/ws-stats-update");
  });

  it("GET /api/sessions and /api/sessions/{session_id}", async () => {
    const list = await bots.get("/api/sessions");
    expectLikeGolden(list.body, "adspower/sessions-list", within("sessions", SESSION_EXTRA));
    const one = await bots.get("/api/sessions/abc123-...");
    // The event that has `load_time_ms` too.
    const extra = [
      ...within("session", SESSION_EXTRA),
      "events.data",
      "events.details.load_time_ms",
    ];
    expectLikeGolden(one.body, "adspower/sessions-get", extra);
  });

  it("GET /api/events", async () => {
    const details = { url: "https://example.com", status: "completed" };
    await bots.log("abc123-...", "navigation", details);
    const list = await bots.get("/api/events?per_page=1");
    expectLikeGolden(list.body, "adspower/events-list", ["events.data"]);
  });

  it("GET /api/stats and /api/ip/status", async () => {
    const stats = await bots.get("/api/stats");
    expectLikeGolden(stats.body, "adspower/stats", [
      "dropped_events",
      ...within("proxy_stats", PROXY_EXTRA),
    ]);
    const status = await bots.get("/api/ip/status");
    expectLikeGolden(status.body, "adspower/ip-status", [
      ...within("proxies", PROXY_EXTRA),
      ...within("proxies", ["proxy_id", "success_count", "failure_count", "is_disabled"]),
    ]);
  });

  it("errors: no key, a wrong key, bad input", async () => {
    const missing = await call(null, "GET", "/api/stats");
    expect([missing.status, missing.body]).toEqual([
      401,
      { detail: "Missing API key. Provide X-API-Key header." },
    ]);
    const wrong = await call(null, "GET", "/api/stats", undefined, { "x-api-key": "wrong" });
    expect([wrong.status, wrong.body]).toEqual([403, { detail: "Invalid API key" }]);
    const bad = await bots.get("/api/sessions?page=none");
    expect(bad.status).toBe(400);
    expectLikeGolden(bad.body, "adspower/error");
  });
});
