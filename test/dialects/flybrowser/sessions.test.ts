import { env } from "cloudflare:workers";
import { inject } from "vitest";
import { afterEach, describe, expect, it } from "vitest";
import { ask, call, newAccount, newSession } from "../../support/api.ts";

const site = inject("site");
const open: [key: string, id: string][] = [];

/** A session that is closed after the test, its browser with it. */
async function session(key: string, options: object = {}): Promise<string> {
  const id = await newSession(key, options);
  open.push([key, id]);
  return id;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map(([key, id]) => call(key, "DELETE", `/sessions/${id}`)));
});

describe("POST /sessions", () => {
  it("answers as documented, without launching a browser", async () => {
    const { key } = await newAccount();
    const { status, body } = await call(key, "POST", "/sessions", {
      llm_provider: "openai",
      llm_model: "gpt-5.2",
      headless: true,
      browser_type: "chromium",
    });
    open.push([key, String(body.session_id)]);
    expect(status).toBe(201);
    expect(body).toEqual({
      session_id: expect.stringMatching(/^sess_[0-9a-z]+$/),
      status: "created",
    });
    const held = await env.DB.prepare(
      "SELECT count(*) AS held FROM browser_holders WHERE holder = ?",
    )
      .bind(body.session_id)
      .first("held");
    expect(held).toBe(0);
  });

  it("takes no body at all, and ignores what it does not know", async () => {
    const { key } = await newAccount();
    await session(key, { favourite_colour: "blue", llm_model: null });
    const response = await ask("/sessions", {
      method: "POST",
      headers: { authorization: `Bearer ${key}` },
    });
    expect(response.status).toBe(201);
    const { session_id: id } = (await response.json()) as { session_id: string };
    open.push([key, id]);
  });

  it.each([
    [{ browser_type: "firefox" }, /browser_type.*chromium/],
    [{ browser_type: "netscape" }, /browser_type/],
    [{ headless: false }, /headless.*display/],
    [{ llm_provider: "hal9000" }, /llm_provider/],
    [{ timeout: 5 }, /timeout.*10 to 3600/],
    [{ timeout: 3601 }, /timeout.*10 to 3600/],
    [{ timeout: "60" }, /timeout/],
    [{ region: "moon" }, /region.*enam/],
    [{ base_url: "file:///etc/passwd" }, /base_url.*http/],
    [{ llm_model: 5 }, /llm_model/],
  ])("refuses %j and says which field and why", async (body, message) => {
    const { key } = await newAccount();
    const answer = await call<{ error: { code: string; message: string } }>(
      key,
      "POST",
      "/sessions",
      body,
    );
    expect(answer.status).toBe(400);
    expect(answer.body.error.code).toBe("BAD_REQUEST");
    expect(answer.body.error.message).toMatch(message);
  });

  it("never shows the language model's key again", async () => {
    const { key } = await newAccount();
    const secret = "sk-very-secret-0123456789";
    const id = await session(key, { api_key: secret, base_url: "http://localhost:11434/v1" });
    const shown = await call(key, "GET", `/sessions/${id}`);
    expect(JSON.stringify(shown.body)).not.toContain(secret);
    const stub = env.SESSION.get(env.SESSION.idFromName(id));
    const { runInDurableObject } = await import("cloudflare:test");
    const stored = await runInDurableObject(stub, (_object, state) =>
      JSON.stringify([...state.storage.kv.list()]),
    );
    expect(stored).toContain("model");
    expect(stored).not.toContain(secret);
  });

  it("stops at the account's maximum with a message of its own", async () => {
    const { key } = await newAccount();
    const attempts = await Promise.all(
      Array.from({ length: 13 }, () => call<Record<string, unknown>>(key, "POST", "/sessions", {})),
    );
    const made = attempts.filter((attempt) => attempt.status === 201);
    for (const attempt of made) open.push([key, String(attempt.body.session_id)]);
    expect(made).toHaveLength(10);
    for (const refused of attempts.filter((attempt) => attempt.status !== 201)) {
      expect(refused.status).toBe(429);
      expect(refused.body.error).toEqual({
        code: "TOO_MANY_REQUESTS",
        message: expect.stringContaining("Maximum sessions reached"),
      });
    }
    const { body } = await call(key, "GET", "/sessions");
    expect(body.total).toBe(10);
  });

  it("answers 200 to accounts whose client takes nothing else", async () => {
    const { key } = await newAccount();
    await call(key, "PATCH", "/manage/account", { flybrowser_create_status: 200 });
    const { status, body } = await call(key, "POST", "/sessions", {});
    open.push([key, String(body.session_id)]);
    expect(status).toBe(200);
    expect(body.status).toBe("created");
  });
});

describe("GET /sessions", () => {
  it("lists the account's own, newest first, in pages", async () => {
    const [{ key }, stranger] = await Promise.all([newAccount(), newAccount()]);
    await session(stranger.key);
    const ids: string[] = [];
    for (let made = 0; made < 3; made += 1) ids.unshift(await session(key));
    const all = await call<{ sessions: Record<string, unknown>[]; total: number }>(
      key,
      "GET",
      "/sessions",
    );
    expect(all.status).toBe(200);
    expect(all.body.total).toBe(3);
    expect(all.body.sessions[0]).toEqual({
      session_id: ids[0],
      status: "active",
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    });
    const page = await call<{ sessions: { session_id: string }[]; total: number }>(
      key,
      "GET",
      "/sessions?offset=1&limit=1",
    );
    expect(page.body.sessions.map((row) => row.session_id)).toEqual([ids[1]]);
    expect(page.body.total).toBe(3);
    // Full pages, the last one and those beyond it know the total as well.
    for (const query of ["limit=3", "limit=2&offset=2", "limit=2&offset=3", "offset=9"]) {
      const { body } = await call<{ total: number }>(key, "GET", `/sessions?${query}`);
      expect(body.total).toBe(3);
    }
  });

  it.each(["limit=0", "limit=1001", "limit=ten", "offset=-1", "offset=1.5"])(
    "refuses ?%s",
    async (query) => {
      const { key } = await newAccount();
      const { status, body } = await call(key, "GET", `/sessions?${query}`);
      expect(status).toBe(400);
      expect(JSON.stringify(body)).toContain(query.split("=")[0]);
    },
  );

  it("is served by an index alone", async () => {
    const plan = await env.DB.prepare(
      "EXPLAIN QUERY PLAN SELECT id, account_id, region, created_at FROM sessions WHERE account_id = ? ORDER BY created_at DESC, id DESC LIMIT 10",
    )
      .bind("x")
      .all<{ detail: string }>();
    expect(plan.results.map((row) => row.detail)).toEqual([
      "SEARCH sessions USING COVERING INDEX sessions_by_account (account_id=?)",
    ]);
  });
});

describe("GET and DELETE /sessions/{session_id}", () => {
  it("shows one, where it is", async () => {
    const { key } = await newAccount();
    const id = await session(key);
    expect((await call(key, "GET", `/sessions/${id}`)).body).toEqual({
      session_id: id,
      status: "active",
      created_at: expect.any(String),
      browser_type: "chromium",
      current_url: "about:blank",
    });
    await call(key, "POST", `/sessions/${id}/navigate`, { url: `${site}/login.html` });
    expect((await call(key, "GET", `/sessions/${id}`)).body.current_url).toBe(`${site}/login.html`);
  });

  it("closes one for good", async () => {
    const { key } = await newAccount();
    const id = await newSession(key);
    const closed = await call(key, "DELETE", `/sessions/${id}`);
    expect(closed.status).toBe(200);
    expect(closed.body).toEqual({ status: "closed", session_id: id });
    for (const [method, path] of [
      ["GET", `/sessions/${id}`],
      ["GET", `/sessions/${id}/monitor`],
      ["POST", `/sessions/${id}/navigate`],
      ["DELETE", `/sessions/${id}`],
    ] as const) {
      const answer = await call(key, method, path, method === "POST" ? { url: site } : undefined);
      expect([path, answer.status]).toEqual([path, 404]);
    }
    expect((await call(key, "GET", "/sessions")).body.total).toBe(0);
  });
});
