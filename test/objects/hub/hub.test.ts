import { evictDurableObject, runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import {
  type ReportBatch,
  type ReportItem,
  newBatchId,
} from "../../../src/domain/telemetry/index.ts";
import { createTelemetry } from "../../../src/platform/telemetry.ts";
import { type Bots, newBots, type WireSession } from "../../support/bots.ts";

/** The hub over time, over evictions, and as what is hosted here reports to it. */

const DAY = 24 * 60 * 60_000;
const telemetry = createTelemetry(env.HUB);
const stubOf = (bots: { account: { id: string } }) => env.HUB.getByName(bots.account.id);

function setClock(at: number): void {
  vi.useFakeTimers({ toFake: ["Date"], now: at });
}

afterEach(() => {
  vi.useRealTimers();
});

const sessionOf = async (bots: Bots, id: string): Promise<WireSession> =>
  (await bots.get<{ session: WireSession }>(`/api/sessions/${id}`)).body.session;

const hosted = (id: string) => ({
  id,
  profileId: "outrider",
  device: "desktop",
  targetUrl: null,
  proxy: null,
  country: null,
});

function batch(items: ReportItem[], dropped = 0): ReportBatch {
  return { id: newBatchId(Date.now()), items, dropped };
}

describe("a visit that never ends", () => {
  it("is closed as failed after VISIT_TIMEOUT, and its proxy has failed once more", async () => {
    const bots = await newBots();
    const start = Date.now();
    await bots.register("lost", { proxy: "p:1" });
    await bots.register("done");
    await bots.end("done");
    const socket = await bots.listen();
    setClock(start + DAY - 60_000);
    await bots.register("young");
    await runDurableObjectAlarm(stubOf(bots));
    expect((await sessionOf(bots, "lost")).status).toBe("active");
    setClock(start + DAY + 60_000);
    await runDurableObjectAlarm(stubOf(bots));
    expect(await sessionOf(bots, "lost")).toMatchObject({
      status: "failed",
      success: false,
      error: "no end was reported within 86400 seconds",
      end_time: expect.stringMatching(/\+00:00$/),
    });
    expect((await sessionOf(bots, "young")).status).toBe("active");
    const end = await socket.hears(({ type }) => type === "session_end");
    expect(end.data).toMatchObject({ session_id: "lost", success: false });
    const stats = await bots.stats();
    expect(stats).toMatchObject({ active_sessions: 1, failed_sessions: 1 });
    expect(stats.proxy_stats[0]).toMatchObject({ uses: 1, failures: 1 });
    // Its events and its end are taken, and change nothing.
    await bots.log("lost", "click");
    await bots.end("lost", { success: true });
    expect((await sessionOf(bots, "lost")).status).toBe("failed");
  });

  it("is left alone while it is hosted here and heard of", async () => {
    const bots = await newBots();
    const { id } = bots.account;
    const start = Date.now();
    await telemetry.report(id, batch([{ type: "start", visit: hosted("silent"), at: start }]));
    await telemetry.report(id, batch([{ type: "start", visit: hosted("alive"), at: start }]));
    setClock(start + DAY);
    const event = { type: "event", visitId: "alive", kind: "click", details: "{}" } as const;
    await telemetry.report(id, batch([{ ...event, at: Date.now() }]));
    setClock(start + DAY + 60_000);
    await runDurableObjectAlarm(stubOf(bots));
    expect((await sessionOf(bots, "silent")).status).toBe("failed");
    expect((await sessionOf(bots, "alive")).status).toBe("active");
    setClock(start + 2 * DAY + 60_000);
    await runDurableObjectAlarm(stubOf(bots));
    expect((await sessionOf(bots, "alive")).status).toBe("failed");
  });
});

describe("retention", () => {
  it("lets old events leave and counts all ever accepted; a replay says what is gone", async () => {
    const bots = await newBots();
    const start = Date.now();
    await bots.register("s");
    for (const n of [1, 2, 3]) await bots.log("s", n === 2 ? "captcha" : "click", { n });
    setClock(start + 20 * DAY);
    await bots.log("s", "click", { n: 4 });
    await bots.end("s");
    setClock(start + 30 * DAY + 60_000);
    await runDurableObjectAlarm(stubOf(bots));
    const kept = await bots.events();
    expect([kept.total, kept.events.map(({ id }) => id)]).toEqual([1, [4]]);
    expect((await bots.events("?event_type=click")).total).toBe(1);
    expect((await bots.events("?event_type=captcha")).total).toBe(0);
    expect((await bots.events("?session_id=s")).total).toBe(1);
    expect((await bots.get("/api/sessions/s")).body.event_count).toBe(1);
    expect((await bots.stats()).total_events).toBe(4);
    const socket = await bots.listen("?since=0");
    await socket.hears(({ type }) => type === "session_end");
    expect(socket.heard).toMatchObject([
      { type: "gap", from: 1, to: 4 },
      { type: "event", seq: 5 },
      { type: "session_end", seq: 6 },
    ]);
    // Numbers go on, also when nothing is left, and over an eviction.
    setClock(start + 60 * DAY);
    await runDurableObjectAlarm(stubOf(bots));
    expect((await bots.events()).total).toBe(0);
    socket.close();
    await evictDurableObject(stubOf(bots));
    expect(await bots.log("s", "click")).toBe(5);
    expect((await bots.stats()).total_events).toBe(5);
    expect((await bots.events()).events.map(({ id }) => id)).toEqual([5]);
  });
});

describe("an eviction", () => {
  it("loses nothing that was accepted", async () => {
    const bots = await newBots();
    await bots.register("s", { proxy: "p:1" });
    await bots.register("t");
    await bots.log("s", "click", { n: 1 });
    await bots.end("s", { duration: 3 });
    const seen = async () => [
      await bots.stats(),
      await bots.sessions(),
      await bots.events(),
      await bots.csv("/api/events/export"),
    ];
    const before = await seen();
    await evictDurableObject(stubOf(bots));
    expect(await seen()).toEqual(before);
    expect(await bots.log("t", "click")).toBe(2);
  });

  it("between pages leaves their order as it was, however deep", async () => {
    const bots = await newBots();
    const { id } = bots.account;
    const at = Date.now();
    const names = Array.from({ length: 5000 }, (_, n) => `s${n}`);
    for (let from = 0; from < names.length; from += 500) {
      const items = names
        .slice(from, from + 500)
        .map((name) => ({ type: "start", visit: hosted(name), at }) as const);
      await telemetry.report(id, batch(items));
    }
    const page = async (n: number) =>
      (await bots.sessions(`?per_page=100&page=${n}`)).sessions.map((session) => session.id);
    const newest = names.toReversed();
    for (const n of [1, 21, 22, 40, 50]) {
      expect(await page(n)).toEqual(newest.slice((n - 1) * 100, n * 100));
    }
    // Places in the list are remembered, and move with what is added and ended.
    for (const n of [4999, 2500, 0]) await bots.end(`s${n}`);
    await bots.register("late");
    const active = newest.filter((name) => !["s4999", "s2500", "s0"].includes(name));
    const lists: [string, string[]][] = [
      ["", ["late", ...newest]],
      ["&status=active", ["late", ...active]],
    ];
    for (const evicted of [false, true]) {
      if (evicted) await evictDurableObject(stubOf(bots));
      for (const [filter, list] of lists) {
        for (const n of [50, 25, 22, 1]) {
          const found = await bots.sessions(`?per_page=100&page=${n}${filter}`);
          expect(found.total).toBe(list.length);
          const expected = list.slice((n - 1) * 100, n * 100);
          expect(found.sessions.map((session) => session.id)).toEqual(expected);
        }
      }
      // Built before the change, right after it.
      await bots.end(evicted ? "s4000" : "s3000");
      lists[1] = [
        "&status=active",
        (lists[1]?.[1] ?? []).filter((name) => name !== (evicted ? "s4000" : "s3000")),
      ];
    }
  });
});

describe("what is hosted here", () => {
  it("reports at least once, and is counted once", async () => {
    const bots = await newBots();
    const at = Date.now() - 5000;
    const visit = hosted("sess_x");
    const report = batch(
      [
        { type: "start", visit, at },
        {
          type: "event",
          visitId: "sess_x",
          kind: "navigation",
          details: '{"url":"x"}',
          at: at + 1,
        },
        {
          type: "end",
          visit,
          startedAt: at,
          outcome: { success: true, duration: 5, error: null },
          at: at + 5000,
        },
      ],
      7,
    );
    for (let times = 0; times < 3; times += 1) await telemetry.report(bots.account.id, report);
    expect(await bots.stats()).toMatchObject({
      total_sessions: 1,
      active_sessions: 0,
      successful_sessions: 1,
      total_events: 1,
      average_duration: 5,
      dropped_events: 7,
    });
    const session = await sessionOf(bots, "sess_x");
    expect(session).toMatchObject({ source: "hosted", profile_id: "outrider", duration: 5 });
    expect(Date.parse(session.start_time)).toBe(at);
    expect((await bots.events()).events[0]?.timestamp).toBe(
      new Date(at + 1).toISOString().replace("Z", "+00:00"),
    );
    // A batch is remembered for a day.
    const late = at + DAY + 60_000;
    setClock(late);
    await runDurableObjectAlarm(stubOf(bots));
    await telemetry.report(bots.account.id, batch([{ type: "start", visit, at }]));
    expect((await bots.stats()).total_sessions).toBe(1);
  });

  it("may be no visit at all: its events count, and there is no session", async () => {
    const bots = await newBots();
    const event = { type: "event", visitId: "monitor_7", kind: "downtime", details: "{}" } as const;
    await telemetry.report(bots.account.id, batch([{ ...event, at: Date.now() }]));
    await telemetry.report(bots.account.id, batch([{ ...event, at: Date.now() }]));
    expect((await bots.events("?session_id=monitor_7")).total).toBe(2);
    expect((await bots.sessions()).total).toBe(0);
    expect(await bots.stats()).toMatchObject({ total_sessions: 0, total_events: 2 });
    expect((await bots.get("/api/sessions/monitor_7")).status).toBe(404);
    // The name is taken: a bot can neither be it nor speak for it.
    const register = { session_id: "monitor_7", profile_id: "p" };
    expect((await bots.post("/api/sessions/register", register)).status).toBe(409);
    const log = { session_id: "monitor_7", event_type: "click" };
    expect((await bots.post("/api/events", log)).status).toBe(404);
    expect((await bots.post("/api/sessions/end", log)).status).toBe(404);
    expect((await bots.sessions("?search=monitor")).total).toBe(0);
  });
});
