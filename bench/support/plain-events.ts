/**
 * The baseline of the events' benches: a plain Node server that takes events as wire/adspower.md
 * has them and sends each to every `ws` subscriber. It keeps nothing, numbers nothing and asks for
 * no key. Forked; tells its own port by IPC.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";

let logged = 0;
const http = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const body = JSON.parse(Buffer.concat(chunks).toString()) as object | object[];
    const events = Array.isArray(body) ? body : [body];
    const ids = events.map((data) => {
      logged += 1;
      const message = JSON.stringify({ type: "event", timestamp: new Date(), data });
      for (const client of sockets.clients) client.send(message);
      return logged;
    });
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ status: "logged", event_ids: ids, count: ids.length }));
  });
});
// Longer than any pause of a bench: a connection that is closed as it is used again is reset.
http.keepAliveTimeout = 600_000;
const sockets = new WebSocketServer({ server: http, perMessageDeflate: false });
http.listen(0, "127.0.0.1");
await once(http, "listening");
process.on("disconnect", () => process.exit(0));
process.send?.((http.address() as AddressInfo).port);
