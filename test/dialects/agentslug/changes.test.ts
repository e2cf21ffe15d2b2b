import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { type Account, call, listen, newAccount, newSession } from "../../support/api.ts";
import { golden } from "../../support/golden.ts";
import { type Deployment, deployment } from "../../support/worker.ts";

const OLD = "a password for tests";
const NEW = "another password";
const USED = { status: 400, body: { msg: expect.stringContaining("token not valid") } };

const address = () => `${crypto.randomUUID()}@example.com`;
const tokenIn = (text: string | undefined) => /^[0-9A-Za-z]{40}$/m.exec(text ?? "")?.[0] ?? "";
const linkIn = (text: string | undefined) => /^https:\S+$/m.exec(text ?? "")?.[0] ?? "";
const pathOf = (link: string) => link.slice(new URL(link).origin.length);

const expire = (account: Account) =>
  env.DB.prepare("UPDATE account_changes SET expires_at = ? WHERE account_id = ?")
    .bind(Date.now(), account.id)
    .run();

const signIn = async (worker: Deployment, login: string, password: string) =>
  (await worker.call(null, "POST", "/auth/tokens", { login, password })).status;

/** Presses the button of a page: what a browser would send. */
async function press(worker: Deployment, link: string): Promise<Response> {
  const shown = await (await worker.ask(pathOf(link))).text();
  const action = /<form method="post" action="([^"]+)"/.exec(shown)?.[1] ?? "";
  const token = /name="token" value="([^"]+)"/.exec(shown)?.[1] ?? "";
  return worker.ask(action, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ token }).toString(),
  });
}

async function startEmail(worker: Deployment) {
  const account = await newAccount();
  const email = address();
  const started = await worker.call(account.key, "PUT", "/account/email", { email });
  const [letter] = worker.lettersTo(email);
  return { account, email, started, token: tokenIn(letter?.text), link: linkIn(letter?.text) };
}

async function startPassword(worker: Deployment) {
  const account = await newAccount();
  const started = await worker.call(account.key, "PUT", "/account/password", { password: NEW });
  const [letter] = worker.lettersTo(account.email);
  return { account, started, token: tokenIn(letter?.text), link: linkIn(letter?.text) };
}

describe("changing the e-mail address", () => {
  it("sends the token to the new address alone, and a notice to the old one", async () => {
    const worker = deployment();
    const { account, email, started, token } = await startEmail(worker);
    expect([started.status, started.body]).toEqual([201, golden("agentslug/change-started")]);
    expect(worker.letters).toHaveLength(2);
    expect(worker.lettersTo(email)[0]?.from.email).toBe("outrider@outrider.test");
    const [notice] = worker.lettersTo(account.email);
    expect(notice?.text).toContain(email);
    expect(notice?.text).not.toContain(token);
    expect(token).toHaveLength(40);
    const { results } = await env.DB.prepare("SELECT * FROM account_changes WHERE account_id = ?")
      .bind(account.id)
      .all();
    expect(JSON.stringify(results)).not.toContain(token);
  });

  it("is done by the token, once", async () => {
    const worker = deployment();
    const { account, email, token } = await startEmail(worker);
    const confirm = () => worker.call(account.key, "POST", "/account/email", { token });
    const done = await confirm();
    expect([done.status, done.body]).toEqual([200, golden("agentslug/email-changed")]);
    expect((await call(account.key, "GET", "/account")).body).toMatchObject({ User: { email } });
    expect(await confirm()).toMatchObject(USED);
    expect(await signIn(worker, email, OLD)).toBe(201);
    expect(await signIn(worker, account.email, OLD)).toBe(401);
  });

  it("is no more once the key that asked for it is revoked", async () => {
    const worker = deployment();
    const account = await newAccount();
    const stolen = await call<{ key: { id: string }; api_key: string }>(
      account.key,
      "POST",
      "/manage/keys",
    );
    const email = address();
    await worker.call(stolen.body.api_key, "PUT", "/account/email", { email });
    const [letter] = worker.lettersTo(email);
    await worker.call(account.key, "DELETE", `/manage/keys/${stolen.body.key.id}`);
    const pressed = await press(worker, linkIn(letter?.text));
    expect(pressed.status).toBe(400);
    const { body } = await call(account.key, "GET", "/account");
    expect(body).toMatchObject({ User: { email: account.email } });
  });

  it("is done once by two at the same time", async () => {
    const worker = deployment();
    const { account, token } = await startEmail(worker);
    const confirm = () => worker.call(account.key, "POST", "/account/email", { token });
    const both = await Promise.all([confirm(), confirm()]);
    expect(both.map(({ status }) => status).toSorted()).toEqual([200, 400]);
  });

  it("is done by the button behind the link, and not by opening it", async () => {
    const worker = deployment();
    const { account, email, link } = await startEmail(worker);
    const page = await worker.ask(pathOf(link));
    expect(page.status).toBe(200);
    expect(page.headers.get("referrer-policy")).toBe("no-referrer");
    expect(page.headers.get("cache-control")).toBe("no-store");
    expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
    const text = await page.text();
    expect(text).not.toContain("<script");
    expect(text).toContain("<button");
    expect((await call(account.key, "GET", "/account")).body).toMatchObject({
      User: { email: account.email },
    });
    const pressed = await press(worker, link);
    expect(pressed.status).toBe(200);
    expect(await pressed.text()).toContain("Your e-mail address was changed");
    expect((await call(account.key, "GET", "/account")).body).toMatchObject({ User: { email } });
    const again = await press(worker, link);
    expect(again.status).toBe(400);
    expect(again.headers.get("content-type")).toContain("text/html");
  });

  it("refuses a token that is wrong, expired, of another kind or another account's", async () => {
    const worker = deployment();
    const { account, token, link } = await startEmail(worker);
    const stranger = await newAccount();
    const confirm = (key: string, path: string, given: unknown) =>
      worker.call(key, "POST", path, { token: given });
    expect(await confirm(account.key, "/account/email", "x".repeat(40))).toMatchObject(USED);
    expect(await confirm(account.key, "/account/password", token)).toMatchObject(USED);
    expect(await confirm(stranger.key, "/account/email", token)).toMatchObject(USED);
    expect((await confirm(account.key, "/account/email", 7)).status).toBe(400);
    await expire(account);
    expect(await confirm(account.key, "/account/email", token)).toMatchObject(USED);
    expect((await press(worker, link)).status).toBe(400);
  });

  it("leaves only the last token good", async () => {
    const worker = deployment();
    const { account, token: first } = await startEmail(worker);
    const email = address();
    await worker.call(account.key, "PUT", "/account/email", { email });
    const second = tokenIn(worker.lettersTo(email)[0]?.text);
    const confirm = (token: string) =>
      worker.call(account.key, "POST", "/account/email", { token });
    expect(await confirm(first)).toMatchObject(USED);
    expect((await confirm(second)).status).toBe(200);
  });

  it("refuses an address that is none, the same, or somebody's, then or by then", async () => {
    const worker = deployment();
    const [account, other] = [await newAccount(), await newAccount()];
    const put = (email: unknown) => worker.call(account.key, "PUT", "/account/email", { email });
    expect((await put("nobody")).status).toBe(400);
    expect((await put(5)).body).toEqual({ msg: "email not valid e-mail address" });
    expect((await put(account.email)).status).toBe(400);
    expect((await put(other.email)).status).toBe(409);
    expect(worker.letters).toEqual([]);
    const email = address();
    await put(email);
    const token = tokenIn(worker.lettersTo(email)[0]?.text);
    await call(null, "POST", "/manage/accounts", { email, password: OLD });
    const late = await worker.call(account.key, "POST", "/account/email", { token });
    expect(late.status).toBe(409);
  });
});

describe("changing the password", () => {
  it("sends the token to the account's address, and keeps no password in clear", async () => {
    const worker = deployment();
    const { account, started, token } = await startPassword(worker);
    expect([started.status, started.body]).toEqual([201, golden("agentslug/change-started")]);
    expect(worker.letters.map(({ to }) => to)).toEqual([account.email]);
    const { results } = await env.DB.prepare("SELECT * FROM account_changes WHERE account_id = ?")
      .bind(account.id)
      .all();
    expect(JSON.stringify(results)).not.toContain(NEW);
    expect(JSON.stringify(results)).not.toContain(token);
    expect(JSON.stringify(worker.letters)).not.toContain(NEW);
    expect(await signIn(worker, account.email, NEW)).toBe(401);
  });

  it("ends sign-ins and other keys, their sockets too, but not the key that confirms", async () => {
    const worker = deployment();
    const { account, token } = await startPassword(worker);
    const { key, email } = account;
    const made = await call<{ api_key: string }>(key, "POST", "/manage/keys", { name: "other" });
    const other = made.body.api_key;
    const login = { login: email, password: OLD };
    const signedIn = await worker.call<{ Token: { token: string } }>(
      null,
      "POST",
      "/auth/tokens",
      login,
    );
    const id = await newSession(key);
    const socket = await listen(`/ws/sessions/${id}`, { authorization: `Bearer ${other}` });
    const done = await worker.call(key, "POST", "/account/password", { token });
    expect([done.status, done.body]).toEqual([200, golden("agentslug/password-changed")]);
    expect((await socket.closed).code).toBe(1008);
    for (const ended of [other, signedIn.body.Token.token]) {
      expect((await worker.call(ended, "GET", "/account")).status).toBe(401);
    }
    expect((await worker.call(key, "GET", "/account")).status).toBe(200);
    expect(await signIn(worker, email, OLD)).toBe(401);
    expect(await signIn(worker, email, NEW)).toBe(201);
    expect(worker.lettersTo(email).at(-1)?.subject).toBe("Your password was changed");
    expect(await worker.call(key, "POST", "/account/password", { token })).toMatchObject(USED);
    await call(key, "DELETE", `/sessions/${id}`);
  });

  it("ends what else waits for a token", async () => {
    const worker = deployment();
    const { account, token } = await startPassword(worker);
    const email = address();
    await worker.call(account.key, "PUT", "/account/email", { email });
    const waiting = tokenIn(worker.lettersTo(email)[0]?.text);
    await worker.call(account.key, "POST", "/account/password", { token });
    const late = await worker.call(account.key, "POST", "/account/email", { token: waiting });
    expect(late).toMatchObject(USED);
  });

  it("is done by the button behind the link; the key that asked stays", async () => {
    const worker = deployment();
    const { account, link } = await startPassword(worker);
    const made = await call<{ api_key: string }>(account.key, "POST", "/manage/keys", {});
    expect((await press(worker, link)).status).toBe(200);
    expect(await signIn(worker, account.email, NEW)).toBe(201);
    expect((await worker.call(account.key, "GET", "/account")).status).toBe(200);
    expect((await worker.call(made.body.api_key, "GET", "/account")).status).toBe(401);
  });

  it("refuses a password that is too short, before anything is sent", async () => {
    const worker = deployment();
    const { key } = await newAccount();
    const { status, body } = await worker.call(key, "PUT", "/account/password", {
      password: "short",
    });
    expect([status, body.msg]).toEqual([400, "password not valid: must have 8 to 200 characters"]);
    expect(worker.letters).toEqual([]);
  });

  it("is limited per account before a password is hashed", async () => {
    const worker = deployment({ PASSWORD_TRIES: "2" });
    const { key } = await newAccount();
    const statuses = [];
    for (let index = 0; index < 3; index += 1) {
      const wish = { password: NEW };
      statuses.push((await worker.call(key, "PUT", "/account/password", wish)).status);
    }
    expect(statuses).toEqual([201, 201, 429]);
    const confirm = { token: "x".repeat(40) };
    const tries = [];
    for (let index = 0; index < 3; index += 1) {
      tries.push((await worker.call(key, "POST", "/account/password", confirm)).status);
    }
    expect(tries).toEqual([400, 400, 429]);
  });
});

describe("both changes", () => {
  it("are refused to a read-only key", async () => {
    const worker = deployment();
    const { key } = await newAccount();
    const made = await call<{ api_key: string }>(key, "POST", "/manage/keys", { scope: "read" });
    const reader = made.body.api_key;
    const put = (path: string, body: object) => worker.call(reader, "PUT", path, body);
    expect((await put("/account/email", { email: address() })).status).toBe(403);
    expect((await put("/account/password", { password: NEW })).status).toBe(403);
    expect(worker.letters).toEqual([]);
  });

  it.each([
    ["no sender is set", { MAIL_FROM: undefined }, "MAIL_FROM"],
    ["there is no binding", { EMAIL: undefined }, "send_email"],
    [
      "the provider refuses",
      { EMAIL: { send: () => Promise.reject(new Error("destination not verified")) } },
      "destination not verified",
    ],
  ])("are 503 with the reason where %s, and not started", async (_case, settings, reason) => {
    const worker = deployment(settings);
    const account = await newAccount();
    for (const [path, body] of [
      ["/account/email", { email: address() }],
      ["/account/password", { password: NEW }],
    ] as const) {
      const answer = await worker.call(account.key, "PUT", path, body);
      expect(answer.status).toBe(503);
      expect(answer.body.msg).toContain(reason);
    }
    const row = await env.DB.prepare("SELECT * FROM account_changes WHERE account_id = ?")
      .bind(account.id)
      .first();
    expect(row).toBeNull();
  });

  it("link to the host that the deployment is told, not to the one that the caller names", async () => {
    const worker = deployment({ PUBLIC_HOST: "outrider.example" });
    const { link } = await startEmail(worker);
    expect(link).toMatch(/^https:\/\/outrider\.example\/console\/confirm\/email\?token=/);
  });
});
