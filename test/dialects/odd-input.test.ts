import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DIALECTS } from "../../src/app.ts";
import type { Route } from "../../src/dialects/kit/index.ts";
import { ask, call, newAccount, newSession } from "../support/api.ts";
import { newRunner } from "../support/runners.ts";

/** Whatever is sent, the answer is the caller's fault or the work done: never a 500. */

const ODD: unknown[] = [
  null,
  0,
  "text",
  [],
  [[]],
  { "": "" },
  { __proto__: null, constructor: 1, toString: 2 },
  { url: {}, command: [], query: 5, workflow: "x", name: null, email: 7, cookies: {} },
  { url: "http://[", command: "\ud800", query: "\u0000", condition: "\uffff", cookies: [null] },
  { url: "x".repeat(9000), command: "y".repeat(20_000), query: "z".repeat(20_000) },
  { workflow: { name: "w", steps: [null, 1, {}, { action: {} }] }, variables: { a: {} } },
  { workflow: { name: "w", steps: [{ action: "goto", url: "http://x", timeout_ms: 1e99 }] } },
  { cookies: [{ name: "a", value: "b", url: "x", expires: "never" }], timeout_ms: -1 },
  { session_id: "s\u0000", profile_id: 1, duration: 1e99, success: "no", details: "x" },
  { session_id: "\ud800", profile_id: "\ud800", event_type: "\udfff", proxy: "\ud800" },
  [{ session_id: "s", event_type: "click", details: { __proto__: null } }, 5],
  { tz: "Mars/Base", scope: "god", expires_at: "yesterday", points: "many", crater_config: [] },
  { url: "http://a.example", interval: {}, sensitivity: [5], active: null, allowedRedirects: "1" },
  { url: "http://a.example", headers: { "": "", "a b": "c", "\ud800": "\n" }, method: "POST" },
  {
    url: "http://%zz/",
    testName: "\u0000",
    word: "\ud800",
    userAgent: "\n",
    certWarningDays: 1e99,
  },
  { crate: {}, toolchain: [], result: "\u0000", log: 5 },
  { crate: "x", toolchain: "stable", result: { a: { b: [] } }, log: "%%%" },
  {
    "experiment-name": "\ud800",
    results: [{ crate: 1, toolchain: 2, result: "x" }],
    version: [1, 2],
  },
  { capabilities: ["", " ", "\u0000"], error: { deep: [[[[]]]] } },
  { name: "odd", crates: [null, {}, []], toolchains: [[], {}], mode: "\u0000", priority: 1e300 },
  { command: "\ud800", argument: "\u0000", output: [], saveLaunchOptions: {} },
  { command: "casperjs", argument: { a: "\ud800" }, saveLaunchOptions: 1e300 },
  { text: "\ud800\u0000", source: "\ud800", insertOnly: null, infoString: 5, markdown: [] },
  { type: "push", interval: 1e300, testName: "\u202e", body: { a: 1 } },
];

const QUERIES = [
  "limit=%00",
  "limit=1e9&offset=NaN",
  "offset=9999999999999999999",
  "since=-1&ack=maybe",
  "format=exe&full_page=2",
  "%E0%A4%A",
  "page=1e3&per_page=%20&status=%00",
  "page=1000000000&per_page=100&search=%ED%A0%80%22*&country=%00",
  "session_id=%00&event_type=%F0%9F%92%A9",
  "oldest=-1&youngest=1e400&sort=desc%00",
  "oldest=999999999999999999&youngest=NaN",
  "youngest=253402214400&oldest=0",
  "containerId=%00&mode=track",
  "containerId=1e3&fromOutputPos=-1&fromMessageId=-2",
  "argument=%ED%A0%80&command=%00&output=&launchNumber=",
  "year=0&month=99",
  "year=9999&month=12",
];

let key: string;
let id: string;
let token: string;
beforeAll(async () => {
  ({ key } = await newAccount());
  id = await newSession(key);
  token = await newRunner(key, "odd");
});
afterAll(async () => {
  await call(key, "DELETE", `/sessions/${id}`);
});

/** The key as each dialect wants it. */
const knock = (route: Route) => ({
  authorization: route.auth === "runner" ? `CraterToken ${token}` : `Bearer ${key}`,
  "x-api-key": key,
  "x-phantombuster-key-1": key,
});

const routes = DIALECTS.flatMap((dialect) =>
  dialect.routes.map((route) => [`${route.method} ${route.path}`, route] as const),
);

/** The route's path with oddities where its parameters are. */
const paths = (route: (typeof routes)[number][1]) => [
  route.path.replace(":session_id", id).replaceAll(/:\w+(?:\{[^}]*\})?/g, "%F0%9F%92%A9"),
  route.path.replaceAll(/:\w+(?:\{[^}]*\})?/g, "%00%2e%2e"),
];

describe.each(routes.filter(([, route]) => route.takesBody))("%s", (_name, route) => {
  it("survives odd bodies", async () => {
    for (const body of ODD) {
      const path = paths(route)[0] ?? "";
      const response = await ask(path, {
        method: route.method,
        headers: { ...knock(route), "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      await response.body?.cancel();
      expect({ path, body, failed: response.status >= 500 }).toEqual({ path, body, failed: false });
    }
  });
});

describe.each(routes.filter(([, route]) => route.method === "GET"))("%s", (_name, route) => {
  it("survives odd paths and queries", async () => {
    for (const path of paths(route)) {
      for (const query of QUERIES) {
        const response = await ask(`${path}?${query}`, { headers: knock(route) });
        await response.body?.cancel();
        expect({ path, query, failed: response.status >= 500 }).toEqual({
          path,
          query,
          failed: false,
        });
      }
    }
  });
});

describe("JSON that is small and costs much", () => {
  it("nested deeper than anything real is refused by every dialect before it is walked", async () => {
    const deep = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;
    const bodies: [string, string, string][] = [
      ["POST", `/sessions/${id}/workflow`, `{"workflow":{"name":"w","steps":${deep}}}`],
      ["PATCH", "/manage/account", `{"crater_config":{"a":${deep}}}`],
    ];
    for (const [method, path, body] of bodies) {
      const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
      const response = await ask(path, { method, headers, body });
      expect(response.status).toBe(400);
      expect(await response.text()).toContain("nested");
    }
    const brackets = "[".repeat(500);
    const { status } = await call(key, "PATCH", "/manage/account", {
      crater_config: { note: `${brackets}"\\${brackets}` },
    });
    expect(status).toBe(200);
  });

  it("variables that blow a workflow up are refused", async () => {
    const { status, body } = await call<{ error: { message: string } }>(
      key,
      "POST",
      `/sessions/${id}/workflow`,
      {
        workflow: { name: "w", steps: [{ action: "act", command: "{{a}}".repeat(50_000) }] },
        variables: { a: "x".repeat(500_000) },
      },
    );
    expect(status).toBe(400);
    expect(body.error.message).toContain("variables");
  });
});
