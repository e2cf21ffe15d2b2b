import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { call, newAccount } from "../../support/api.ts";
import { expectLikeGolden } from "../../support/golden.ts";
import { deployment } from "../../support/worker.ts";

const PASSWORD = "a password for tests";
const worker = deployment();

interface Made {
  Token: { token: string; expire: string };
}
interface Listed {
  Tokens: { token: string; expire: string }[];
}

const signIn = (login: string, password = PASSWORD, more: object = {}) =>
  worker.call<Made>(null, "POST", "/auth/tokens", { login, password, ...more });

describe("POST /auth/tokens", () => {
  it("gives a token for login and password, whatever else is sent", async () => {
    const { email } = await newAccount();
    const { status, body } = await signIn(` ${email.toUpperCase()} `, PASSWORD, { manual: true });
    expect(status).toBe(201);
    expectLikeGolden(body, "agentslug/tokens-create");
    expect(body.Token.expire).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
    const days = (Date.parse(`${body.Token.expire.replace(" ", "T")}Z`) - Date.now()) / 86_400_000;
    expect(days).toBeCloseTo(30, 2);
    const { status: opened, body: account } = await call(body.Token.token, "GET", "/account");
    expect(opened).toBe(200);
    expect(account).toMatchObject({ User: { email } });
  });

  it("does not tell a wrong password from an unknown login", async () => {
    const { email } = await newAccount();
    const [wrong, unknown] = await Promise.all([
      signIn(email, "not the password"),
      signIn("nobody@example.com"),
    ]);
    expect([wrong.status, unknown.status]).toEqual([401, 401]);
    expect(wrong.body).toEqual({ msg: "Wrong e-mail address or password." });
    expect(unknown.body).toEqual(wrong.body);
  });

  it.each([
    [{}, "login"],
    [{ login: "a@example.com" }, "password"],
    [{ login: 5, password: "x" }, "login"],
  ])("refuses %j", async (body, field) => {
    const answer = await worker.call(null, "POST", "/auth/tokens", body);
    expect(answer.status).toBe(400);
    expect(answer.body.msg).toContain(field);
  });

  it("is limited per account, whatever the address, before a password is hashed", async () => {
    const strict = deployment({ PASSWORD_TRIES: "3" });
    const { email } = await newAccount();
    const tries = [];
    for (let index = 0; index < 5; index += 1) {
      tries.push(
        await strict.call(
          null,
          "POST",
          "/auth/tokens",
          { login: email, password: index < 4 ? "wrong" : PASSWORD },
          { "cf-connecting-ip": `203.0.113.${index}` },
        ),
      );
    }
    expect(tries.map(({ status }) => status)).toEqual([401, 401, 401, 429, 429]);
    expect(tries[4]?.headers.get("retry-after")).toMatch(/^\d+$/);
    expect(tries[4]?.body).toEqual({ msg: expect.any(String) });
  });

  it("is limited per address, whatever the account", async () => {
    const strict = deployment({ PASSWORD_TRIES: "2" });
    const from = { "cf-connecting-ip": "198.51.100.77" };
    const tries = [];
    for (let index = 0; index < 3; index += 1) {
      const login = `${crypto.randomUUID()}@example.com`;
      const wish = { login, password: "wrong" };
      tries.push(await strict.call(null, "POST", "/auth/tokens", wish, from));
    }
    expect(tries.map(({ status }) => status)).toEqual([401, 401, 429]);
  });

  it("makes room for itself among tokens that are over", async () => {
    const { id, email, key } = await newAccount();
    const rows = Array.from({ length: 999 }, (_, index) =>
      env.DB.prepare(
        "INSERT INTO keys (id, account_id, name, prefix, hash, scope, expires_at, created_at) VALUES (?, ?, 'old', ?, '', 'full', ?, 0)",
      ).bind(`key_old${index}_${id}`, id, `old${index}${id}`, Date.now() - 1000),
    );
    await env.DB.batch(rows);
    expect((await signIn(email)).status).toBe(201);
    const { body } = await call<Listed>(key, "GET", "/auth/tokens");
    expect(body.Tokens).toHaveLength(2);
  });

  it("is refused at a thousand live tokens", async () => {
    const { id, email } = await newAccount();
    const rows = Array.from({ length: 999 }, (_, index) =>
      env.DB.prepare(
        "INSERT INTO keys (id, account_id, name, prefix, hash, scope, created_at) VALUES (?, ?, 'live', ?, '', 'full', 0)",
      ).bind(`key_live${index}_${id}`, id, `live${index}${id}`),
    );
    await env.DB.batch(rows);
    expect((await signIn(email)).status).toBe(429);
  });
});

describe("GET /auth/tokens", () => {
  it("lists public ids, never tokens", async () => {
    const { email, key } = await newAccount();
    const made = await signIn(email);
    const { status, body } = await call<Listed>(key, "GET", "/auth/tokens");
    expect(status).toBe(200);
    expectLikeGolden(body, "agentslug/tokens-list");
    expect(body.Tokens).toHaveLength(2);
    expect(body.Tokens[0]?.expire).toBe(made.body.Token.expire);
    expect(body.Tokens[1]?.expire).toBe("9999-12-31 23:59:59");
    for (const { token } of body.Tokens) expect(token).toMatch(/^key_/);
    expect(JSON.stringify(body)).not.toContain(made.body.Token.token);
  });
});

describe("DELETE /auth/tokens/:tokenID", () => {
  it("takes the public id as well as the full token", async () => {
    const { email, key } = await newAccount();
    const [one, two] = [await signIn(email), await signIn(email)];
    const { body } = await call<Listed>(key, "GET", "/auth/tokens");
    const byId = await call(key, "DELETE", `/auth/tokens/${body.Tokens[0]?.token}`);
    expect(byId.status).toBe(200);
    expectLikeGolden(byId.body, "agentslug/tokens-delete");
    const byToken = await call(key, "DELETE", `/auth/tokens/${one.body.Token.token}`);
    expect([byToken.status, byToken.body]).toEqual([200, { msg: "Deleted" }]);
    for (const { body: gone } of [one, two]) {
      expect((await call(gone.Token.token, "GET", "/account")).status).toBe(401);
    }
    const again = await call(key, "DELETE", `/auth/tokens/${one.body.Token.token}`);
    expect([again.status, again.body]).toEqual([404, { msg: "Key not found" }]);
  });

  it("does not reach another account's", async () => {
    const [owner, stranger] = [await newAccount(), await newAccount()];
    const { body } = await call<Listed>(owner.key, "GET", "/auth/tokens");
    for (const token of [body.Tokens[0]?.token, owner.key]) {
      expect((await call(stranger.key, "DELETE", `/auth/tokens/${token}`)).status).toBe(404);
    }
    expect((await call(owner.key, "GET", "/account")).status).toBe(200);
  });

  it("is refused to a read-only key", async () => {
    const { key } = await newAccount();
    const made = await call<{ api_key: string }>(key, "POST", "/manage/keys", { scope: "read" });
    const reader = made.body.api_key;
    expect((await call(reader, "GET", "/auth/tokens")).status).toBe(200);
    expect((await call(reader, "DELETE", `/auth/tokens/${reader}`)).status).toBe(403);
  });
});
