import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { ask, call, newAccount } from "../../support/api.ts";
import { newBox } from "../../support/receivers.ts";
import { deployment } from "../../support/worker.ts";
import { newMonitor } from "../../domain/notification/outage.ts";

interface WireChannel {
  id: number;
  type: string;
  name: string;
  target: string;
  monitors: "all" | number[];
  reminder_minutes: number | null;
  quiet_until_recovery: boolean;
  failures: number;
  held_until: string | null;
  created_at: string;
}
interface Made {
  channel: WireChannel;
  secret?: string;
}

const URL_TARGET = "https://hooks.example/services/T000/B000/secret-token";

const make = (key: string, wish: object, headers: Record<string, string> = {}) =>
  call<Made>(key, "POST", "/manage/channels", { name: "On call", ...wish }, headers);

const hook = { type: "webhook", target: URL_TARGET };

describe("POST /manage/channels", () => {
  it("makes a webhook, shows its secret once and its target never", async () => {
    const { key } = await newAccount();
    const { status, body } = await make(key, hook);
    expect(status).toBe(201);
    expect(body).toEqual({
      channel: {
        id: expect.any(Number),
        type: "webhook",
        name: "On call",
        target: "https://hooks.example/…",
        monitors: "all",
        reminder_minutes: null,
        quiet_until_recovery: false,
        failures: 0,
        held_until: null,
        created_at: expect.any(String),
      },
      secret: expect.stringMatching(/^whsec_/),
    });
    const secret = body.secret ?? "";
    for (const path of ["/manage/channels", `/manage/channels/${body.channel.id}`]) {
      const shown = await ask(path, { headers: { authorization: `Bearer ${key}` } });
      const text = await shown.text();
      expect(text).toContain("On call");
      expect(text).not.toContain("secret-token");
      expect(text).not.toContain(secret);
    }
    const row = await env.DB.prepare("SELECT * FROM channels WHERE id = ?")
      .bind(body.channel.id)
      .first();
    expect(JSON.stringify(row)).not.toContain("secret-token");
    expect(JSON.stringify(row)).not.toContain(secret);
  });

  it.each(["slack", "discord", "teams"])(
    "makes a %s channel, which has no secret",
    async (type) => {
      const { key } = await newAccount();
      const { status, body } = await make(key, { type, target: URL_TARGET });
      expect(status).toBe(201);
      expect(body.channel).toMatchObject({ type, target: "https://hooks.example/…" });
      expect(body).not.toHaveProperty("secret");
    },
  );

  it("makes an e-mail channel where mail can be sent, and says so where it cannot", async () => {
    const mailing = deployment();
    const { key } = await newAccount();
    const wish = { type: "email", name: "Me", target: " Ada.Lovelace@example.com " };
    const made = await mailing.call<Made>(key, "POST", "/manage/channels", wish);
    expect(made.body.channel).toMatchObject({ target: "A…@example.com" });
    const mute = await deployment({ EMAIL: undefined }).call(key, "POST", "/manage/channels", wish);
    expect(mute).toMatchObject({ status: 503, body: { error: { code: "SERVICE_UNAVAILABLE" } } });
  });

  it.each<[wish: object, field: string]>([
    [{ ...hook, type: "pager" }, "type"],
    [{ ...hook, type: undefined }, "type"],
    [{ ...hook, name: "" }, "name"],
    [{ ...hook, name: "a\nb" }, "name"],
    [{ ...hook, name: undefined }, "name"],
    [{ ...hook, target: "hooks.example" }, "target"],
    [{ ...hook, target: "ftp://hooks.example/" }, "target"],
    [{ ...hook, target: "https://me:pass@hooks.example/" }, "target"],
    [{ ...hook, target: `https://hooks.example/${"x".repeat(2048)}` }, "target"],
    [{ type: "email", target: "not an address" }, "target"],
    [{ ...hook, monitors: "some" }, "monitors"],
    [{ ...hook, monitors: [1.5] }, "monitors"],
    [{ ...hook, monitors: [999_999] }, "monitors"],
    [{ ...hook, reminder_minutes: 1 }, "reminder_minutes"],
    [{ ...hook, reminder_minutes: "30" }, "reminder_minutes"],
    [{ ...hook, quiet_until_recovery: 1 }, "quiet_until_recovery"],
    [{ ...hook, color: "red" }, "color"],
  ])("refuses %o", async (wish, field) => {
    const { key } = await newAccount();
    const { status, body } = await make(key, wish);
    expect(body).toMatchObject({ error: { fields: { [field]: expect.any(String) } } });
    expect(status).toBe(400);
  });

  it.each([
    "http://127.0.0.1/",
    "http://2130706433/",
    "http://[::ffff:10.0.0.1]/x",
    "https://outrider.test/",
  ])("refuses a target inside: %s", async (target) => {
    const guarded = deployment({ ALLOW_PRIVATE_TARGETS: "0" });
    const { key } = await newAccount();
    const wish = { type: "slack", name: "x", target };
    const { status, body } = await guarded.call(key, "POST", "/manage/channels", wish);
    expect(status).toBe(400);
    expect(body).toMatchObject({
      error: { fields: { target: expect.stringContaining("not allowed") } },
    });
  });

  it("takes no monitor of another account", async () => {
    const [mine, theirs] = await Promise.all([newAccount(), newAccount()]);
    const own = await newMonitor(mine.id, "own", "https://a.example/");
    const foreign = await newMonitor(theirs.id, "foreign", "https://a.example/");
    expect((await make(mine.key, { ...hook, monitors: [own] })).body.channel.monitors).toEqual([
      own,
    ]);
    const refused = await make(mine.key, { ...hook, monitors: [own, foreign] });
    expect(refused.status).toBe(400);
    expect(JSON.stringify(refused.body)).toContain(String(foreign));
  });

  it("makes one channel for one Idempotency-Key, and its secret is not shown again", async () => {
    const { key } = await newAccount();
    const once = { "idempotency-key": "k-1" };
    const made = await make(key, hook, once);
    const again = await make(key, hook, once);
    expect(again.status).toBe(409);
    expect(JSON.stringify(again.body)).toContain(`Channel ${made.body.channel.id} `);
    expect(JSON.stringify(again.body)).not.toContain(made.body.secret);
    const other = { "idempotency-key": "k-2" };
    const slack = await make(key, { ...hook, type: "slack" }, other);
    expect((await make(key, { ...hook, type: "slack" }, other)).body).toEqual(slack.body);
  });

  it("makes at most a hundred of them", async () => {
    const { key } = await newAccount();
    const all = await Promise.all(Array.from({ length: 102 }, () => make(key, hook)));
    const statuses = all.map(({ status }) => status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(100);
    expect(statuses.filter((status) => status === 429)).toHaveLength(2);
  });
});

describe("channels", () => {
  it("are listed newest first, in pages, each account's own", async () => {
    const [{ key }, other] = await Promise.all([newAccount(), newAccount()]);
    for (const name of ["a", "b", "c"]) await make(key, { ...hook, name });
    await make(other.key, { ...hook, name: "foreign" });
    const { body } = await call<{ channels: WireChannel[] }>(
      key,
      "GET",
      "/manage/channels?offset=1&limit=2",
    );
    expect(body).toMatchObject({ total: 3, offset: 1, limit: 2 });
    expect(body.channels.map(({ name }) => name)).toEqual(["b", "a"]);
    expect(await call(key, "GET", "/manage/channels?limit=1001")).toMatchObject({ status: 400 });
  });

  it("are nobody else's to see, change, delete or test", async () => {
    const [{ key }, other] = await Promise.all([newAccount(), newAccount()]);
    const { id } = (await make(key, hook)).body.channel;
    const path = `/manage/channels/${id}`;
    for (const [method, at, body] of [
      ["GET", path, undefined],
      ["PATCH", path, { name: "mine" }],
      ["DELETE", path, undefined],
      ["POST", `${path}/test`, undefined],
      ["POST", `${path}/secret`, undefined],
      ["GET", `${path}/notifications`, undefined],
    ] as const) {
      expect(await call(other.key, method, at, body), `${method} ${at}`).toMatchObject({
        status: 404,
      });
    }
    expect((await call<Made>(key, "GET", path)).body.channel.name).toBe("On call");
  });

  it("may be read, and no more, with a read-only key", async () => {
    const { key } = await newAccount();
    const { id } = (await make(key, hook)).body.channel;
    const reader = await call<{ api_key: string }>(key, "POST", "/manage/keys", { scope: "read" });
    const path = `/manage/channels/${id}`;
    const as = (method: string, at: string, body?: object) =>
      call(reader.body.api_key, method, at, body);
    expect((await as("GET", path)).status).toBe(200);
    const tries = await Promise.all([
      as("POST", "/manage/channels", { name: "x", ...hook }),
      as("PATCH", path, { name: "x" }),
      as("DELETE", path),
      as("POST", `${path}/test`),
      as("POST", `${path}/secret`),
    ]);
    expect(tries.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403]);
  });

  it("change, each field by itself", async () => {
    const { key, id: account } = await newAccount();
    const monitor = await newMonitor(account, "own", "https://a.example/");
    const { id } = (await make(key, { ...hook, reminder_minutes: 60 })).body.channel;
    const path = `/manage/channels/${id}`;
    const patch = async (body: object) => (await call<Made>(key, "PATCH", path, body)).body.channel;
    const before = await patch({});
    expect(before).toMatchObject({ name: "On call", reminder_minutes: 60, monitors: "all" });
    expect(await patch({ name: "Night" })).toEqual({ ...before, name: "Night" });
    expect(await patch({ monitors: [monitor] })).toMatchObject({ monitors: [monitor] });
    expect(await patch({ monitors: "all", reminder_minutes: null })).toMatchObject({
      monitors: "all",
      reminder_minutes: null,
    });
    expect(await patch({ target: "https://other.example/x" })).toMatchObject({
      target: "https://other.example/…",
    });
    expect(await call(key, "PATCH", path, { type: "slack" })).toMatchObject({ status: 400 });
    expect(await call(key, "PATCH", path, { target: "nowhere" })).toMatchObject({ status: 400 });
  });

  it("lose a monitor that is deleted, and keep the others", async () => {
    const { key } = await newAccount();
    const watch = async (url: string) => {
      const made = await call<{ Test: { testID: number } }>(key, "POST", "/tests", { url });
      return made.body.Test.testID;
    };
    const [gone, kept] = [await watch("https://a.example/"), await watch("https://b.example/")];
    const { id } = (await make(key, { ...hook, monitors: [gone, kept] })).body.channel;
    const deleted = await call(key, "DELETE", `/tests/${gone}`);
    expect(deleted.status).toBe(202);
    const { body } = await call<Made>(key, "GET", `/manage/channels/${id}`);
    expect(body.channel.monitors).toEqual([kept]);
  });
});

describe("POST /manage/channels/{id}/test", () => {
  it("sends a message, and waits for its taking", async () => {
    const { key } = await newAccount();
    const box = newBox("webhook");
    const { id } = (await make(key, { type: "webhook", target: box.target })).body.channel;
    const sent = await call<Made>(key, "POST", `/manage/channels/${id}/test`);
    expect(sent).toMatchObject({ status: 200, body: { channel: { id } } });
    expect(await box.taken()).toMatchObject([{ type: "test", data: { channel: { id } } }]);
  });

  it("says why it was not taken", async () => {
    const { key } = await newAccount();
    const box = newBox("slack");
    const { id } = (await make(key, { type: "slack", target: box.target })).body.channel;
    await box.meets({ status: 404, says: "no_service" });
    const { status, body } = await call(key, "POST", `/manage/channels/${id}/test`);
    expect(status).toBe(503);
    expect(body).toMatchObject({ detail: expect.stringContaining("answered 404: no_service") });
  });

  it("is no way to flood somebody", async () => {
    const { key } = await newAccount();
    const box = newBox("webhook");
    const { id } = (await make(key, { type: "webhook", target: box.target })).body.channel;
    const tries = await Promise.all(
      Array.from({ length: 32 }, () => call(key, "POST", `/manage/channels/${id}/test`)),
    );
    const refused = tries.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(2);
    expect(Number(refused[0]?.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await box.received()).toHaveLength(30);
  });
});

describe("POST /manage/channels/{id}/secret", () => {
  it("gives a new key to sign with, and ends the old one", async () => {
    const { key } = await newAccount();
    const { channel, secret } = (await make(key, hook)).body;
    const renewed = await call<Made>(key, "POST", `/manage/channels/${channel.id}/secret`);
    expect(renewed.body.secret).toMatch(/^whsec_/);
    expect(renewed.body.secret).not.toBe(secret);
    const slack = (await make(key, { ...hook, type: "slack" })).body.channel;
    const refused = await call(key, "POST", `/manage/channels/${slack.id}/secret`);
    expect(refused.status).toBe(400);
  });
});
