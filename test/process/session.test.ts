import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  freePort,
  makeFolder,
  type Outrider,
  processesOf,
  removeFolder,
  startOutrider,
} from "./outrider.ts";

/** What a session survives when it happens to the real processes. */

const page = `<!doctype html><title>Shop</title><h1>Shop</h1><p id="basket"></p>
<button onclick="localStorage.setItem('basket', 'three apples')">Fill basket</button>
<script>document.getElementById("basket").textContent = "Basket: " + localStorage.getItem("basket") + ".";</script>`;
const server = createServer((request, response) => {
  response.setHeader("content-type", "text/html");
  if (request.url === "/enter") response.setHeader("set-cookie", "guest=ada; HttpOnly");
  response.end(`${page}<p>Cookie: ${request.headers.cookie ?? "none"}</p>`);
});

let shop: string;
let dir: string;
let port: number;
let outrider: Outrider;

beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  shop = `http://localhost:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(async () => {
  [dir, port] = [await makeFolder(), await freePort()];
  outrider = await startOutrider({ port, dir });
});
afterEach(async () => {
  await outrider.stop();
  await removeFolder(dir);
});

async function call(
  method: string,
  path: string,
  body?: object,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${outrider.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${outrider.key}`, "content-type": "application/json" },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** A session with a basket in its local storage and an HttpOnly cookie. */
async function shopping(): Promise<string> {
  const { body } = await call("POST", "/sessions", {});
  const id = String(body.session_id);
  await call("POST", `/sessions/${id}/navigate`, { url: `${shop}/enter` });
  await call("POST", `/sessions/${id}/action`, { command: "Click Fill basket" });
  // The snapshot follows the answer.
  await wait(500);
  return id;
}

async function expectBasket(id: string): Promise<void> {
  const { status, body } = await call("POST", `/sessions/${id}/extract`, {
    query: "all paragraphs",
  });
  expect({ status, body }).toMatchObject({ status: 200 });
  expect(body.result).toContain("Basket: three apples.");
  expect(body.result).toContain("Cookie: guest=ada");
}

async function signalBrowsers(signal: NodeJS.Signals): Promise<void> {
  const browsers = (await processesOf(dir)).filter(
    ({ command }) => /chrom/i.test(command) && !/--type=/.test(command),
  );
  expect(browsers.length).toBeGreaterThan(0);
  for (const { pid } of browsers) process.kill(pid, signal);
}

describe("a live session", () => {
  it("is restored when its Chromium is killed", async () => {
    const id = await shopping();
    await signalBrowsers("SIGKILL");
    await expectBasket(id);
  });

  it("is restored when its Chromium stands still", async () => {
    const id = await shopping();
    await signalBrowsers("SIGSTOP");
    const first = await call("POST", `/sessions/${id}/extract`, {
      query: "title",
      timeout_ms: 15_000,
    });
    expect([200, 408, 503]).toContain(first.status);
    await expectBasket(id);
  });

  it.each(["SIGINT", "SIGKILL"] as const)(
    "is restored when the Worker restarts after %s",
    async (signal) => {
      const id = await shopping();
      await outrider.stop(signal);
      outrider = await startOutrider({ port, dir });
      const { body } = await call("GET", `/sessions/${id}`);
      expect(body).toMatchObject({ session_id: id, current_url: `${shop}/enter` });
      await expectBasket(id);
      const { body: list } = await call("GET", "/sessions");
      expect(list.total).toBe(1);
      expect((await call("DELETE", `/sessions/${id}`)).status).toBe(200);
    },
  );
});
