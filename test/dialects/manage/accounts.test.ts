import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { call, newAccount } from "../../support/api.ts";
import { deployment } from "../../support/worker.ts";

const PASSWORD = "a password for tests";
const email = () => `${crypto.randomUUID()}@example.com`;

const points = (key: string | null, id: string, sum: unknown) =>
  call(key, "POST", `/manage/accounts/${id}/points`, { points: sum });

describe("POST /manage/accounts", () => {
  it("makes an account and shows its first key", async () => {
    const address = email();
    const made = await call<{ account: { id: string }; api_key: string }>(
      null,
      "POST",
      "/manage/accounts",
      { email: address.toUpperCase(), password: PASSWORD, tz: "Europe/Paris" },
    );
    expect(made.status).toBe(201);
    expect(made.body).toEqual({
      account: {
        id: expect.stringMatching(/^acct_[0-9a-z]{24}$/),
        email: address,
        tz: "Europe/Paris",
        created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      },
      api_key: expect.stringMatching(/^ork_[0-9A-Za-z]{40}$/),
    });
    const { body } = await call(made.body.api_key, "GET", "/manage/account");
    expect(body).toMatchObject({ account: { id: made.body.account.id, email: address } });
  });

  it("keeps neither the password nor the key in clear", async () => {
    const { id, key } = await newAccount();
    const rows = await env.DB.prepare(
      "SELECT * FROM accounts JOIN keys ON account_id = accounts.id WHERE accounts.id = ?",
    )
      .bind(id)
      .all();
    expect(rows.results).toHaveLength(1);
    const text = JSON.stringify(rows.results);
    expect(text).not.toContain(key);
    expect(text).not.toContain(PASSWORD);
    expect(text).toContain("$scrypt$");
  });

  it("refuses a second account for an address, in any case", async () => {
    const { email: taken } = await newAccount();
    const again = { email: taken.toUpperCase(), password: PASSWORD };
    const { status, body } = await call(null, "POST", "/manage/accounts", again);
    expect(status).toBe(409);
    expect(body).toMatchObject({
      error: { code: "CONFLICT", fields: { email: expect.any(String) } },
    });
  });

  it("counts those that an account makes for its address too", async () => {
    const worker = deployment({ SIGNUPS_PER_HOUR: "2" });
    const from = {
      "cf-connecting-ip": `2001:db8:${Math.floor(Math.random() * 65_536).toString(16)}::1`,
    };
    const signUp = (key: string | null) =>
      worker.call<{ api_key: string }>(
        key,
        "POST",
        "/manage/accounts",
        { email: email(), password: PASSWORD },
        from,
      );
    const first = await signUp(null);
    const second = await signUp(first.body.api_key);
    expect([first.status, second.status]).toEqual([201, 201]);
    expect((await signUp(second.body.api_key)).status).toBe(429);
    expect((await signUp(null)).status).toBe(429);
  });

  it("makes one account when two ask at once", async () => {
    const wish = { email: email(), password: PASSWORD };
    const both = await Promise.all([
      call(null, "POST", "/manage/accounts", wish),
      call(null, "POST", "/manage/accounts", wish),
    ]);
    expect(both.map(({ status }) => status).toSorted()).toEqual([201, 409]);
  });

  it("names every field that it refuses", async () => {
    const wish = { email: "nobody", password: "short", tz: "Mars/Olympus" };
    const { status, body } = await call(null, "POST", "/manage/accounts", wish);
    expect(status).toBe(400);
    expect(body).toEqual({
      error: {
        code: "BAD_REQUEST",
        message: expect.stringContaining("email: must be an e-mail address"),
        fields: {
          email: "must be an e-mail address",
          password: "must have 8 to 200 characters",
          tz: expect.stringContaining("IANA"),
        },
      },
      detail: expect.any(String),
      request_id: expect.any(String),
    });
  });

  it("refuses unknown fields and wrong types", async () => {
    const wish = { email: 7, password: PASSWORD, admin: true };
    const { status, body } = await call(null, "POST", "/manage/accounts", wish);
    expect(status).toBe(400);
    expect(body).toMatchObject({
      error: { fields: { email: expect.stringContaining("string"), admin: expect.any(String) } },
    });
  });

  it("wants JSON that says it is", async () => {
    const text = { "content-type": "text/plain" };
    const { status, body } = await call(null, "POST", "/manage/accounts", {}, text);
    expect(status).toBe(415);
    expect(body).toMatchObject({ error: { code: "UNSUPPORTED_MEDIA_TYPE" } });
  });
});

describe("/manage/account", () => {
  it("shows the account's settings", async () => {
    const { id, email: address, key } = await newAccount();
    const { status, headers, body } = await call(key, "GET", "/manage/account");
    expect(status).toBe(200);
    expect(headers.get("cache-control")).toBe("no-store");
    expect(body).toEqual({
      account: {
        id,
        email: address,
        tz: "UTC",
        points: 100_000,
        flybrowser_create_status: 201,
        crater_config: null,
        created_at: expect.any(String),
      },
    });
  });

  it("changes what is named and leaves the rest", async () => {
    const { key } = await newAccount();
    const config = { "demo-crates": { crates: ["lazy_static"] }, sandbox: null };
    const patch = { flybrowser_create_status: 200, crater_config: config };
    const { status, body } = await call(key, "PATCH", "/manage/account", patch);
    expect(status).toBe(200);
    expect(body).toMatchObject({ account: { tz: "UTC", ...patch } });
    await call(key, "PATCH", "/manage/account", { tz: "Asia/Tokyo", crater_config: null });
    const after = await call(key, "GET", "/manage/account");
    expect(after.body).toMatchObject({
      account: { tz: "Asia/Tokyo", flybrowser_create_status: 200, crater_config: null },
    });
    const nothing = await call(key, "PATCH", "/manage/account", {});
    expect(nothing).toMatchObject({ status: 200, body: after.body });
  });

  it.each([
    ["tz", "+01:00"],
    ["flybrowser_create_status", 204],
    ["crater_config", [1]],
    ["crater_config", "text"],
    ["crater_config", { long: "x".repeat(65_536) }],
    ["email", "new@example.com"],
  ])("refuses a wrong %s", async (field, value) => {
    const patch = { [field]: value };
    const { key } = await newAccount();
    const { status, body } = await call(key, "PATCH", "/manage/account", patch);
    expect(status).toBe(400);
    expect(body).toMatchObject({ error: { fields: { [field]: expect.any(String) } } });
  });

  it("refuses a body over its limit", async () => {
    const { key } = await newAccount();
    const patch = { crater_config: { long: "x".repeat(300_000) } };
    const { status, body } = await call(key, "PATCH", "/manage/account", patch);
    expect(status).toBe(413);
    expect(body).toMatchObject({ error: { code: "PAYLOAD_TOO_LARGE" } });
  });
});

describe("POST /manage/accounts/{id}/points", () => {
  it("adds, two at once too", async () => {
    const { id } = await newAccount();
    await Promise.all([points(env.ADMIN_KEY, id, 100), points(env.ADMIN_KEY, id, 50)]);
    const { status, body } = await points(env.ADMIN_KEY, id, 1);
    expect(status).toBe(200);
    expect(body).toEqual({ account: { id, points: 100_151 } });
  });

  it("is the operator's alone", async () => {
    const { id, key } = await newAccount();
    expect(await points(key, id, 1)).toMatchObject({
      status: 403,
      body: { error: { code: "FORBIDDEN" } },
    });
    expect(await points(null, id, 1)).toMatchObject({ status: 401 });
    expect(await points("not the operator's key", id, 1)).toMatchObject({ status: 401 });
  });

  it("refuses fractions, nothing, too much, and unknown accounts", async () => {
    const { id } = await newAccount();
    for (const sum of [0.5, 0, -1, 1e12, "5", null]) {
      expect(await points(env.ADMIN_KEY, id, sum)).toMatchObject({
        status: 400,
        body: { error: { fields: { points: expect.any(String) } } },
      });
    }
    expect(await points(env.ADMIN_KEY, "acct_nobody", 1)).toMatchObject({ status: 404 });
  });
});

describe("GET /manage/usage", () => {
  it("counts every request so far, this one included", async () => {
    const { key } = await newAccount();
    for (let request = 0; request < 9; request += 1) await call(key, "GET", "/manage/account");
    const { status, body } = await call(key, "GET", "/manage/usage");
    expect(status).toBe(200);
    expect(body).toEqual({
      usage: {
        day: 10,
        month: 10,
        limits: {
          requests_per_minute: 100_000,
          requests_per_day: expect.any(Number),
          requests_per_month: expect.any(Number),
          sessions: expect.any(Number),
        },
        points: 100_000,
        cost: 0,
      },
    });
  });
});
