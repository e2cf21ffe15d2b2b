import puppeteer from "@cloudflare/puppeteer";
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, inject, it, vi } from "vitest";
import { call, listen, newAccount, newSession } from "../../support/api.ts";

const site = inject("site");

const stubOf = (id: string) => env.SESSION.get(env.SESSION.idFromName(id));

async function remembering(): Promise<{ key: string; id: string }> {
  const { key } = await newAccount();
  const id = await newSession(key);
  await call(key, "POST", `/sessions/${id}/navigate`, {
    url: `${site}/set-cookie?name=token&value=abc`,
  });
  await call(key, "POST", `/sessions/${id}/navigate`, { url: `${site}/storage.html` });
  await call(key, "POST", `/sessions/${id}/action`, { command: "Click Remember" });
  return { key, id };
}

/** The session as it should be after its browser was replaced. */
async function expectRestored(key: string, id: string): Promise<void> {
  const { status, body } = await call(key, "POST", `/sessions/${id}/extract`, {
    query: "first paragraph",
  });
  expect(status).toBe(200);
  expect(body.result).toContain("Basket: three apples.");
  expect(body.result).toContain("flavour=vanilla");
  const cookies = await call<{ cookies: { name: string }[] }>(
    key,
    "GET",
    `/sessions/${id}/cookies`,
  );
  expect(cookies.body.cookies.map((cookie) => cookie.name).toSorted()).toEqual([
    "flavour",
    "token",
  ]);
  const socket = await listen(`/ws/sessions/${id}?since=0`, { authorization: `Bearer ${key}` });
  const restored = await socket.hears((message) => message.type === "restored");
  expect(restored).toMatchObject({ url: `${site}/storage.html` });
  expect(JSON.stringify(restored.lost)).toMatch(/session.storage/);
}

/** Kills the session's browser from outside. */
async function killBrowser(id: string): Promise<void> {
  const browserId = await runInDurableObject(stubOf(id), (_object, state) =>
    state.storage.kv.get<string>("browser"),
  );
  if (browserId === undefined) throw new Error("No browser to kill");
  const browser = await puppeteer.connect(env.BROWSER as never, browserId);
  await browser.close();
}

/** Lets so many milliseconds pass for the objects' clock, and rings the alarm. */
async function ringAfter(id: string, milliseconds: number): Promise<void> {
  vi.useFakeTimers({ toFake: ["Date"] });
  vi.setSystemTime(Date.now() + milliseconds);
  expect(await runDurableObjectAlarm(stubOf(id))).toBe(true);
  vi.useRealTimers();
}

afterEach(() => {
  vi.useRealTimers();
});

const held = (id: string) =>
  env.DB.prepare("SELECT count(*) AS held FROM browser_holders WHERE holder = ?")
    .bind(id)
    .first("held");

describe("a session outlives its browser", () => {
  it("after the browser was killed", async () => {
    const { key, id } = await remembering();
    // The snapshot is taken after the answer.
    await new Promise((resolve) => {
      setTimeout(resolve, 300);
    });
    await killBrowser(id);
    await expectRestored(key, id);
    await call(key, "DELETE", `/sessions/${id}`);
  });

  it("after it was parked, and counts for nothing meanwhile", async () => {
    const { key, id } = await remembering();
    expect(await held(id)).toBe(1);
    await ringAfter(id, 61_000);
    expect(await held(id)).toBe(0);
    const seen = await call(key, "GET", `/sessions/${id}`);
    expect(seen.body.current_url).toBe(`${site}/storage.html`);
    await expectRestored(key, id);
    expect(await held(id)).toBe(1);
    await call(key, "DELETE", `/sessions/${id}`);
    expect(await held(id)).toBe(0);
  });

  it("is not parked while somebody watches", async () => {
    const { key, id } = await remembering();
    const socket = await listen(`/ws/sessions/${id}`, { authorization: `Bearer ${key}` });
    await ringAfter(id, 61_000);
    expect(await held(id)).toBe(1);
    socket.close();
    await call(key, "DELETE", `/sessions/${id}`);
  });
});

describe("an idle session", () => {
  it("closes by alarm and leaves nothing behind", async () => {
    const { key } = await newAccount();
    const id = await newSession(key, { timeout: 10 });
    const { body } = await call(key, "POST", `/sessions/${id}/screenshot`, {});
    expect(body.success).toBe(true);
    const socket = await listen(`/ws/sessions/${id}`, { authorization: `Bearer ${key}` });
    await ringAfter(id, 11_000);
    expect((await socket.closed).reason).toMatch(/idle/);
    expect((await call(key, "GET", `/sessions/${id}`)).status).toBe(404);
    expect((await call(key, "GET", "/sessions")).body.total).toBe(0);
    const files = await env.FILES.list();
    expect(files.objects.filter((file) => file.key.includes(id))).toEqual([]);
    expect(await held(id)).toBe(0);
  });

  it("that was used meanwhile stays", async () => {
    const { key } = await newAccount();
    const id = await newSession(key, { timeout: 60 });
    await ringAfter(id, 30_000);
    expect((await call(key, "GET", `/sessions/${id}`)).status).toBe(200);
    await call(key, "DELETE", `/sessions/${id}`);
  });
});
