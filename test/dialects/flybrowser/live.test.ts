import { evictDurableObject, runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, inject, it, vi } from "vitest";
import { ask, call, listen, newAccount, newSession } from "../../support/api.ts";

const site = inject("site");
const open: [key: string, id: string][] = [];

async function opened(options: object = {}): Promise<{ key: string; id: string }> {
  const { key } = await newAccount();
  const id = await newSession(key, options);
  open.push([key, id]);
  return { key, id };
}

afterEach(async () => {
  await Promise.all(open.splice(0).map(([key, id]) => call(key, "DELETE", `/sessions/${id}`)));
});

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

describe("/ws/sessions/{session_id}", () => {
  it("tells navigation, actions and failures, numbered and dated", async () => {
    const { key, id } = await opened();
    const socket = await listen(`/ws/sessions/${id}`, bearer(key));
    await call(key, "POST", `/sessions/${id}/navigate`, { url: `${site}/login.html` });
    await call(key, "POST", `/sessions/${id}/action`, { command: "Click the Sign In button" });
    await call(key, "POST", `/sessions/${id}/action`, { command: "Click the Moon button" });
    await socket.hears((message) => message.type === "error");
    expect(socket.heard[0]).toEqual({
      type: "navigation",
      url: `${site}/login.html`,
      seq: 1,
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    expect(socket.heard).toContainEqual({
      type: "action",
      action: "click",
      element: "Sign In button",
      seq: expect.any(Number),
      timestamp: expect.any(String),
    });
    expect(socket.heard.map((message) => message.seq)).toEqual(
      socket.heard.map((_message, index) => index + 1),
    );
  });

  it("says nothing of commands that were refused", async () => {
    const { key, id } = await opened();
    const socket = await listen(`/ws/sessions/${id}`, bearer(key));
    await call(key, "POST", `/sessions/${id}/navigate`, { url: "ftp://example.com" });
    await call(key, "POST", `/sessions/${id}/action`, {});
    await call(key, "POST", `/sessions/${id}/navigate`, { url: `${site}/login.html` });
    const first = await socket.hears(() => true);
    expect(first.type).toBe("navigation");
  });

  it("keeps what is typed to itself, even where a form sends it by GET", async () => {
    const { key, id } = await opened();
    const socket = await listen(`/ws/sessions/${id}?api_key=${key}`);
    await call(key, "POST", `/sessions/${id}/navigate`, { url: `${site}/search.html` });
    await call(key, "POST", `/sessions/${id}/action`, {
      command: "type 'my dark secret' in search",
    });
    await call(key, "POST", `/sessions/${id}/action`, { command: "click the search button" });
    await socket.hears((message) => String(message.url).includes("?q="));
    expect(JSON.stringify(socket.heard)).not.toMatch(/dark.secret/);
  });

  it("tells of dialogs and answers them", async () => {
    const { key, id } = await opened();
    const socket = await listen(`/ws/sessions/${id}`, bearer(key));
    await call(key, "POST", `/sessions/${id}/navigate`, { url: `${site}/dialogs.html` });
    for (const [button, kind, answer, seen] of [
      ["Alert me", "alert", "accepted", "alerted"],
      ["Confirm me", "confirm", "dismissed", "no"],
      ["Prompt me", "prompt", "dismissed", "nobody"],
    ]) {
      const done = await call(key, "POST", `/sessions/${id}/action`, {
        command: `Click ${button}`,
      });
      expect(done.status).toBe(200);
      await socket.hears((message) => message.kind === kind && message.answer === answer);
      const { body } = await call(key, "POST", `/sessions/${id}/monitor`, {
        condition: `page contains "Answer: ${seen}"`,
        timeout: 3,
        poll_interval: 0.1,
      });
      expect(body.condition_met).toBe(true);
    }
  });

  it("follows a page that opens another", async () => {
    const { key, id } = await opened();
    const socket = await listen(`/ws/sessions/${id}`, bearer(key));
    await call(key, "POST", `/sessions/${id}/navigate`, { url: `${site}/dialogs.html` });
    await call(key, "POST", `/sessions/${id}/action`, { command: "Click Open window" });
    await socket.hears((message) => message.type === "page_opened");
    const { body } = await call(key, "POST", `/sessions/${id}/extract`, { query: "title" });
    expect(body.result).toMatch(/Sign in/);
  });

  it("replays what came after ?since=", async () => {
    const { key, id } = await opened();
    await call(key, "POST", `/sessions/${id}/navigate`, { url: `${site}/login.html` });
    await call(key, "POST", `/sessions/${id}/navigate`, { url: `${site}/search.html` });
    const all = await listen(`/ws/sessions/${id}?since=0`, bearer(key));
    await all.hears((message) => message.url === `${site}/search.html`);
    const some = await listen(`/ws/sessions/${id}?since=1`, bearer(key));
    await some.hears((message) => message.url === `${site}/search.html`);
    expect(all.heard[0]?.seq).toBe(1);
    expect(some.heard[0]?.seq).toBe(2);
    const none = await listen(`/ws/sessions/${id}`, bearer(key));
    await call(key, "POST", `/sessions/${id}/navigate`, { url: `${site}/dialogs.html` });
    await none.hears((message) => message.url === `${site}/dialogs.html`);
    expect(none.heard).toHaveLength(1);
  });

  it("refuses before the upgrade: no key 401, unknown session 404, no upgrade 400", async () => {
    const { key, id } = await opened();
    const upgrade = { upgrade: "websocket" };
    expect((await ask(`/ws/sessions/${id}`, { headers: upgrade })).status).toBe(401);
    const unknown = await ask("/ws/sessions/sess_000000000000000000000000", {
      headers: { ...upgrade, ...bearer(key) },
    });
    expect(unknown.status).toBe(404);
    const stranger = await newAccount();
    const foreign = await ask(`/ws/sessions/${id}`, {
      headers: { ...upgrade, ...bearer(stranger.key) },
    });
    expect(foreign.status).toBe(404);
    expect((await ask(`/ws/sessions/${id}`, { headers: bearer(key) })).status).toBe(400);
  });

  it("closes the sockets of a session that is closed, with the reason", async () => {
    const { key } = await newAccount();
    const id = await newSession(key);
    const socket = await listen(`/ws/sessions/${id}`, bearer(key));
    await call(key, "DELETE", `/sessions/${id}`);
    expect(await socket.closed).toEqual({ code: 1000, reason: "the session was closed" });
  });

  it("closes the sockets of a key that is revoked", async () => {
    const { key, id } = await opened();
    const made = await call<{ key: { id: string }; api_key: string }>(
      key,
      "POST",
      "/manage/keys",
      {},
    );
    const socket = await listen(`/ws/sessions/${id}`, bearer(made.body.api_key));
    const kept = await listen(`/ws/sessions/${id}`, bearer(key));
    await call(key, "DELETE", `/manage/keys/${made.body.key.id}`);
    expect((await socket.closed).code).toBe(1008);
    await call(key, "POST", `/sessions/${id}/navigate`, { url: `${site}/login.html` });
    await kept.hears((message) => message.type === "navigation");
  });

  it("reaches fifty subscribers, each with every event", async () => {
    const { key, id } = await opened();
    const sockets = await Promise.all(
      Array.from({ length: 50 }, () => listen(`/ws/sessions/${id}`, bearer(key))),
    );
    for (const page of ["login", "search", "dialogs"]) {
      await call(key, "POST", `/sessions/${id}/navigate`, { url: `${site}/${page}.html` });
    }
    for (const socket of sockets) {
      await socket.hears((message) => message.url === `${site}/dialogs.html`);
      const seqs = socket.heard.map((message) => message.seq);
      expect(seqs).toEqual(seqs.map((_seq, index) => index + 1));
    }
  });
});

describe("commands from two clients", () => {
  it("run one at a time, in order, while reads go on", async () => {
    const { key, id } = await opened();
    await call(key, "POST", `/sessions/${id}/navigate`, { url: `${site}/login.html` });
    const done: string[] = [];
    const slow = call(key, "POST", `/sessions/${id}/navigate`, { url: `${site}/slow?ms=800` }).then(
      () => done.push("slow"),
    );
    const title = call(key, "POST", `/sessions/${id}/extract`, { query: "title" }).then(
      (answer) => {
        done.push("title");
        return answer;
      },
    );
    const monitor = await call(key, "GET", `/sessions/${id}/monitor`);
    expect(monitor.body.state).toBe("loading");
    expect(done).toEqual([]);
    expect((await title).body.result).toMatch(/Slow/);
    await slow;
    expect(done).toEqual(["slow", "title"]);
    expect((await call(key, "GET", `/sessions/${id}/monitor`)).body.state).toBe("ready");
  });
});

describe("GET monitor", () => {
  it("is `error` after a failed command until the next success", async () => {
    const { key, id } = await opened();
    const state = async () => (await call(key, "GET", `/sessions/${id}/monitor`)).body.state;
    expect(await state()).toBe("ready");
    await call(key, "POST", `/sessions/${id}/navigate`, { url: "http://localhost:1/" });
    expect(await state()).toBe("error");
    await call(key, "POST", `/sessions/${id}/navigate`, { url: `${site}/login.html` });
    expect(await state()).toBe("ready");
  });
});

describe("a page that hangs", () => {
  it("times out, and the next command finds the session restored", async () => {
    const { key, id } = await opened();
    await call(key, "POST", `/sessions/${id}/navigate`, { url: `${site}/dialogs.html` });
    const hung = await call(key, "POST", `/sessions/${id}/action`, {
      command: "Click Hang forever",
      timeout_ms: 1500,
    });
    expect([200, 408]).toContain(hung.status);
    const blocked = await call(key, "POST", `/sessions/${id}/extract`, {
      query: "title",
      timeout_ms: 1500,
    });
    const after = await call(key, "POST", `/sessions/${id}/extract`, { query: "title" });
    expect([blocked.status, after.status]).toContain(200);
    expect(after.status).toBe(200);
    expect(after.body.result).toMatch(/Dialogs and windows/);
  });
});

describe("eviction of the object", () => {
  it("loses nothing: status, page and events", async () => {
    const { key, id } = await opened();
    await call(key, "POST", `/sessions/${id}/navigate`, { url: `${site}/login.html` });
    const stub = env.SESSION.get(env.SESSION.idFromName(id));
    // An object with an open connection is not evicted: the idle browser goes first.
    vi.useFakeTimers({ toFake: ["Date"] });
    vi.setSystemTime(Date.now() + 61_000);
    await runDurableObjectAlarm(stub);
    vi.useRealTimers();
    await evictDurableObject(stub);
    const seen = await call(key, "GET", `/sessions/${id}/monitor`);
    expect(seen.body).toEqual({ url: `${site}/login.html`, title: "Sign in", state: "ready" });
    const { body } = await call(key, "POST", `/sessions/${id}/extract`, { query: "title" });
    expect(body.result).toMatch(/Sign in/);
    const socket = await listen(`/ws/sessions/${id}?since=0`, bearer(key));
    await socket.hears((message) => message.type === "restored");
    expect(socket.heard.map(({ seq, type }) => [seq, type])).toEqual([
      [1, "navigation"],
      [2, "parked"],
      [3, "navigation"],
      [4, "restored"],
    ]);
  });
});
