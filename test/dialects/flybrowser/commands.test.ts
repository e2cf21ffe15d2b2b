import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { ask, call, newAccount, newSession } from "../../support/api.ts";

const site = inject("site");
const otherSite = inject("otherSite");

let key: string;
let id: string;

beforeAll(async () => {
  ({ key } = await newAccount());
  id = await newSession(key);
});

afterAll(async () => {
  await call(key, "DELETE", `/sessions/${id}`);
});

type Json = Record<string, unknown>;
const command = (name: string, body?: object, method = "POST") =>
  call<Json>(key, method, `/sessions/${id}/${name}`, body);
const navigate = (url: string, more: object = {}) => command("navigate", { url, ...more });
const errorOf = (body: Json) => body.error as { code: string; message: string };

describe("POST navigate", () => {
  it("goes there and says where it landed", async () => {
    const { status, body } = await navigate(`${site}/redirect?to=/login.html`);
    expect(status).toBe(200);
    expect(body).toEqual({ status: "success", url: `${site}/login.html` });
  });

  it.each([
    ["not a url", /url.*absolute URL/],
    ["ftp://example.com/x", /url.*http or https/],
    ["javascript:alert(1)", /url.*http or https/],
    ["", /url/],
  ])("refuses %j", async (url, message) => {
    const { status, body } = await navigate(url);
    expect(status).toBe(400);
    expect(errorOf(body)).toMatchObject({
      code: "BAD_REQUEST",
      message: expect.stringMatching(message),
    });
  });

  it.each([{}, { url: null }, { url: 5 }])("refuses %j", async (body) => {
    const answer = await command("navigate", body);
    expect(answer.status).toBe(400);
    expect(errorOf(answer.body).message).toMatch(/^url: /);
  });

  it("tells the browser's own error, and goes on", async () => {
    const refused = await navigate("http://localhost:1/");
    expect(refused.status).toBe(400);
    expect(errorOf(refused.body).message).toContain("net::ERR_");
    const unknown = await navigate("http://no-such-host.invalid/");
    expect(unknown.status).toBe(400);
    expect(errorOf(unknown.body).message).toContain("net::ERR_NAME_NOT_RESOLVED");
    expect((await navigate(`${site}/login.html`)).status).toBe(200);
  });

  it.each(["timeout_ms", "timeout"])("gives up after %s with 408", async (name) => {
    const { status, body } = await navigate(`${site}/slow?ms=5000`, { [name]: 300 });
    expect(status).toBe(408);
    expect(errorOf(body).code).toBe("TIMEOUT");
    expect((await navigate(`${site}/login.html`)).status).toBe(200);
  });

  it.each([0, 120_001, "soon"])("refuses a time limit of %j", async (limit) => {
    const { status, body } = await navigate(site, { timeout_ms: limit });
    expect(status).toBe(400);
    expect(errorOf(body).message).toMatch(/timeout_ms/);
  });

  it("takes an answer of 404 for a page like any other", async () => {
    expect((await navigate(`${site}/nowhere`)).status).toBe(200);
  });
});

describe("POST action, in plain words", () => {
  it("fills a login form and signs in", async () => {
    await navigate(`${site}/login.html`);
    expect(
      (await command("action", { command: "Enter 'user@example.com' in email field" })).body,
    ).toEqual({
      status: "success",
      action: "type",
      element: expect.stringMatching(/email/i),
    });
    const typed = await command("action", { command: "Enter 'correct horse' in password field" });
    expect(typed.status).toBe(200);
    expect(JSON.stringify(typed.body)).not.toContain("correct horse");
    expect((await command("action", { command: "Click Login button" })).body).toEqual({
      status: "success",
      action: "click",
      element: "Sign In button",
    });
    const { body } = await command("monitor", undefined, "GET");
    expect(body).toEqual({ url: `${site}/login`, title: "Welcome", state: "ready" });
  });

  it("takes `instruction` from FlyBrowser's own client", async () => {
    await navigate(`${site}/login.html`);
    const { status, body } = await command("action", { instruction: "tick remember me" });
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: "success", action: "check" });
  });

  it("says what it looked for and what comes near", async () => {
    await navigate(`${site}/login.html`);
    const { status, body } = await command("action", { command: "Click the Launch Rocket button" });
    expect(status).toBe(400);
    expect(errorOf(body).message).toMatch(/launch rocket/i);
    expect(errorOf(body).message).toMatch(/Sign In/);
  });

  it("never repeats what was to be typed", async () => {
    await navigate(`${site}/login.html`);
    const { status, body } = await command("action", {
      command: "Type 'hunter2-secret' into the rocket fuel field",
    });
    expect(status).toBe(400);
    expect(JSON.stringify(body)).not.toContain("hunter2-secret");
  });

  it.each([{}, { command: "" }, { command: 7 }])("refuses %j", async (body) => {
    const answer = await command("action", body);
    expect(answer.status).toBe(400);
    expect(errorOf(answer.body).message).toMatch(/^command: /);
  });
});

describe("POST extract", () => {
  it("answers in one text", async () => {
    await navigate(`${site}/login.html`);
    const { status, body } = await command("extract", {
      query: "Extract the main heading and first paragraph",
    });
    expect(status).toBe(200);
    expect(body).toEqual({
      result: "Heading: Sign in\nParagraph: Welcome back. Please sign in to your account.",
    });
    expect((await command("extract", { instruction: "Get the title" })).body.result).toMatch(
      /Sign in/,
    );
  });

  it("refuses a missing query", async () => {
    const { status, body } = await command("extract", {});
    expect(status).toBe(400);
    expect(errorOf(body).message).toBe("query: is required");
  });
});

describe("screenshots", () => {
  const signature = (bytes: Uint8Array) => Array.from(bytes.slice(0, 4));
  const shoot = async (query = "") => {
    const response = await ask(`/sessions/${id}/screenshot${query}`, {
      headers: { authorization: `Bearer ${key}` },
    });
    return { response, bytes: new Uint8Array(await response.arrayBuffer()) };
  };

  it("GET gives PNG bytes", async () => {
    await navigate(`${site}/login.html`);
    const { response, bytes } = await shoot();
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("image/png");
    expect(signature(bytes)).toEqual([0x89, 0x50, 0x4e, 0x47]);
  });

  it("GET takes format and selector", async () => {
    const { response, bytes } = await shoot("?format=jpeg&full_page=true");
    expect(response.headers.get("content-type")).toBe("image/jpeg");
    expect(signature(bytes).slice(0, 2)).toEqual([0xff, 0xd8]);
    const element = await shoot("?selector=form");
    expect(element.response.status).toBe(200);
    expect((await shoot("?selector=.nothing-like-it")).response.status).toBe(400);
    expect((await shoot("?format=gif")).response.status).toBe(400);
  });

  it("POST answers as FlyBrowser's own client reads it, and keeps the picture", async () => {
    const { status, body } = await command("screenshot", { full_page: false });
    expect(status).toBe(200);
    expect(body).toEqual({
      success: true,
      screenshot_id: expect.any(String),
      format: "png",
      width: 1280,
      height: 720,
      data_base64: expect.stringMatching(/^iVBORw0KGgo/),
      url: `${site}/login.html`,
      timestamp: expect.any(Number),
    });
    const kept = await ask(`/sessions/${id}/screenshots/${String(body.screenshot_id)}`, {
      headers: { authorization: `Bearer ${key}` },
    });
    expect(kept.status).toBe(200);
    expect(kept.headers.get("content-security-policy")).toContain("sandbox");
    expect(signature(new Uint8Array(await kept.arrayBuffer()))).toEqual([0x89, 0x50, 0x4e, 0x47]);
  });

  it("GET pdf gives a PDF", async () => {
    const response = await ask(`/sessions/${id}/pdf`, {
      headers: { authorization: `Bearer ${key}` },
    });
    expect(response.headers.get("content-type")).toBe("application/pdf");
    expect(new TextDecoder().decode((await response.arrayBuffer()).slice(0, 5))).toBe("%PDF-");
  });
});

describe("POST workflow", () => {
  const steps = [
    { action: "goto", url: `${site}/login.html` },
    { action: "act", command: "Enter '{{email}}' in email field" },
    { action: "act", command: "Enter '${password}' in password field" },
    { action: "act", command: "Click Login button" },
    { action: "extract", query: "Confirm login success" },
    { action: "screenshot" },
  ];
  const variables = { email: "ada@example.com", password: "correct horse" };

  it("runs the document's login", async () => {
    const { status, body } = await command("workflow", {
      workflow: { name: "login_workflow", steps },
      variables,
    });
    expect(status).toBe(200);
    expect(body).toEqual({
      status: "completed",
      workflow: "login_workflow",
      results: [
        { step: 0, action: "goto", status: "success" },
        { step: 1, action: "act", status: "success" },
        { step: 2, action: "act", status: "success" },
        { step: 3, action: "act", status: "success" },
        { step: 4, action: "extract", status: "success", result: expect.any(String) },
        {
          step: 5,
          action: "screenshot",
          status: "success",
          result: expect.stringContaining(`/sessions/${id}/screenshots/shot_`),
        },
      ],
    });
    const link = new URL(String((body.results as Json[])[5]?.result)).pathname;
    expect((await ask(link)).status).toBe(401);
    const picture = await ask(link, { headers: { authorization: `Bearer ${key}` } });
    expect(picture.headers.get("content-type")).toBe("image/png");
    await picture.body?.cancel();
  });

  it("ends at the step that fails, with what came before", async () => {
    const { status, body } = await command("workflow", {
      workflow: {
        name: "broken",
        steps: [steps[0], { action: "act", command: "Click the Nonexistent Thing" }, steps[4]],
      },
    });
    expect(status).toBe(200);
    expect(body.status).toBe("failed");
    expect(body.results).toEqual([
      { step: 0, action: "goto", status: "success" },
      { step: 1, action: "act", status: "failed", error: expect.stringMatching(/nonexistent/i) },
    ]);
  });

  it("checks all of it before the first step", async () => {
    await navigate(`${site}/login.html`);
    const { status, body } = await command("workflow", {
      workflow: {
        name: "w",
        steps: [{ action: "goto", url: `${otherSite}/` }, { action: "dance" }],
      },
    });
    expect(status).toBe(400);
    expect(errorOf(body).message).toMatch(/workflow\.steps\.1/);
    expect((await command("monitor", undefined, "GET")).body.url).toBe(`${site}/login.html`);
  });

  it.each([
    [{}, /workflow/],
    [{ workflow: { steps: [] } }, /name/],
    [{ workflow: { name: "w", steps: [] } }, /steps/],
    [{ workflow: { name: "w", steps: [{ action: "goto" }] } }, /steps\.0\.url/],
    [{ workflow: { name: "w", steps: [{ action: "act", command: " " }] } }, /steps\.0\.command/],
  ])("refuses %j", async (body, message) => {
    const answer = await command("workflow", body);
    expect(answer.status).toBe(400);
    expect(errorOf(answer.body).message).toMatch(message);
  });
});

describe("POST monitor", () => {
  it("waits for a condition", async () => {
    await navigate(`${site}/login.html`);
    const { status, body } = await command("monitor", {
      condition: 'page contains "Welcome back"',
      timeout: 5,
      poll_interval: 0.1,
    });
    expect(status).toBe(200);
    expect(body).toEqual({
      success: true,
      condition_met: true,
      elapsed_time: expect.any(Number),
      details: expect.any(String),
    });
  });

  it("says when it was not met in time", async () => {
    const { status, body } = await command("monitor", {
      condition: 'page contains "nothing of the kind"',
      timeout: 1,
      poll_interval: 0.1,
    });
    expect(status).toBe(200);
    expect(body.condition_met).toBe(false);
    expect(Number(body.elapsed_time)).toBeGreaterThanOrEqual(0.9);
  });

  it.each([
    { condition: "x appears", timeout: 0.5 },
    { condition: "x appears", poll_interval: 11 },
    {},
  ])("refuses %j", async (body) => {
    expect((await command("monitor", body)).status).toBe(400);
  });
});

describe("content, markdown, cookies", () => {
  it("gives the page in both forms", async () => {
    await navigate(`${site}/login.html`);
    const content = await command("content", undefined, "GET");
    expect(content.body).toMatchObject({ url: `${site}/login.html`, title: "Sign in" });
    expect(content.body.content).toContain("<form");
    const markdown = await command("markdown", undefined, "GET");
    expect(markdown.body.markdown).toContain("Welcome back");
    expect(markdown.body.markdown).not.toContain("<p>");
  });

  it("reads and replaces cookies, HttpOnly ones too", async () => {
    await navigate(`${site}/set-cookie?name=token&value=abc`);
    const { body } = await command("cookies", undefined, "GET");
    expect(body.cookies).toContainEqual({
      name: "token",
      value: "abc",
      domain: "localhost",
      path: "/",
      expires: null,
      http_only: true,
      secure: false,
      same_site: null,
    });
    const put = await command(
      "cookies",
      { cookies: [{ name: "fresh", value: "1", url: site }] },
      "PUT",
    );
    expect(put.body).toEqual({ status: "success", count: 1 });
    const after = (await command("cookies", undefined, "GET")).body.cookies as Json[];
    expect(after.map((cookie) => cookie.name)).toEqual(["fresh"]);
  });

  it("are not for read-only keys, but looking is", async () => {
    const made = await call<{ api_key: string }>(key, "POST", "/manage/keys", { scope: "read" });
    const reader = made.body.api_key;
    const as = (method: string, path: string, body?: object) =>
      call<Json>(reader, method, `/sessions/${id}${path}`, body);
    expect((await as("GET", "/cookies")).status).toBe(403);
    expect((await as("POST", "/navigate", { url: site })).status).toBe(403);
    expect((await as("POST", "/action", { command: "click x" })).status).toBe(403);
    expect((await as("DELETE", "")).status).toBe(403);
    expect((await call(reader, "POST", "/sessions", {})).status).toBe(403);
    expect((await as("GET", "/monitor")).status).toBe(200);
    expect((await as("POST", "/extract", { query: "title" })).status).toBe(200);
  });
});
