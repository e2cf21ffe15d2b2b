import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { ask, call, newAccount, newSession } from "../../support/api.ts";

const site = inject("site");
const once = (name: string) => ({ "idempotency-key": name });

let key: string;
let id: string;

beforeAll(async () => {
  ({ key } = await newAccount());
  id = await newSession(key);
});

afterAll(async () => {
  await call(key, "DELETE", `/sessions/${id}`);
});

describe("Idempotency-Key", () => {
  it("makes one session of two requests, and says so", async () => {
    const first = await call(key, "POST", "/sessions", {}, once("a"));
    const second = await call(key, "POST", "/sessions", {}, once("a"));
    expect(second.body).toEqual(first.body);
    expect(second.status).toBe(201);
    expect(second.headers.get("idempotency-replayed")).toBe("true");
    expect(first.headers.get("idempotency-replayed")).toBeNull();
    expect((await call(key, "GET", "/sessions")).body.total).toBe(2);
    await call(key, "DELETE", `/sessions/${String(first.body.session_id)}`);
  });

  it("lets one of two at the same instant work, and tells the other to wait", async () => {
    const slow = { url: `${site}/slow?ms=600` };
    const answers = await Promise.all([
      call(key, "POST", `/sessions/${id}/navigate`, slow, once("b")),
      call(key, "POST", `/sessions/${id}/navigate`, slow, once("b")),
    ]);
    const [done, busy] = answers.toSorted((a, b) => a.status - b.status);
    expect([done?.status, busy?.status]).toEqual([200, 409]);
    expect(busy?.headers.get("retry-after")).toBe("1");
    const replayed = await call(key, "POST", `/sessions/${id}/navigate`, slow, once("b"));
    expect(replayed.body).toEqual(done?.body);
  });

  it("refuses another body, another path or another method under the same key", async () => {
    await call(key, "POST", `/sessions/${id}/navigate`, { url: `${site}/login.html` }, once("c"));
    const others = await Promise.all([
      call(key, "POST", `/sessions/${id}/navigate`, { url: `${site}/search.html` }, once("c")),
      call(key, "POST", `/sessions/${id}/extract`, { query: "title" }, once("c")),
    ]);
    for (const { status, body } of others) {
      expect(status).toBe(409);
      expect((body.error as { code: string }).code).toBe("CONFLICT");
    }
  });

  it("keeps refusals of the request itself, and not faults of the moment", async () => {
    const refused = await call(key, "POST", `/sessions/${id}/navigate`, { url: "no" }, once("d"));
    expect(refused.status).toBe(400);
    const again = await call(key, "POST", `/sessions/${id}/navigate`, { url: "no" }, once("d"));
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    const { key: crowded } = await newAccount();
    const full: string[] = [];
    for (let made = 0; made < 10; made += 1) full.push(await newSession(crowded));
    expect((await call(crowded, "POST", "/sessions", {}, once("e"))).status).toBe(429);
    await call(crowded, "DELETE", `/sessions/${full[0]}`);
    expect((await call(crowded, "POST", "/sessions", {}, once("e"))).status).toBe(201);
  });

  it("belongs to its account", async () => {
    const { key: other } = await newAccount();
    const mine = await call(key, "POST", "/sessions", {}, once("f"));
    const theirs = await call(other, "POST", "/sessions", {}, once("f"));
    expect(theirs.status).toBe(201);
    expect(theirs.body.session_id).not.toBe(mine.body.session_id);
    await call(key, "DELETE", `/sessions/${String(mine.body.session_id)}`);
  });

  it("does not keep an answer that showed a secret: a repeat names what was made", async () => {
    const first = await call<{ key: { id: string }; api_key: string }>(
      key,
      "POST",
      "/manage/keys",
      { name: "shown once" },
      once("g"),
    );
    expect(first.status).toBe(201);
    const repeat = await call(key, "POST", "/manage/keys", { name: "shown once" }, once("g"));
    expect(repeat.status).toBe(409);
    expect(JSON.stringify(repeat.body)).toContain(first.body.key.id);
    expect(JSON.stringify(repeat.body)).not.toContain(first.body.api_key);
    const keys = await call<{ keys: { name: string }[] }>(key, "GET", "/manage/keys");
    expect(keys.body.keys.filter(({ name }) => name === "shown once")).toHaveLength(1);
  });

  it("replays bytes as they were", async () => {
    await call(key, "POST", `/sessions/${id}/navigate`, { url: `${site}/login.html` });
    const first = await call(key, "POST", `/sessions/${id}/screenshot`, {}, once("h"));
    const second = await call(key, "POST", `/sessions/${id}/screenshot`, {}, once("h"));
    expect(second.body).toEqual(first.body);
  });

  it.each(["", "x".repeat(256)])("refuses a key of the wrong length", async (name) => {
    const response = await ask("/sessions", {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "idempotency-key": name },
    });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain("1 to 255");
  });
});
