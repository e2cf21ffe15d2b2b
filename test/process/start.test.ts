import { createServer as createHttpServer, type Server } from "node:http";
import { createServer } from "node:net";
import { readdir, readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  devVars,
  freePort,
  launchOutrider,
  makeFolder,
  processesLeft,
  processesOf,
  removeFolder,
  startOutrider,
  type Outrider,
} from "./outrider.ts";

const ROOT = resolve(import.meta.dirname, "../..");

let dir: string;
let port: number;

beforeEach(async () => {
  dir = await makeFolder();
  port = await freePort();
});

afterEach(async () => {
  await removeFolder(dir);
});

describe("starting", () => {
  test("makes secrets, says where to go, serves, and has the same account after a restart", async () => {
    const first = await startOutrider({ port, dir });
    expect((await fetch(`${first.url}/health`)).status).toBe(200);
    const vars = await devVars(dir);
    expect(vars["DEMO_API_KEY"]).toMatch(/^ork_[0-9A-Za-z]{40}$/);
    expect(first.output()).toContain(first.url);
    expect(first.output()).toContain(vars["DEMO_API_KEY"]);
    expect(first.output()).toContain(vars["DEMO_PASSWORD"]);
    expect((await stat(join(dir, "state", ".dev.vars"))).mode & 0o777).toBe(0o600);
    const account = await accountOf(first);
    expect(account).toMatchObject({ account: { email: "demo@outrider.local" } });
    expect(await first.stop("SIGINT")).toEqual({ code: 0, signal: null });

    const second = await startOutrider({ port, dir });
    expect(await devVars(dir)).toEqual(vars);
    expect(await accountOf(second)).toEqual(account);
    expect(await second.stop("SIGTERM")).toEqual({ code: 0, signal: null });
  });

  test("says where mail lands, and it does", async () => {
    const outrider = await startOutrider({ port, dir });
    const folder = /Mail {9}(\S+), until/.exec(outrider.output())?.[1] ?? "";
    const to = `${crypto.randomUUID()}@example.com`;
    const ask = async (path: string, body?: object) => {
      const response = await fetch(`${outrider.url}/manage/channels${path}`, {
        method: "POST",
        headers: {
          authorization: `Bearer ${outrider.key}`,
          "content-type": "application/json",
        },
        ...(body && { body: JSON.stringify(body) }),
      });
      return (await response.json()) as { channel: { id: number } };
    };
    const { channel } = await ask("", { type: "email", name: to, target: to });
    await ask(`/${channel.id}/test`);
    const letters = async () => {
      const files = await readdir(join(ROOT, folder), { recursive: true }).catch(() => []);
      const texts = files.filter((file) => file.endsWith(".txt"));
      return Promise.all(texts.map((file) => readFile(join(ROOT, folder, file), "utf8")));
    };
    const isOurs = (text: string) => text.includes(to);
    await expect.poll(async () => (await letters()).some(isOurs)).toBe(true);
    await outrider.stop();
    expect((await letters()).some(isOurs)).toBe(false);
  });

  test("stops with a word when the port is taken", async () => {
    const holder = createServer();
    await new Promise<void>((listening) => holder.listen(port, "127.0.0.1", listening));
    const outrider = launchOutrider({ port, dir });
    expect(await outrider.ended).toEqual({ code: 1, signal: null });
    expect(outrider.output()).toContain(`Port ${port} is taken`);
    await new Promise((closed) => holder.close(closed));
    expect(await processesOf(dir)).toEqual([]);
  });

  test("stops with a word when there is no browser, and leaves nothing", async () => {
    const env = { CHROME_PATH: "/nowhere/chrome", XDG_CACHE_HOME: join(dir, "cache") };
    const outrider = launchOutrider({ port, dir, env });
    expect(await outrider.ended).toEqual({ code: 1, signal: null });
    expect(outrider.output()).toContain("/nowhere/chrome (CHROME_PATH) is not an executable file");
    expect(outrider.output()).not.toContain("    at ");
    expect(await processesLeft(dir, 500)).toEqual([]);
  });

  test("stops with a word when PORT is no port", async () => {
    const outrider = launchOutrider({ port: 99_999, dir });
    expect(await outrider.ended).toEqual({ code: 1, signal: null });
    expect(outrider.output()).toContain('PORT is "99999"');
  });
});

describe.runIf(process.platform === "linux")(
  "ending leaves no process and no temporary file",
  () => {
    let page: Server;
    let pageUrl: string;

    beforeAll(async () => {
      page = createHttpServer((_request, response) => response.end("<title>Here</title><p>Hello"));
      await new Promise<void>((listening) => page.listen(0, "127.0.0.1", listening));
      const address = page.address();
      pageUrl = `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}/`;
    });

    afterAll(() => {
      page.close();
    });

    test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
      "by %s with an open browser",
      async (signal) => {
        const outrider = await startOutrider({ port, dir });
        await openBrowser(outrider, pageUrl);
        expect(await chromiums(dir)).not.toEqual([]);
        expect(await outrider.stop(signal)).toEqual({ code: 0, signal: null });
        expect(await processesLeft(dir, 500)).toEqual([]);
        expect(await readdir(join(dir, "t"))).toEqual([]);
      },
    );

    test("by SIGKILL with an open browser, and the port is free again", async () => {
      const outrider = await startOutrider({ port, dir });
      await openBrowser(outrider, pageUrl);
      await outrider.stop("SIGKILL");
      expect(await processesLeft(dir, 5_000)).toEqual([]);
      expect(await readdir(join(dir, "t"))).toEqual([]);
      const again = await startOutrider({ port, dir });
      expect((await fetch(`${again.url}/health`)).status).toBe(200);
      await again.stop();
    });

    test("by the death of wrangler, which is told", async () => {
      const outrider = await startOutrider({ port, dir });
      await openBrowser(outrider, pageUrl);
      const wrangler = (await processesOf(dir)).find(({ command }) =>
        command.includes("wrangler-dist/cli.js"),
      );
      process.kill(wrangler?.pid ?? Number.NaN, "SIGKILL");
      expect(await outrider.ended).toEqual({ code: 1, signal: null });
      expect(outrider.output()).toContain("wrangler ended by itself (SIGKILL)");
      expect(await processesLeft(dir, 500)).toEqual([]);
    });

    test("while it still starts", async () => {
      const outrider = launchOutrider({ port, dir });
      await new Promise((passed) => setTimeout(passed, 1_500));
      expect(await outrider.stop("SIGINT")).toEqual({ code: 0, signal: null });
      expect(await processesLeft(dir, 500)).toEqual([]);
      expect(await readdir(join(dir, "t"))).toEqual([]);
    });

    test("what a run left that died together with its watchdog is swept by the next start", async () => {
      const outrider = await startOutrider({ port, dir });
      await openBrowser(outrider, pageUrl);
      const watchdog = (await processesOf(dir)).find(({ command }) =>
        command.includes("watchdog.ts"),
      );
      process.kill(watchdog?.pid ?? Number.NaN, "SIGKILL");
      await outrider.stop("SIGKILL");
      expect(await chromiums(dir)).not.toEqual([]);
      const orphans = await processesOf(dir);
      const again = await startOutrider({ port, dir });
      const now = new Set((await processesOf(dir)).map(({ pid }) => pid));
      expect(orphans.filter(({ pid }) => now.has(pid))).toEqual([]);
      await again.stop();
      expect(await processesLeft(dir, 500)).toEqual([]);
    });

    test("a second start on the same data is refused and disturbs nothing", async () => {
      const outrider = await startOutrider({ port, dir });
      const twin = launchOutrider({ port: await freePort(), dir });
      expect(await twin.ended).toEqual({ code: 1, signal: null });
      expect(twin.output()).toContain(`runs on this data already, at ${outrider.url}`);
      expect((await fetch(`${outrider.url}/health`)).status).toBe(200);
      await outrider.stop();
    });
  },
);

async function accountOf({ url, key }: Outrider): Promise<unknown> {
  const response = await fetch(`${url}/manage/account`, {
    headers: { Authorization: `Bearer ${key}` },
  });
  expect(response.status).toBe(200);
  return response.json();
}

/** A session whose first command has launched its browser. */
async function openBrowser({ url, key }: Outrider, page: string): Promise<void> {
  const headers = { Authorization: `Bearer ${key}`, "Content-Type": "application/json" };
  const created = await fetch(`${url}/sessions`, { method: "POST", headers, body: "{}" });
  expect(created.status).toBe(201);
  const { session_id: id } = (await created.json()) as { session_id: string };
  const moved = await fetch(`${url}/sessions/${id}/navigate`, {
    method: "POST",
    headers,
    body: JSON.stringify({ url: page }),
  });
  expect(moved.status).toBe(200);
}

async function chromiums(folder: string): Promise<string[]> {
  return (await processesOf(folder))
    .map(({ command }) => command)
    .filter((command) => command.includes("--user-data-dir="));
}
