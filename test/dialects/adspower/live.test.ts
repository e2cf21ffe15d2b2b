import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { ask, call, listen, type Socket } from "../../support/api.ts";
import { newBots } from "../../support/bots.ts";
import { deployment } from "../../support/worker.ts";

interface Message {
  type: string;
  seq?: number;
  from?: number;
  to?: number;
  timestamp: string;
  data: Record<string, unknown>;
}

const messages = (socket: Socket) => socket.heard as unknown as Message[];
const logged = (socket: Socket) => messages(socket).filter(({ type }) => type !== "stats_update");
const seqs = (socket: Socket) => logged(socket).map(({ seq }) => seq);
const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);
const batch = (count: number, session_id = "s") =>
  Array.from({ length: count }, (_, n) => ({ session_id, event_type: "click", details: { n } }));

describe("/ws", () => {
  it("tells what happens, numbered from 1 within the account", async () => {
    const bots = await newBots();
    const socket = await bots.listen();
    await bots.register("s", {
      proxy: "1.2.3.4:1",
      country: "US",
      target_url: "https://a.example",
    });
    await bots.log("s", "captcha", { n: 1 });
    await bots.end("s", { success: false, duration: 2, error: "banned" });
    await socket.hears(({ seq }) => seq === 3);
    const timestamp = expect.stringMatching(/^\d{4}-.*\+00:00$/);
    expect(logged(socket)).toEqual([
      {
        type: "session_start",
        seq: 1,
        timestamp,
        data: {
          session_id: "s",
          profile_id: "p1",
          device: "desktop",
          proxy: "1.2.3.4:1",
          country: "US",
          target_url: "https://a.example",
        },
      },
      {
        type: "event",
        seq: 2,
        timestamp,
        data: {
          session_id: "s",
          event_type: "custom",
          original_type: "captcha",
          details: { n: 1 },
        },
      },
      {
        type: "session_end",
        seq: 3,
        timestamp,
        data: { session_id: "s", success: false, duration: 2, error: "banned" },
      },
    ]);
    const update = await socket.hears(
      (message) =>
        message.type === "stats_update" && (message as never as Message).data.active_sessions === 0,
    );
    expect(update.data).toEqual({ total_sessions: 1, active_sessions: 0, success_rate: 0 });
  });

  it("sends stats_update at most once a second, and for events alone not at all", async () => {
    const bots = await newBots();
    const socket = await bots.listen();
    for (let n = 0; n < 30; n += 1) await bots.register(`s${n}`);
    await socket.hears((message) => (message as never as Message).data.total_sessions === 30);
    const updates = () => messages(socket).filter(({ type }) => type === "stats_update");
    const before = updates().length;
    await bots.post("/api/events", batch(20, "s1"));
    await new Promise((resolve) => setTimeout(resolve, 1300));
    expect(updates()).toHaveLength(before);
    await bots.end("s1");
    await socket.hears((message) => (message as never as Message).data.active_sessions === 29);
    const times = updates().map(({ timestamp }) => Date.parse(timestamp));
    for (const [index, time] of times.entries()) {
      if (index > 0) expect(time - (times[index - 1] ?? 0)).toBeGreaterThanOrEqual(990);
    }
    expect(updates().every((update) => !("seq" in update))).toBe(true);
  });

  it("nests its messages for the running service's own page", async () => {
    const bots = await newBots();
    const socket = await bots.listen("?format=nested");
    await bots.register("s");
    await bots.log("s", "click", { x: 1 });
    const event = await socket.hears(({ seq }) => seq === 2);
    expect(event).toEqual({
      type: "event",
      seq: 2,
      data: {
        type: "event",
        timestamp: expect.any(String),
        data: { session_id: "s", event_type: "click", details: { x: 1 }, data: { x: 1 } },
      },
    });
    expect(messages(socket)[0]).toMatchObject({
      type: "event",
      data: { type: "session_start", data: { session_id: "s" } },
    });
    await socket.hears((message) => (message as never as Message).data.type === "stats_update");
  });

  it("answers every text with a pong, and nothing else", async () => {
    const bots = await newBots();
    const socket = await bots.listen();
    socket.send(new ArrayBuffer(8));
    for (const text of ["ping", "hello", '{"type":"ack","seq":1}', "[1", ""]) socket.send(text);
    await socket.hears(({ data }) => data === "");
    expect(socket.heard).toHaveLength(5);
    expect(socket.heard).toEqual(
      expect.arrayContaining(
        ["ping", "hello", '{"type":"ack","seq":1}', "[1", ""].map((data) => ({
          type: "pong",
          data,
        })),
      ),
    );
  });

  it.each([
    ["session_id=a", [1, 3, 4, 7]],
    ["event_type=click", [3, 5]],
    ["event_type=custom", [4]],
    ["event_type=captcha", [4]],
    ["session_id=b&event_type=click", [5]],
    ["session_id=nobody", []],
    ["session_id=&event_type=", [1, 2, 3, 4, 5, 6, 7, 8]],
  ])("?%s hears its own, live and replayed", async (query, expected) => {
    const bots = await newBots();
    const live = await bots.listen(`?${query}`);
    const all = await bots.listen();
    await bots.register("a");
    await bots.register("b");
    await bots.log("a", "click");
    await bots.log("a", "captcha");
    await bots.log("b", "click");
    await bots.log("b", "scroll");
    await bots.end("a");
    await bots.end("b");
    await all.hears(({ seq }) => seq === 8);
    const replayed = await bots.listen(`?since=0&${query}`);
    // What comes after the end of the replay is heard after it.
    for (const socket of [live, replayed]) {
      socket.send("the end");
      await socket.hears(({ type }) => type === "pong");
      const heard = logged(socket).filter(({ type }) => type !== "pong");
      expect(heard.map(({ seq }) => seq)).toEqual(expected);
    }
    if (query === "session_id=&event_type=") {
      await live.hears(({ type }) => type === "stats_update");
    } else {
      expect(live.heard.some(({ type }) => type === "stats_update")).toBe(false);
    }
  });

  it("replays what came after ?since=, in order, then goes on live", async () => {
    const bots = await newBots();
    await bots.register("s");
    for (let n = 0; n < 4; n += 1) await bots.post("/api/events", batch(400));
    await bots.end("s");
    const all = await bots.listen("?since=0");
    await all.hears(({ seq }) => seq === 1602);
    expect(seqs(all)).toEqual(upTo(1602));
    const some = await bots.listen("?since=1600");
    const none = await bots.listen();
    const ahead = await bots.listen("?since=999999");
    await bots.register("t");
    for (const socket of [all, some, none, ahead]) await socket.hears(({ seq }) => seq === 1603);
    expect(seqs(some)).toEqual([1601, 1602, 1603]);
    expect(seqs(none)).toEqual([1603]);
    expect(seqs(ahead)).toEqual([1603]);
    expect(seqs(all)).toEqual(upTo(1603));
    // As it was told live.
    const [start, end] = [logged(all)[0], logged(all)[1601]];
    expect(start).toMatchObject({ type: "session_start", data: { session_id: "s" } });
    expect(end).toMatchObject({
      type: "session_end",
      data: { session_id: "s", success: true, duration: 0, error: null },
    });
  });

  it("?batch=1 sends all that is due in one array", async () => {
    const bots = await newBots();
    const socket = await bots.listen("?batch=1");
    const one = await bots.listen();
    await bots.register("s");
    await bots.post("/api/events", batch(300));
    await one.hears(({ seq }) => seq === 301);
    socket.send("the end");
    await socket.hears(({ type }) => type === "pong");
    const arrays = socket.heard.filter((heard) => Array.isArray(heard)) as unknown as Message[][];
    expect(arrays.flat().map(({ seq }) => seq)).toEqual(upTo(301));
    expect(arrays.length).toBeLessThan(10);
    const replayed = await bots.listen("?batch=1&since=0");
    await replayed.hears((heard) => Array.isArray(heard));
    expect((replayed.heard[0] as unknown as Message[]).map(({ seq }) => seq)).toEqual(upTo(301));
  });

  it("?ack=1 lets a subscriber go that leaves 1,000 messages unacknowledged", async () => {
    const bots = await newBots();
    await bots.register("s");
    const silent = await bots.listen("?ack=1");
    const faithful = await bots.listen("?ack=1");
    for (let n = 0; n < 3; n += 1) {
      await bots.post("/api/events", batch(400));
      const last = 1 + (n + 1) * 400;
      await faithful.hears(({ seq }) => seq === last);
      faithful.say({ type: "ack", seq: last });
    }
    expect(await silent.closed).toMatchObject({ code: 1013 });
    expect(seqs(silent)).toEqual(upTo(1001).slice(1));
    await bots.end("s");
    await faithful.hears(({ type }) => type === "session_end");
  });

  it("under a flood tells each subscriber what it skipped, and ?since= replays it", async () => {
    const bots = await newBots();
    const sockets = await Promise.all(Array.from({ length: 60 }, () => bots.listen()));
    await bots.register("s");
    await Promise.all(upTo(6).map(() => bots.post("/api/events", batch(500))));
    expect((await bots.events()).total).toBe(3000);
    for (const socket of sockets) {
      await socket.hears(({ seq }) => seq === 3001);
      let next = 1;
      for (const { type, seq, from, to } of logged(socket)) {
        expect(type === "gap" ? from : seq).toBe(next);
        next = (type === "gap" ? (to ?? 0) : (seq ?? 0)) + 1;
      }
      expect(next).toBe(3002);
    }
    const gap = logged(sockets[0] as Socket).find(({ type }) => type === "gap");
    expect(gap).toEqual({ type: "gap", from: expect.any(Number), to: expect.any(Number) });
    const again = await bots.listen(`?since=${(gap?.from ?? 0) - 1}`);
    await again.hears(({ seq }) => seq === 3001);
    expect(seqs(again)).toEqual(upTo(3001).slice((gap?.from ?? 0) - 1));
  });
});

describe("/ws and keys", () => {
  const upgrade = { upgrade: "websocket" };

  it("is opened by X-API-Key, Bearer or ?api_key=; without a key 401, with a wrong one 403", async () => {
    const { account } = await newBots();
    for (const [path, headers] of [
      ["/ws", { "x-api-key": account.key }],
      ["/ws", { authorization: `Bearer ${account.key}` }],
      [`/ws?api_key=${account.key}`, {}],
    ] as const) {
      (await listen(path, headers)).close();
    }
    const missing = await ask("/ws", { headers: upgrade });
    expect([missing.status, await missing.json()]).toEqual([
      401,
      { detail: "Missing API key. Provide X-API-Key header." },
    ]);
    const wrong = await ask("/ws?api_key=wrong", { headers: upgrade });
    expect([wrong.status, await wrong.json()]).toEqual([403, { detail: "Invalid API key" }]);
    const operator = await ask("/ws", { headers: { ...upgrade, "x-api-key": env.ADMIN_KEY } });
    expect(operator.status).toBe(401);
  });

  it.each([
    ["since", "since=-1"],
    ["since", "since=x"],
    ["ack", "ack=maybe"],
    ["batch", "batch=2"],
    ["format", "format=xml"],
    ["session_id", `session_id=${"x".repeat(201)}`],
  ])("refuses a bad %s, and what is no upgrade", async (field, query) => {
    const { account } = await newBots();
    const headers = { "x-api-key": account.key };
    const response = await ask(`/ws?${query}`, { headers: { ...upgrade, ...headers } });
    expect(response.status).toBe(400);
    expect((await response.json<{ detail: string }>()).detail).toContain(`${field}: `);
    const plain = await ask("/ws", { headers });
    expect([plain.status, await plain.json()]).toEqual([
      400,
      { detail: "This address answers WebSocket upgrades only." },
    ]);
  });

  it("closes the sockets of a key that is revoked, and no others", async () => {
    const bots = await newBots();
    const made = await call<{ key: { id: string }; api_key: string }>(
      bots.account.key,
      "POST",
      "/manage/keys",
      {},
    );
    const revoked = await listen("/ws", { "x-api-key": made.body.api_key });
    const kept = await bots.listen();
    await call(bots.account.key, "DELETE", `/manage/keys/${made.body.key.id}`);
    expect(await revoked.closed).toEqual({ code: 1008, reason: "key revoked" });
    await bots.register("s");
    await kept.hears(({ type }) => type === "session_start");
    expect(revoked.heard).toEqual([]);
  });

  it("refuses the subscriber that is one too many with 429", async () => {
    const bots = await newBots();
    const stub = env.HUB.getByName(bots.account.id);
    const watcher = { accountId: bots.account.id, keyId: null, keyExpiresAt: null, ack: false };
    const header = JSON.stringify({ ...watcher, frame: "adspower_public" });
    const open = () =>
      stub.fetch("https://hub/", { headers: { ...upgrade, "x-outrider-watcher": header } });
    for (let n = 0; n < 1500; n += 1) (await open()).webSocket?.accept();
    const ours = deployment({ PUBLIC_EVENTS_ACCOUNT: bots.account.id });
    const refused = await ours.ask("/ws", { headers: upgrade });
    expect([refused.status, await refused.json()]).toEqual([
      429,
      { error: "Too many subscribers listen already." },
    ]);
    expect(refused.headers.get("retry-after")).toBe("10");
    // Those with a key have room of their own.
    (await bots.listen()).close();
  });
});

describe("hibernation", () => {
  it("keeps sockets, their filters and formats, and the log's numbers", async () => {
    const bots = await newBots();
    await bots.register("s");
    const plain = await bots.listen();
    const nested = await bots.listen("?format=nested&session_id=s");
    await evictDurableObject(env.HUB.getByName(bots.account.id));
    await bots.register("t");
    await bots.log("s", "click");
    await bots.log("t", "click");
    await plain.hears(({ seq }) => seq === 4);
    expect(seqs(plain)).toEqual([2, 3, 4]);
    const event = await nested.hears(({ seq }) => seq === 3);
    expect(event.data).toMatchObject({ type: "event", data: { session_id: "s" } });
    expect(nested.heard).toHaveLength(1);
    plain.send("hello");
    await plain.hears(({ type }) => type === "pong");
    expect((await bots.sessions()).total).toBe(2);
  });

  it("closes sockets whose key was revoked meanwhile", async () => {
    const bots = await newBots();
    const made = await call<{ key: { id: string }; api_key: string }>(
      bots.account.key,
      "POST",
      "/manage/keys",
      {},
    );
    const socket = await listen("/ws", { "x-api-key": made.body.api_key });
    await evictDurableObject(env.HUB.getByName(bots.account.id));
    await call(bots.account.key, "DELETE", `/manage/keys/${made.body.key.id}`);
    expect((await socket.closed).code).toBe(1008);
  });
});
