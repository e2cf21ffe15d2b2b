import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, inject, it } from "vitest";
import { ask, call, listen, newAccount } from "../support/api.ts";
import { page, redirect, scripted } from "../support/origins.ts";
import { deployment } from "../support/worker.ts";
import { expectLikeGolden } from "../support/golden.ts";
import { BEYOND_CHECK, dotted, newTest, type Row } from "../dialects/agentslug/support.ts";

const { plain } = inject("origins");
const worker = deployment();
const up = scripted(plain, page("all is well"));
const down = scripted(plain, {
  send: "HTTP/1.1 503 Secret words\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
});

interface Shared {
  key: string;
  id: number;
  hash: string;
}

async function share(wish: object): Promise<Shared> {
  const { key } = await newAccount();
  const id = await newTest(key, wish);
  const { body } = await call<{ publicHash: string }>(key, "POST", `/tests/${id}/publicHash`);
  return { key, id, hash: body.publicHash };
}
const check = ({ key, id }: Shared) =>
  worker.call<{ Check: Row }>(key, "POST", `/tests/${id}/check`);
/** The object that looks after a test. */
const shardOf = async (id: number) => {
  const row = await env.DB.prepare("SELECT shard FROM monitors WHERE id = ?")
    .bind(id)
    .first<{ shard: number }>();
  return env.MONITOR.getByName(String(row?.shard));
};
const text = async (path: string) => {
  const response = await ask(path);
  return { status: response.status, headers: response.headers, text: await response.text() };
};

describe("POST /tests/:testID/publicHash", () => {
  it("shares a test, and made again kills what was shared before", async () => {
    const { key, id, hash } = await share({ url: up, testName: "Mine" });
    const made = await call<{ publicHash: string }>(key, "POST", `/tests/${id}/publicHash`);
    expect(made.status).toBe(200);
    expectLikeGolden(made.body, "agentslug/public-hash");
    expect(made.body.publicHash).not.toBe(hash);
    const test = await call<{ Test: Row }>(key, "GET", `/tests/${id}`);
    expect(test.body.Test["publicHash"]).toBe(made.body.publicHash);
    for (const [shared, status] of [
      [hash, 404],
      [made.body.publicHash, 200],
    ] as const) {
      for (const path of [
        `/status/${shared}`,
        `/status/${shared}/badge.svg`,
        `/public/realtime/${shared}/${id}?iframe=1`,
        `/ajax/getLastChecks/${id}/${shared}`,
      ]) {
        expect([path, (await text(path)).status]).toEqual([path, status]);
      }
    }
  });

  it("is over when the test is", async () => {
    const shared = await share({ url: up });
    await call(shared.key, "DELETE", `/tests/${shared.id}`);
    expect((await text(`/status/${shared.hash}`)).status).toBe(404);
  });
});

describe("the status page", () => {
  it("shows the state, checks by region with their phases, uptime and downtimes", async () => {
    const shared = await share({ url: up, testName: "Shop <b>& co", sensitivity: 10 });
    const before = await text(`/status/${shared.hash}`);
    expect(before.status).toBe(200);
    expect(before.text).toContain("Not checked yet");
    expect(before.text).toContain("Shop &lt;b&gt;&amp; co");
    expect(before.text).not.toContain("Shop <b>");
    for (let time = 0; time < 4; time += 1) await check(shared);
    const now = (await text(`/status/${shared.hash}`)).text;
    expect(now).toContain("<title>Up: Shop");
    expect(now.match(/<tr data-check=/g)).toHaveLength(4);
    expect(now).toMatch(/Eastern North America|Western Europe/);
    expect(now).toContain("First byte");
    expect(now).toContain("None so far.");
    await call(shared.key, "PATCH", `/tests/${shared.id}`, { url: down });
    await check(shared);
    const later = (await text(`/status/${shared.hash}`)).text;
    expect(later).toContain("<title>Down: Shop");
    expect(later).toContain("still down");
    expect(later).toContain("Error status");
    await call(shared.key, "PATCH", `/tests/${shared.id}`, { active: 0 });
    expect((await text(`/status/${shared.hash}`)).text).toContain("<title>Paused: Shop");
  });

  it("shows only what its owner shares", async () => {
    const target = `${up}?token=hidden-query#part`.replace("//", "//me:hidden-word@");
    const shared = await share({
      url: target,
      testName: "Plain",
      word: "hidden-word",
      wordAbsent: "hidden-absent",
      userAgent: "hidden-agent",
      method: "POST",
      headers: { "X-Hidden-Name": "hidden-value" },
      body: "hidden-body",
    });
    await check(shared);
    await call(shared.key, "PATCH", `/tests/${shared.id}`, { url: down });
    await check(shared);
    const socket = await listen(`/status/${shared.hash}/live?since=0`);
    await check(shared);
    await socket.hears(({ type }) => type === "check");
    socket.close();
    for (const told of [
      (await text(`/status/${shared.hash}`)).text,
      (await text(`/public/realtime/${shared.hash}/${shared.id}`)).text,
      (await text(`/status/${shared.hash}/badge.svg`)).text,
      (await text(`/ajax/getLastChecks/${shared.id}/${shared.hash}`)).text,
      JSON.stringify(socket.heard),
    ]) {
      expect(told).not.toMatch(/hidden-|Secret words|\/script\//i);
    }
    expect((await text(`/status/${shared.hash}`)).text).toContain(new URL(plain).host);
  });

  it("may be framed under the widget's address only, and runs no script but its own", async () => {
    const { hash, id } = await share({ url: up });
    const own = await text(`/status/${hash}`);
    const framed = await text(`/public/realtime/${hash}/${id}?iframe=1`);
    const policies = [own, framed].map(
      ({ headers }) => headers.get("content-security-policy") ?? "",
    );
    expect(policies[0]).toContain("frame-ancestors 'none'");
    expect(policies[1]).toContain("frame-ancestors *");
    for (const [index, { text: html, headers }] of [own, framed].entries()) {
      const nonce = /script-src 'nonce-([0-9a-f-]{36})'/.exec(policies[index] ?? "")?.[1];
      expect(html.match(/<script/g)).toHaveLength(1);
      expect(html).toContain(`<script nonce="${nonce}">`);
      expect(headers.get("referrer-policy")).toBe("no-referrer");
      expect(headers.get("x-frame-options")).toBeNull();
    }
    expect((await text(`/public/realtime/${hash}/${id + 1}`)).status).toBe(404);
    expect((await text(`/public/realtime/${hash}/x`)).status).toBe(404);
  });

  it("shows a push test without response times", async () => {
    const { key, id, hash } = await share({ type: "push", interval: 60, testName: "Backup" });
    await call(key, "POST", `/ping/${id}/heartbeat`);
    const told = (await text(`/status/${hash}`)).text;
    expect(told).toContain("<title>Up: Backup");
    expect(told).toContain("A heartbeat is due every 1 min");
    expect(told).not.toContain("Response time");
  });

  it("is limited per address", async () => {
    const strict = deployment({ RATE_LIMIT_PER_IP_PER_MINUTE: "3" });
    const { hash } = await share({ url: up });
    const statuses = [];
    for (let time = 0; time < 5; time += 1) {
      const headers = { "cf-connecting-ip": "203.0.113.99" };
      const response = await strict.ask(`/status/${hash}/badge.svg`, { headers });
      await response.body?.cancel();
      statuses.push(response.status);
    }
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
  });
});

describe("the live stream", () => {
  it("brings each check with the state that follows from it", async () => {
    const shared = await share({ url: up, sensitivity: 10 });
    const other = await newTest(shared.key, { url: up });
    const socket = await listen(`/status/${shared.hash}/live`);
    await check({ ...shared, id: other });
    const { Check } = (await check(shared)).body;
    const first = await socket.hears(({ type }) => type === "check");
    expect(first).toMatchObject({ title: "Up" });
    expect(first["row"]).toContain(`data-check="${Check["checkID"]}"`);
    expect(first["state"]).toContain('id="state"');
    await call(shared.key, "PATCH", `/tests/${shared.id}`, { url: down });
    await socket.hears(({ type }) => type === "changed");
    await check(shared);
    await socket.hears(({ title }) => title === "Down");
    expect(socket.heard.filter(({ type }) => type === "check")).toHaveLength(3);
    socket.close();
  });

  it("tells what came while a page was on its way", async () => {
    const shared = await share({ url: up });
    const since = Date.now() - 1000;
    const { Check } = (await check(shared)).body;
    const socket = await listen(`/status/${shared.hash}/live?since=${since}`);
    const told = await socket.hears(({ type }) => type === "check");
    expect(told["row"]).toContain(`data-check="${Check["checkID"]}"`);
    socket.close();
  });

  it("ends when the hash is replaced, and is not there for an unknown one", async () => {
    const { key, id, hash } = await share({ url: up });
    const socket = await listen(`/status/${hash}/live`);
    await call(key, "POST", `/tests/${id}/publicHash`);
    expect(await socket.closed).toMatchObject({ code: 1008 });
    const upgrade = { headers: { upgrade: "websocket" } };
    expect((await ask(`/status/${hash}/live`, upgrade)).status).toBe(404);
    expect((await ask(`/status/${hash}/live`)).status).toBe(404);
  });

  it("outlives its object", async () => {
    const shared = await share({ url: up });
    const socket = await listen(`/status/${shared.hash}/live`);
    await evictDurableObject(await shardOf(shared.id));
    const { Check } = (await check(shared)).body;
    const told = await socket.hears(({ type }) => type === "check");
    expect(told["row"]).toContain(`data-check="${Check["checkID"]}"`);
    await evictDurableObject(await shardOf(shared.id));
    await call(shared.key, "POST", `/tests/${shared.id}/publicHash`);
    expect(await socket.closed).toMatchObject({ code: 1008 });
  });

  it("answers upgrades only", async () => {
    const { hash } = await share({ url: up });
    expect((await text(`/status/${hash}/live`)).status).toBe(400);
  });
});

describe("the badge", () => {
  it("is a picture with one word", async () => {
    const shared = await share({ url: up });
    const badge = `/status/${shared.hash}/badge.svg`;
    expect((await text(badge)).text).toContain('aria-label="status: pending"');
    await check(shared);
    const { headers, text: svg } = await text(badge);
    expect(headers.get("content-type")).toMatch(/^image\/svg\+xml/);
    expect(headers.get("cache-control")).toBe("max-age=60");
    expect(svg).toContain('aria-label="status: up"');
    const gone = await text("/status/00000000000000000000000000000000/badge.svg");
    expect([gone.status, gone.text.includes("status: unknown")]).toEqual([404, true]);
  });
});

describe("GET /ajax/getLastChecks/:testID/:hash", () => {
  it("gives the widget the newest checks, to scripts of any origin", async () => {
    const shared = await share({ url: scripted(plain, redirect(up)) });
    for (let time = 0; time < 3; time += 1) await check(shared);
    const path = `/ajax/getLastChecks/${shared.id}/${shared.hash}`;
    const { status, headers, body } = await call<{ Checks: Row[] }>(null, "GET", path);
    expect(status).toBe(200);
    expectLikeGolden(body, "agentslug/checks", dotted("Checks", BEYOND_CHECK));
    expect(body.Checks).toHaveLength(3);
    expect(headers.get("access-control-allow-origin")).toBe("*");
    expect(headers.get("cache-control")).toBe("no-store");
    const one = await call<{ Checks: Row[] }>(null, "GET", `${path}?limit=1`);
    expect(one.body.Checks).toEqual(body.Checks.slice(0, 1));
    const wrong = await call(null, "GET", `/ajax/getLastChecks/${shared.id + 1}/${shared.hash}`);
    expect([wrong.status, wrong.body]).toEqual([404, { msg: "Monitor not found" }]);
  });
});
