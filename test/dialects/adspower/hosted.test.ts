import puppeteer from "@cloudflare/puppeteer";
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, inject, it, vi } from "vitest";
import { call, newSession } from "../../support/api.ts";
import { type Bots, newBots, type WireEvent, type WireSession } from "../../support/bots.ts";

/** Browser sessions in the stream of everything: each is a visit, and tells what it does. */

const site = inject("site");
const stubOf = (id: string) => env.SESSION.get(env.SESSION.idFromName(id));

afterEach(() => {
  vi.useRealTimers();
});

const patiently = { timeout: 10_000, interval: 50 };

/** The session once the stream shows it in such a state. */
function visit(bots: Bots, id: string, status: string): Promise<WireSession> {
  return vi.waitFor(async () => {
    const { body } = await bots.get<{ session?: WireSession }>(`/api/sessions/${id}`);
    if (body.session?.status !== status) throw new Error(JSON.stringify(body));
    return body.session;
  }, patiently);
}

/** Its events, oldest first, once there are so many. */
function eventsOf(bots: Bots, id: string, count: number): Promise<WireEvent[]> {
  return vi.waitFor(async () => {
    const { events, total } = await bots.events(`?session_id=${id}&per_page=200`);
    if (total < count) throw new Error(JSON.stringify(events));
    return events.toReversed();
  }, patiently);
}

async function ringAfter(id: string, milliseconds: number): Promise<void> {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + milliseconds });
  await runDurableObjectAlarm(stubOf(id));
  vi.useRealTimers();
}

describe("a browser session", () => {
  it("is a visit with its events, never with what was typed", async () => {
    const bots = await newBots();
    const { key } = bots.account;
    const socket = await bots.listen();
    const id = await newSession(key);
    const started = await socket.hears(({ type }) => type === "session_start");
    expect(started.data).toMatchObject({
      session_id: id,
      profile_id: "outrider",
      device: "desktop",
      proxy: null,
      country: null,
    });
    expect(await visit(bots, id, "active")).toMatchObject({ source: "hosted", end_time: null });

    const post = (path: string, body: object) => call(key, "POST", `/sessions/${id}${path}`, body);
    await post("/navigate", { url: `${site}/search.html` });
    await post("/action", { command: "type 'my dark secret' in search" });
    await post("/action", { command: "click the search button" });
    await post("/screenshot", {});
    await post("/action", { command: "Click the Moon button" });
    const events = await eventsOf(bots, id, 6);
    expect(events.map(({ event_type }) => event_type)).toEqual(
      expect.arrayContaining(["navigation", "type", "click", "screenshot", "error"]),
    );
    expect(events[0]).toMatchObject({
      event_type: "navigation",
      session_id: id,
      details: { url: `${site}/search.html` },
    });
    expect(events.find(({ event_type }) => event_type === "screenshot")?.details).toEqual({
      format: "png",
      full_page: false,
    });
    await call(key, "DELETE", `/sessions/${id}`);
    const ended = await socket.hears(({ type }) => type === "session_end");
    expect(ended.data).toMatchObject({ session_id: id, success: true, error: null });
    const session = await visit(bots, id, "completed");
    const seconds = (Date.parse(session.end_time ?? "") - Date.parse(session.start_time)) / 1000;
    expect(session.duration).toBeCloseTo(seconds, 3);
    expect(await bots.stats()).toMatchObject({
      total_sessions: 1,
      active_sessions: 0,
      successful_sessions: 1,
      total_events: events.length,
      dropped_events: 0,
    });
    const everything = [
      JSON.stringify(socket.heard),
      await bots.csv("/api/events/export"),
      await bots.csv("/api/sessions/export"),
    ].join("\n");
    expect(everything).not.toMatch(/dark.secret/);
    // The object has nothing left.
    await vi.waitFor(async () => {
      const left = await runInDurableObject(stubOf(id), (_object, { storage }) => [
        ...storage.kv.list(),
      ]);
      expect(left).toEqual([]);
    }, patiently);
  });

  it("is told of once, whatever becomes of its object", async () => {
    const bots = await newBots();
    const { key } = bots.account;
    const id = await newSession(key);
    // Before anything could be told.
    await evictDurableObject(stubOf(id));
    await call(key, "POST", `/sessions/${id}/navigate`, { url: `${site}/login.html` });
    await ringAfter(id, 61_000);
    await evictDurableObject(stubOf(id));
    await call(key, "POST", `/sessions/${id}/navigate`, { url: `${site}/search.html` });
    const own = await runInDurableObject(stubOf(id), (_object, { storage }) =>
      storage.sql.exec("SELECT event FROM events ORDER BY seq").toArray(),
    );
    const events = await eventsOf(bots, id, own.length);
    expect(events.map(({ original_type, event_type }) => original_type ?? event_type)).toEqual(
      own.map(({ event }) => (JSON.parse(String(event)) as { type: string }).type),
    );
    await call(key, "DELETE", `/sessions/${id}`);
    await visit(bots, id, "completed");
    expect(await bots.stats()).toMatchObject({ total_sessions: 1, total_events: own.length });
  });

  it("has succeeded when it was closed for being idle", async () => {
    const bots = await newBots();
    const id = await newSession(bots.account.key, { timeout: 10 });
    await visit(bots, id, "active");
    await ringAfter(id, 11_000);
    expect(await visit(bots, id, "completed")).toMatchObject({ success: true, error: null });
  });

  it("has succeeded although a command failed, and failed when its browser was lost", async () => {
    const bots = await newBots();
    const { key } = bots.account;
    const fine = await newSession(key);
    await call(key, "POST", `/sessions/${fine}/navigate`, { url: `${site}/login.html` });
    await call(key, "POST", `/sessions/${fine}/action`, { command: "Click the Moon button" });
    await call(key, "DELETE", `/sessions/${fine}`);
    expect((await visit(bots, fine, "completed")).error).toBeNull();

    for (const repaired of [false, true]) {
      const id = await newSession(key);
      await call(key, "POST", `/sessions/${id}/navigate`, { url: `${site}/login.html` });
      const browser = await runInDurableObject(stubOf(id), (_object, { storage }) =>
        storage.kv.get<string>("browser"),
      );
      await (await puppeteer.connect(env.BROWSER as never, browser ?? "")).close();
      await vi.waitFor(async () => {
        const held = await runInDurableObject(stubOf(id), (_object, { storage }) =>
          storage.kv.get<string>("browser"),
        );
        expect(held).toBeUndefined();
      }, patiently);
      if (repaired) {
        await call(key, "POST", `/sessions/${id}/navigate`, { url: `${site}/login.html` });
      }
      await call(key, "DELETE", `/sessions/${id}`);
      const session = await visit(bots, id, repaired ? "completed" : "failed");
      expect(session.error).toBe(repaired ? null : "The browser was lost.");
    }
  });
});
