import { beforeAll, describe, expect, it } from "vitest";
import { type Bots, type EventPage, newBots } from "../../support/bots.ts";

const numbers = ({ events }: EventPage) => events.map(({ details }) => details.n);
const nested = (levels: number): { a?: object } => (levels < 2 ? {} : { a: nested(levels - 1) });

describe("POST /api/events", () => {
  it("logs an event of every documented type, numbered from 1", async () => {
    const bots = await newBots();
    await bots.register("s");
    const types = "navigation page_load click scroll type screenshot error custom".split(" ");
    for (const [index, type] of types.entries()) {
      const { status, body } = await bots.post("/api/events", {
        session_id: "s",
        event_type: type,
        details: { n: index },
        an_unknown_field: true,
      });
      expect([status, body]).toEqual([200, { status: "logged", event_id: index + 1 }]);
    }
    const { events } = await bots.events();
    expect(events.map(({ event_type }) => event_type)).toEqual(types.toReversed());
    expect(events.every((event) => !("original_type" in event))).toBe(true);
    expect(events[0]).toEqual({
      id: 8,
      session_id: "s",
      event_type: "custom",
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00$/),
      details: { n: 7 },
      data: { n: 7 },
    });
  });

  it("stores an unknown type as custom, and keeps the original", async () => {
    const bots = await newBots();
    await bots.register("s");
    await bots.log("s", "captcha_solved", { n: 1 });
    await bots.log("s", "custom", { n: 2 });
    expect((await bots.events("?event_type=custom")).events).toMatchObject([
      { event_type: "custom", details: { n: 2 } },
      { event_type: "custom", original_type: "captcha_solved", details: { n: 1 } },
    ]);
    expect(numbers(await bots.events("?event_type=captcha_solved"))).toEqual([1]);
    expect(numbers(await bots.events("?event_type=captcha_solved&session_id=s"))).toEqual([1]);
  });

  it("takes the running client's name for details, and none at all", async () => {
    const bots = await newBots();
    await bots.register("s");
    await bots.post("/api/events", { session_id: "s", event_type: "click", data: { n: 1 } });
    await bots.post("/api/events", { session_id: "s", event_type: "click" });
    await bots.post("/api/events", { session_id: "s", event_type: "click", details: null });
    const { events } = await bots.events();
    expect(events.map(({ details }) => details)).toEqual([{}, {}, { n: 1 }]);
  });

  it("keeps events on an ended session, and is 404 on an unknown one", async () => {
    const bots = await newBots();
    await bots.register("s");
    await bots.end("s");
    expect(await bots.log("s", "click")).toBe(1);
    const unknown = await bots.post("/api/events", { session_id: "t", event_type: "click" });
    expect([unknown.status, unknown.body]).toEqual([404, { detail: "Session not found: t" }]);
  });

  it("takes details of up to 16 KB, in bytes of UTF-8", async () => {
    const bots = await newBots();
    await bots.register("s");
    const sized = (text: string) => ({
      session_id: "s",
      event_type: "custom",
      details: { text },
    });
    const room = 16 * 1024 - JSON.stringify({ text: "" }).length;
    expect((await bots.post("/api/events", sized("x".repeat(room)))).status).toBe(200);
    expect((await bots.post("/api/events", sized("é".repeat(room / 2)))).status).toBe(200);
    for (const text of ["x".repeat(room + 1), "é".repeat(room / 2 + 1)]) {
      const { status, body } = await bots.post("/api/events", sized(text));
      expect([status, body.detail]).toEqual([400, "details: must have at most 16384 bytes"]);
    }
    expect((await bots.events()).total).toBe(2);
  });

  it("gives back what it was given, whatever the letters", async () => {
    const bots = await newBots();
    await bots.register("s");
    const details = {
      "": null,
      'quo"te': "\u0000\u001f\u2028 'x' \\ </script> 🦊",
      list: [1.5, -0.1, true, [], {}],
      constructor: { toString: 1 },
    };
    await bots.log("s", "custom", details);
    expect((await bots.events()).events[0]?.details).toEqual(details);
  });

  it.each([
    ["session_id", { event_type: "click" }],
    ["session_id", { session_id: 5, event_type: "click" }],
    ["event_type", { session_id: "s" }],
    ["event_type", { session_id: "s", event_type: "" }],
    ["event_type", { session_id: "s", event_type: "x".repeat(101) }],
    ["details", { session_id: "s", event_type: "click", details: "text" }],
    ["details", { session_id: "s", event_type: "click", details: [1] }],
    ["data", { session_id: "s", event_type: "click", data: 5 }],
  ])("refuses a bad %s", async (field, sent) => {
    const bots = await newBots();
    await bots.register("s");
    const { status, body } = await bots.post("/api/events", sent);
    expect(status).toBe(400);
    expect(body.detail).toContain(`${field}: `);
    expect((await bots.events()).total).toBe(0);
  });

  it("takes details as deep as a body may be, and no deeper", async () => {
    const bots = await newBots();
    await bots.register("s");
    await bots.log("s", "custom", nested(99));
    const sent = { session_id: "s", event_type: "custom", details: nested(100) };
    expect(await bots.post("/api/events", sent)).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining("nested") },
    });
    expect((await bots.events()).total).toBe(1);
  });
});

describe("POST /api/events with an array", () => {
  const batch = (count: number) =>
    Array.from({ length: count }, (_, n) => ({
      session_id: "s",
      event_type: "click",
      details: { n },
    }));

  it("logs up to 500 in order", async () => {
    const bots = await newBots();
    await bots.register("s");
    const { status, body } = await bots.post("/api/events", batch(500));
    expect(status).toBe(200);
    expect(body).toEqual({
      status: "logged",
      event_ids: Array.from({ length: 500 }, (_, n) => n + 1),
      count: 500,
    });
    expect(numbers(await bots.events("?per_page=2"))).toEqual([499, 498]);
  });

  it("takes 500 with 16 KB each", async () => {
    const bots = await newBots();
    await bots.register("s");
    const text = "x".repeat(16 * 1024 - 20);
    const large = batch(500).map((event) => ({ ...event, details: { text } }));
    expect((await bots.post("/api/events", large)).body.count).toBe(500);
    // A page of as many as may be asked for, with as much as they may hold.
    const page = await bots.events("?per_page=200");
    expect(page.events.every(({ details }) => details.text === text)).toBe(true);
    const { body } = await bots.get<{ events: object[] }>("/api/sessions/s");
    expect(body.events).toHaveLength(500);
  });

  it("logs all or nothing", async () => {
    const bots = await newBots();
    await bots.register("s");
    const socket = await bots.listen();
    const broken: [number, string, unknown[]][] = [
      [404, "Session not found: t", [...batch(3), { session_id: "t", event_type: "click" }]],
      [400, "3.event_type: is required", [...batch(3), { session_id: "s" }]],
      [400, "must not be empty", []],
      [400, "must have at most 500 events", batch(501)],
      [400, "1", [batch(1)[0], null]],
    ];
    for (const [status, reason, sent] of broken) {
      const answer = await bots.post("/api/events", sent);
      expect(answer.status).toBe(status);
      expect(answer.body.detail).toContain(reason);
    }
    expect((await bots.events()).total).toBe(0);
    expect((await bots.stats()).total_events).toBe(0);
    expect(await bots.log("s", "click", { n: "after" })).toBe(1);
    const first = await socket.hears(({ type }) => type === "event");
    expect(first).toMatchObject({ seq: 2, data: { details: { n: "after" } } });
  });
});

describe("GET /api/events", () => {
  let bots: Bots;
  beforeAll(async () => {
    bots = await newBots();
    await bots.register("a");
    await bots.register("b");
    const types = ["navigation", "click", "captcha"];
    const made = Array.from({ length: 120 }, (_, n) => ({
      session_id: n % 2 === 0 ? "a" : "b",
      event_type: types[n % 3],
      details: { n },
    }));
    await bots.post("/api/events", made);
  });

  it("is paged by 50, newest first", async () => {
    const first = await bots.events();
    expect(first).toMatchObject({ total: 120, page: 1, per_page: 50, total_pages: 3 });
    expect(numbers(first)).toEqual(Array.from({ length: 50 }, (_, n) => 119 - n));
    expect(numbers(await bots.events("?page=3"))).toEqual(
      Array.from({ length: 20 }, (_, n) => 19 - n),
    );
    expect(numbers(await bots.events("?page=4"))).toEqual([]);
    expect(numbers(await bots.events("?per_page=200"))).toHaveLength(120);
  });

  it.each([
    ["event_type=navigation", (n: number) => n % 3 === 0],
    ["event_type=captcha", (n: number) => n % 3 === 2],
    ["event_type=custom", (n: number) => n % 3 === 2],
    ["event_type=scroll", () => false],
    ["event_type=", () => true],
    ["session_id=b", (n: number) => n % 2 === 1],
    ["session_id=c", () => false],
    ["session_id=a&event_type=click", (n: number) => n % 2 === 0 && n % 3 === 1],
    ["session_id=a&event_type=captcha", (n: number) => n % 2 === 0 && n % 3 === 2],
  ])("?%s", async (query, wanted) => {
    const expected = Array.from({ length: 120 }, (_, n) => 119 - n).filter(wanted);
    const found = await bots.events(`?per_page=200&${query}`);
    expect([found.total, numbers(found)]).toEqual([expected.length, expected]);
    const paged = await bots.events(`?per_page=7&page=2&${query}`);
    expect([paged.total, numbers(paged)]).toEqual([expected.length, expected.slice(7, 14)]);
  });

  it.each([
    ["page", "page=0"],
    ["per_page", "per_page=201"],
    ["event_type", `event_type=${"x".repeat(101)}`],
    ["session_id", `session_id=${"x".repeat(201)}`],
  ])("refuses a bad %s", async (field, query) => {
    const { status, body } = await bots.get(`/api/events?${query}`);
    expect(status).toBe(400);
    expect(body.detail).toContain(`${field}: `);
  });
});
