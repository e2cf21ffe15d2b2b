import { describe, expect, it } from "vitest";
import { type Answer, ask, call, newAccount } from "../../support/api.ts";

interface WireKey {
  id: string;
  name: string;
  prefix: string;
  scope: string;
  expires_at: string | null;
}
interface Made {
  key: WireKey;
  api_key: string;
}

const newKey = (key: string, wish?: object, headers: Record<string, string> = {}) =>
  call<Made>(key, "POST", "/manage/keys", wish, headers);

/** The figures that every authenticated answer carries. */
const figures = ({ headers }: Answer) =>
  ["limit", "remaining", "reset"].map((name) => Number(headers.get(`x-ratelimit-${name}`)));

describe("POST /manage/keys", () => {
  it("makes a key that works, and shows it once", async () => {
    const { key } = await newAccount();
    const expires = new Date(Date.now() + 60_000).toISOString();
    const made = await newKey(key, { name: "CI", expires_at: expires, scope: "read" });
    expect(made.status).toBe(201);
    const { key: shown, api_key: secret } = made.body;
    expect(shown).toEqual({
      id: expect.stringMatching(/^key_[0-9a-z]{24}$/),
      name: "CI",
      prefix: secret.slice(0, 12),
      scope: "read",
      expires_at: expires,
      created_at: expect.any(String),
    });
    expect(await call(secret, "GET", "/manage/account")).toMatchObject({ status: 200 });
    const list = await ask("/manage/keys", { headers: { authorization: `Bearer ${key}` } });
    expect(await list.text()).not.toContain(secret);
  });

  it("needs no body", async () => {
    const { key } = await newAccount();
    const { status, body } = await newKey(key);
    expect(status).toBe(201);
    expect(body.key).toMatchObject({ name: "Key", scope: "full", expires_at: null });
  });

  it("understands a time with an offset", async () => {
    const { key } = await newAccount();
    const { body } = await newKey(key, { expires_at: "2999-01-01T01:30:00+01:30" });
    expect(body.key.expires_at).toBe("2999-01-01T00:00:00.000Z");
  });

  it.each([
    [{ name: "" }, "name"],
    [{ name: "a\nb" }, "name"],
    [{ scope: "admin" }, "scope"],
    [{ expires_at: "2020-01-01T00:00:00Z" }, "expires_at"],
    [{ expires_at: "tomorrow" }, "expires_at"],
    [{ expires_at: 1_700_000_000 }, "expires_at"],
    [{ expiresAt: "2999-01-01T00:00:00Z" }, "expiresAt"],
  ])("refuses %j", async (wish, field) => {
    const { key } = await newAccount();
    const { status, body } = await newKey(key, wish);
    expect(status).toBe(400);
    expect(body).toMatchObject({ error: { fields: { [field]: expect.any(String) } } });
  });

  it("makes one key for one Idempotency-Key, and never shows it again", async () => {
    const { key } = await newAccount();
    const once = { "idempotency-key": "k-1" };
    const both = await Promise.all([newKey(key, {}, once), newKey(key, {}, once)]);
    expect(both.map(({ status }) => status).toSorted()).toEqual([201, 409]);
    const made = both.find(({ status }) => status === 201);
    const again = await newKey(key, {}, once);
    expect(again.status).toBe(409);
    expect(JSON.stringify(again.body)).toContain(made?.body.key.id);
    expect(JSON.stringify(again.body)).not.toContain(made?.body.api_key);
    expect(await newKey(key, { name: "other" }, once)).toMatchObject({ status: 409 });
    const { body } = await call(key, "GET", "/manage/keys");
    expect(body).toMatchObject({ total: 2 });
  });

  it("keeps one account's Idempotency-Keys from another's", async () => {
    const [one, two] = await Promise.all([newAccount(), newAccount()]);
    const once = { "idempotency-key": "same" };
    expect((await newKey(one.key, {}, once)).status).toBe(201);
    expect((await newKey(two.key, {}, once)).status).toBe(201);
  });
});

describe("GET /manage/keys", () => {
  it("lists them newest first, in pages", async () => {
    const { key } = await newAccount();
    for (const name of ["a", "b", "c"]) await newKey(key, { name });
    const page = await call<{ keys: WireKey[] }>(key, "GET", "/manage/keys?offset=1&limit=2");
    expect(page.body).toMatchObject({ total: 4, offset: 1, limit: 2 });
    expect(page.body.keys.map(({ name }) => name)).toEqual(["b", "a"]);
    const all = await call(key, "GET", "/manage/keys");
    expect(all.body).toMatchObject({ total: 4, offset: 0, limit: 100 });
  });

  it.each(["limit=1001", "limit=0", "limit=x", "offset=-1", "page=2"])(
    "refuses ?%s",
    async (query) => {
      const { key } = await newAccount();
      expect(await call(key, "GET", `/manage/keys?${query}`)).toMatchObject({ status: 400 });
    },
  );
});

describe("DELETE /manage/keys/{id}", () => {
  it("ends a key at once", async () => {
    const { key } = await newAccount();
    const { body } = await newKey(key);
    expect(await call(body.api_key, "GET", "/manage/account")).toMatchObject({ status: 200 });
    const gone = await call(key, "DELETE", `/manage/keys/${body.key.id}`);
    expect(gone).toMatchObject({ status: 200, body: { status: "deleted" } });
    expect(await call(body.api_key, "GET", "/manage/account")).toMatchObject({
      status: 401,
      body: { error: { code: "UNAUTHORIZED" } },
    });
    expect(await call(key, "DELETE", `/manage/keys/${body.key.id}`)).toMatchObject({ status: 404 });
  });

  it("finds no other account's key", async () => {
    const [one, two] = await Promise.all([newAccount(), newAccount()]);
    const { body } = await newKey(one.key);
    const path = `/manage/keys/${body.key.id}`;
    expect(await call(two.key, "DELETE", path)).toMatchObject({ status: 404 });
    expect(await call(body.api_key, "GET", "/manage/account")).toMatchObject({ status: 200 });
  });

  it("may end the key that asks", async () => {
    const { key } = await newAccount();
    const list = await call<{ keys: WireKey[] }>(key, "GET", "/manage/keys");
    const own = `/manage/keys/${list.body.keys[0]?.id}`;
    expect(await call(key, "DELETE", own)).toMatchObject({ status: 200 });
    expect(await call(key, "GET", "/manage/keys")).toMatchObject({ status: 401 });
  });
});

describe("a read-only key", () => {
  it("reads, and changes nothing", async () => {
    const { key } = await newAccount();
    const { body } = await newKey(key, { scope: "read" });
    const reader = body.api_key;
    for (const path of ["/manage/account", "/manage/keys", "/manage/usage"]) {
      expect(await call(reader, "GET", path)).toMatchObject({ status: 200 });
    }
    const refused = { status: 403, body: { error: { code: "FORBIDDEN" } } };
    expect(await newKey(reader)).toMatchObject(refused);
    expect(await call(reader, "DELETE", `/manage/keys/${body.key.id}`)).toMatchObject(refused);
    expect(await call(reader, "PATCH", "/manage/account", { tz: "UTC" })).toMatchObject(refused);
    expect(await call(reader, "DELETE", "/manage/files/a.txt")).toMatchObject(refused);
  });
});

describe("an expiring key", () => {
  it("is refused from then on", async () => {
    const { key } = await newAccount();
    const expires = new Date(Date.now() + 1000).toISOString();
    const { body } = await newKey(key, { expires_at: expires });
    expect(await call(body.api_key, "GET", "/manage/account")).toMatchObject({ status: 200 });
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect(await call(body.api_key, "GET", "/manage/account")).toMatchObject({ status: 401 });
  });
});

describe("rate-limit figures", () => {
  it("count down, one a request, many at once too", async () => {
    const { key } = await newAccount();
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => call(key, "GET", "/manage/account")),
    );
    for (const answer of answers) {
      const [limit, , reset = 0] = figures(answer);
      expect(limit).toBe(100_000);
      expect(reset).toBeGreaterThan(Date.now() / 1000 - 30);
      expect(reset).toBeLessThanOrEqual(Date.now() / 1000 + 60);
    }
    const resets = new Set(answers.map((answer) => figures(answer)[2]));
    const lowest = Math.min(...answers.map((answer) => figures(answer)[1] ?? 0));
    // Two windows when a clock minute ended meanwhile.
    expect(lowest).toBe(resets.size === 1 ? 99_970 : lowest);
  });

  it("come with refusals too", async () => {
    const { key } = await newAccount();
    const refused = await call(key, "DELETE", "/manage/keys/key_none");
    expect(refused.status).toBe(404);
    expect(figures(refused)[0]).toBe(100_000);
  });
});
