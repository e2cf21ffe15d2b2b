import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { VERSION } from "../../../src/dialects/flybrowser/routes/health.ts";
import packageText from "../../../package.json?raw";
import { call, listen, newAccount, newSession, type Socket } from "../../support/api.ts";
import { expectLikeGolden, golden } from "../../support/golden.ts";

/** Every payload of wire/flybrowser.md beside what the Worker answers: same fields, same types. */

const site = inject("site");

let key: string;
let id: string;
let socket: Socket;

beforeAll(async () => {
  ({ key } = await newAccount());
  id = await newSession(key);
  socket = await listen(`/ws/sessions/${id}`, { authorization: `Bearer ${key}` });
});

afterAll(async () => {
  await call(key, "DELETE", `/sessions/${id}`);
});

const at = (path: string) => `/sessions/${id}${path}`;

describe("golden payloads", () => {
  it("GET /health", async () => {
    const { status, body } = await call(null, "GET", "/health");
    expect(status).toBe(200);
    expectLikeGolden(body, "flybrowser/health-cluster");
    expect(body).toMatchObject({ status: "healthy", version: VERSION });
    expect((JSON.parse(packageText) as { version: string }).version).toBe(VERSION);
  });

  it("POST and DELETE /sessions", async () => {
    const made = await call(key, "POST", "/sessions", {});
    expectLikeGolden(made.body, "flybrowser/sessions-create");
    const gone = await call(key, "DELETE", `/sessions/${String(made.body.session_id)}`);
    expectLikeGolden(gone.body, "flybrowser/sessions-delete");
  });

  it("GET /sessions and GET /sessions/{session_id}", async () => {
    expectLikeGolden((await call(key, "GET", "/sessions")).body, "flybrowser/sessions-list");
    expectLikeGolden((await call(key, "GET", at(""))).body, "flybrowser/sessions-get");
  });

  it("POST navigate, extract, action and GET monitor", async () => {
    const url = `${site}/login.html`;
    expectLikeGolden(
      (await call(key, "POST", at("/navigate"), { url })).body,
      "flybrowser/navigate",
    );
    const query = "Extract the main heading and first paragraph";
    const extracted = await call(key, "POST", at("/extract"), { query });
    expectLikeGolden(extracted.body, "flybrowser/extract");
    const command = "Click the Sign In button";
    const acted = await call(key, "POST", at("/action"), { command });
    expect(acted.body).toEqual(golden("flybrowser/action"));
    expectLikeGolden((await call(key, "GET", at("/monitor"))).body, "flybrowser/monitor");
  });

  it("POST workflow, the document's own request", async () => {
    const { status, body } = await call(key, "POST", at("/workflow"), {
      workflow: {
        name: "login_workflow",
        steps: [
          { action: "goto", url: `${site}/login.html` },
          { action: "act", command: "Enter 'user@example.com' in email field" },
          { action: "act", command: "Enter 'correct horse' in password field" },
          { action: "act", command: "Click Login button" },
          { action: "extract", query: "Confirm login success" },
        ],
      },
    });
    expect(status).toBe(200);
    expect(body).toEqual(golden("flybrowser/workflow"));
  });

  it("GET /cluster/status, nodes and sessions", async () => {
    const clustered = await call(key, "GET", "/cluster/status");
    // `is_leader` and `leader_id` are read by FlyBrowser's own client (wire/notes.md).
    expectLikeGolden(clustered.body, "flybrowser/cluster-status", ["is_leader", "leader_id"]);
    expect(clustered.body.is_leader).toBe(true);
    expect(clustered.body.health).toBe("HEALTHY");
    const nodes = await call(key, "GET", "/cluster/nodes");
    expectLikeGolden(nodes.body, "flybrowser/cluster-nodes", ["total"]);
    const sessions = await call(key, "GET", "/cluster/sessions");
    expectLikeGolden(sessions.body, "flybrowser/cluster-sessions");
  });

  it("errors", async () => {
    const { body } = await call(key, "POST", at("/navigate"), {});
    expectLikeGolden(body, "flybrowser/error", ["detail", "request_id"]);
    expect(body.detail).toBe((body.error as { message: string }).message);
  });

  it("events", async () => {
    const added = ["seq", "timestamp"];
    await call(key, "POST", at("/navigate"), { url: "http://localhost:1/" });
    for (const type of ["navigation", "action", "error"]) {
      const event = await socket.hears((message) => message.type === type);
      expectLikeGolden(event, `flybrowser/event-${type}`, added);
    }
  });
});

describe("the cluster", () => {
  it("counts the caller's own sessions where they live", async () => {
    const owner = await newAccount();
    const made = await newSession(owner.key, { region: "apac" });
    const nodes = async (who: string) =>
      (
        await call<{
          nodes: { node_id: string; sessions: number; address: string }[];
          total: number;
        }>(who, "GET", "/cluster/nodes")
      ).body;
    const own = await nodes(owner.key);
    expect(own.nodes.map((node) => [node.node_id, node.sessions])).toEqual([
      ["enam", 0],
      ["weur", 0],
      ["apac", 1],
    ]);
    expect(own.nodes[0]?.address).toBe("enam.outrider.test");
    expect((await nodes(key)).nodes[2]?.sessions).toBe(0);
    const page = await call<{ nodes: unknown[]; total: number }>(
      owner.key,
      "GET",
      "/cluster/nodes?offset=2&limit=5",
    );
    expect([page.body.nodes.length, page.body.total]).toEqual([1, 3]);
    await call(owner.key, "DELETE", `/sessions/${made}`);
  });
});
