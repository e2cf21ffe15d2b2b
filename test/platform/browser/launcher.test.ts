import { expect, test } from "vitest";
import { createBrowserLauncher } from "../../../src/platform/browser/index.ts";
import { guard } from "./support.ts";

type Answer = (request: Request) => Response;

/** The binding as puppeteer speaks to it, with the limits that the local one does not enforce. */
function fakeBinding(answers: Record<string, Answer>) {
  const asked: string[] = [];
  const binding = {
    fetch: async (input: RequestInfo, init?: RequestInit): Promise<Response> => {
      const request = new Request(input, init);
      const { pathname, searchParams } = new URL(request.url);
      asked.push(`${request.method} ${pathname}`);
      const answer = answers[`${request.method} ${pathname}`];
      if (!answer) return new Response("not found", { status: 404 });
      if (searchParams.has("keep_alive"))
        asked.push(`keep_alive ${searchParams.get("keep_alive")}`);
      return answer(request);
    },
  } as unknown as BrowserRun;
  return { asked, launcher: createBrowserLauncher({ binding, guard, allowPrivate: true }) };
}

const limits = (
  allowedBrowserAcquisitions: number,
  timeUntilNextAllowedBrowserAcquisition: number,
) =>
  Response.json({
    activeSessions: [],
    maxConcurrentSessions: 120,
    allowedBrowserAcquisitions,
    timeUntilNextAllowedBrowserAcquisition,
  });
const acquire = "POST /v1/devtools/browser";

test("no browser free: LIMIT_REACHED, with the platform's own time to wait", async () => {
  const { launcher, asked } = fakeBinding({
    [acquire]: () =>
      new Response("Rate limit exceeded", { status: 429, headers: { "retry-after": "3" } }),
  });
  await expect(launcher.launch()).rejects.toMatchObject({
    code: "LIMIT_REACHED",
    details: { retryAfter: 3 },
  });
  expect(asked).toContain("keep_alive 600000");
});

test("too many launches: the time comes from the platform's limits", async () => {
  const { launcher } = fakeBinding({
    [acquire]: () => new Response("Rate limit exceeded", { status: 429 }),
    "GET /v1/limits": () => limits(0, 1_400),
  });
  await expect(launcher.launch()).rejects.toMatchObject({
    code: "LIMIT_REACHED",
    details: { retryAfter: 2 },
  });
});

test("too many browsers at once: a time to wait is given all the same", async () => {
  const { launcher } = fakeBinding({
    [acquire]: () => new Response("Concurrency limit exceeded", { status: 429 }),
    "GET /v1/limits": () => limits(1, 0),
  });
  await expect(launcher.launch()).rejects.toMatchObject({
    code: "LIMIT_REACHED",
    details: { retryAfter: 10 },
  });
});

test.for<[string, Record<string, Answer>]>([
  ["a failing platform", { [acquire]: () => new Response("oops", { status: 500 }) }],
  ["a browser that cannot be reached", { [acquire]: () => Response.json({ sessionId: "x" }) }],
  ["an answer that is none", { [acquire]: () => new Response("<html>") }],
])("%s: UNAVAILABLE, without the platform's words", async ([, answers]) => {
  const { launcher } = fakeBinding(answers);
  await expect(launcher.launch()).rejects.toMatchObject({
    code: "UNAVAILABLE",
    message: "The browser could not be started.",
  });
});

test("a browser that says nothing is given up", { timeout: 40_000 }, async () => {
  const { launcher } = fakeBinding({
    [acquire]: () => Response.json({ sessionId: "mute" }),
    "GET /v1/devtools/browser/mute": () => {
      const { 0: client, 1: server } = new WebSocketPair();
      server.accept();
      return new Response(null, { status: 101, webSocket: client });
    },
    "GET /v1/sessions": () => Response.json({ sessions: [{ sessionId: "mute" }] }),
  });
  expect(await launcher.join("mute")).toBeNull();
});

test("a browser that the platform does not list is not asked for", async () => {
  const { launcher, asked } = fakeBinding({
    "GET /v1/sessions": () => Response.json({ sessions: [] }),
  });
  expect(await launcher.join("gone")).toBeNull();
  expect(asked).toEqual(["GET /v1/sessions"]);
});
