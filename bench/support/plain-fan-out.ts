/**
 * The baseline of bench/fan-out.ts: puppeteer-core tells of a page's navigations, and a plain `ws`
 * server sends each to everyone. It keeps nothing, numbers nothing and asks for no key.
 *
 * Forked with the Chromium to start. Told an address by IPC it goes there; it tells its own port.
 */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";
import { firstPage, launchPuppet } from "./puppet.ts";

const browser = await launchPuppet(process.argv[2] ?? "");
const page = await firstPage(browser);
const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false });
await once(server, "listening");

page.on("framenavigated", (frame) => {
  const message = JSON.stringify({ type: "navigation", url: frame.url() });
  for (const client of server.clients) client.send(message);
});
process.on("message", (url: string) => void page.goto(url));
process.on("disconnect", () => void browser.close().finally(() => process.exit(0)));
process.send?.((server.address() as AddressInfo).port);
