import { beforeAll, describe, expect, it } from "vitest";
import { type Account, ask, type Socket } from "../../support/api.ts";
import { type Bots, newBots } from "../../support/bots.ts";

/** Two accounts side by side, with sessions of the same names: neither sees the other's. */

type Owner = Bots & { account: Account; mark: string; socket: Socket };

const owners: Owner[] = [];

beforeAll(async () => {
  for (const mark of ["alpha", "omega"]) {
    const bots = await newBots();
    owners.push({ ...bots, mark, socket: await bots.listen() });
  }
  for (const { register, log, end, mark } of owners) {
    await register("shared", {
      profile_id: `${mark}-profile`,
      proxy: `${mark}.example:1`,
      country: mark,
      target_url: `https://${mark}.example`,
    });
    await register(`only-${mark}`, { proxy: "common:1" });
    await log("shared", `${mark}_event`, { from: mark });
    await end("shared", { success: false, error: mark });
  }
});

const GETS = [
  "/api/health",
  "/api/sessions",
  "/api/sessions?search=profile",
  "/api/sessions?country=alpha",
  "/api/sessions?country=omega",
  "/api/sessions/shared",
  "/api/sessions/only-alpha",
  "/api/sessions/only-omega",
  "/api/sessions/export",
  "/api/events",
  "/api/events?event_type=alpha_event",
  "/api/events?event_type=omega_event",
  "/api/events?session_id=shared",
  "/api/events/export",
  "/api/stats",
  "/api/ip/status",
];

describe("two accounts", () => {
  it.each(GETS)("see nothing of each other at GET %s", async (path) => {
    const texts = await Promise.all(
      owners.map(async ({ account }) => {
        const response = await ask(path, { headers: { "x-api-key": account.key } });
        return response.text();
      }),
    );
    const [alpha = "", omega = ""] = texts.map((text) => text.replaceAll(path, ""));
    expect(alpha).not.toContain("omega");
    expect(omega).not.toContain("alpha");
    // Otherwise they look alike.
    if (/sessions$|shared|export|events$|status/.test(path)) {
      expect(alpha).toContain("alpha");
      expect(omega).toContain("omega");
    }
  });

  it("see nothing of each other at /ws, live or replayed", async () => {
    for (const { listen, mark, socket } of owners) {
      const replayed = await listen("?since=0");
      for (const heard of [socket, replayed]) {
        await heard.hears(({ seq }) => seq === 4);
        const other = mark === "alpha" ? "omega" : "alpha";
        expect(JSON.stringify(heard.heard)).toContain(mark);
        expect(JSON.stringify(heard.heard)).not.toContain(other);
      }
    }
  });

  it("cannot report on each other's sessions", async () => {
    for (const { post, mark } of owners) {
      const other = mark === "alpha" ? "omega" : "alpha";
      const session_id = `only-${other}`;
      const event = await post("/api/events", { session_id, event_type: "click" });
      expect(event.status).toBe(404);
      expect((await post("/api/sessions/end", { session_id })).status).toBe(404);
    }
    for (const { stats } of owners) {
      expect(await stats()).toMatchObject({
        total_sessions: 2,
        active_sessions: 1,
        total_events: 1,
      });
    }
  });
});
