import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import {
  type AddressInfo,
  createConnection,
  createServer,
  type Server,
  type Socket,
} from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";
import { brotliCompressSync, constants, deflateSync, gzipSync } from "node:zlib";
import { testCertificates } from "./authority.node.ts";
import { type Origins, type Step, TLS_DELAY_MS, ZONE } from "./origins.ts";

/** Starts every server of {@link Origins} on loopback. */
export async function serveOrigins(): Promise<{ origins: Origins; close: () => Promise<void> }> {
  const certificates = testCertificates();
  const servers: Server[] = [];
  const sockets = new Set<Socket>();
  const start = async (server: Server, host = "127.0.0.1"): Promise<number> => {
    servers.push(server);
    server.on("connection", (socket) => {
      sockets.add(socket);
      socket.once("close", () => sockets.delete(socket));
    });
    server.listen(0, host);
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  };
  const tls = async (options: TlsOptions): Promise<string> =>
    `https://localhost:${await start(secureServer(options))}`;

  const trusted = await tls(certificates.trusted);
  const slowPort = await start(slowFront(Number(new URL(trusted).port)));
  const origins: Origins = {
    plain: `http://127.0.0.1:${await start(createServer(answer))}`,
    plain6: await start(createServer(answer), "::1").then(
      (port) => `http://[::1]:${port}`,
      () => null,
    ),
    tls: trusted,
    slowTls: `https://localhost:${slowPort}`,
    tls13: await tls({ ...certificates.trusted, minVersion: "TLSv1.3" }),
    wrongHost: await tls(certificates.wrongHost),
    expired: await tls(certificates.expired),
    notYet: await tls(certificates.notYet),
    selfSigned: await tls(certificates.selfSigned),
    untrusted: await tls(certificates.untrusted),
    // A free port of the usual range could be somebody else's by the time it is asked.
    refused: "http://127.0.0.1:1",
    silent: `http://127.0.0.1:${await start(createServer(hearOnly))}`,
    mail: `https://127.0.0.1:${await start(createServer(speakFirst))}`,
    doh: `http://127.0.0.1:${await start(nameServer())}/dns-query`,
  };
  return {
    origins,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      const listening = servers.filter((server) => server.listening);
      await Promise.all(listening.map((server) => once(server.close(), "close")));
    },
  };
}

function secureServer(options: TlsOptions): Server {
  const server = createTlsServer(options, answer);
  // A client that does not like the certificate hangs up.
  server.on("tlsClientError", () => {});
  return server;
}

function hearOnly(socket: Socket): void {
  socket.on("error", () => {});
}

function speakFirst(socket: Socket): void {
  socket.on("error", () => {});
  socket.write("220 mail.example ESMTP\r\n");
}

/** Reads one request, then does as its path says. */
function answer(socket: Socket): void {
  socket.on("error", () => {});
  let received = "";
  const read = (bytes: Buffer): void => {
    received += bytes.toString("latin1");
    const head = received.indexOf("\r\n\r\n");
    if (head === -1) return;
    const length = Number(/^content-length: (\d+)/im.exec(received)?.[1] ?? 0);
    if (received.length < head + 4 + length) return;
    socket.off("data", read);
    socket.resume();
    perform(socket, stepsOf(received), received).catch(() => socket.destroy());
  };
  socket.on("data", read);
}

function stepsOf(request: string): Step[] {
  const script = /^[A-Z]+ \/script\/([^ ?#]+)/.exec(request)?.[1];
  return script ? (JSON.parse(decodeURIComponent(script)) as Step[]) : [{ echo: true }];
}

async function perform(socket: Socket, steps: Step[], received: string): Promise<void> {
  for (const step of steps) {
    if (socket.destroyed) return;
    if ("send" in step) socket.write(step.send, "latin1");
    else if ("base64" in step) socket.write(step.base64, "base64");
    else if ("wait" in step) await sleep(step.wait);
    else if ("zeros" in step) socket.write(packedZeros(step));
    else if ("repeat" in step) {
      for (let time = 0; time < step.times && !socket.destroyed; time += 1) {
        socket.write(step.repeat, "latin1");
        await sleep(step.every);
      }
    } else if ("echo" in step) {
      const length = `Content-Length: ${received.length}`;
      socket.write(`HTTP/1.1 200 OK\r\n${length}\r\nConnection: close\r\n\r\n`);
      socket.write(received, "latin1");
    } else if ("hold" in step) return;
    else {
      // What was sent before should arrive: a reset overtakes it.
      await sleep(30);
      socket.resetAndDestroy();
      return;
    }
  }
  socket.end();
}

function packedZeros({ zeros, packed }: Extract<Step, { zeros: number }>): Buffer {
  const plain = Buffer.alloc(zeros * 1024 * 1024);
  const quickly = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };
  const packers = {
    gzip: gzipSync,
    deflate: deflateSync,
    br: (bytes: Buffer) => brotliCompressSync(bytes, quickly),
  };
  return packed === "not" ? plain : packers[packed](plain);
}

/** Passes everything on, and the server's first bytes late. */
function slowFront(port: number): Server {
  return createServer((socket) => {
    const behind = createConnection(port, "127.0.0.1");
    socket.on("error", () => behind.destroy());
    behind.on("error", () => socket.destroy());
    socket.pipe(behind);
    behind.once("readable", () => setTimeout(() => behind.pipe(socket), TLS_DELAY_MS));
  });
}

/** DNS over HTTPS in JSON, for the names of {@link ZONE}. */
function nameServer(): Server {
  return createHttpServer((request, response) => {
    const query = new URL(request.url ?? "/", "http://localhost").searchParams;
    const entry = ZONE[query.get("name") ?? ""];
    const reply = (): void => {
      response.statusCode = entry?.status ?? 200;
      const known = entry?.address !== undefined && query.get("type") === "A";
      const records = known ? [{ type: 1, TTL: 60, data: entry.address }] : [];
      response.end(JSON.stringify({ Status: entry ? 0 : 3, Answer: records }));
    };
    setTimeout(reply, entry?.delayMs ?? 0);
  });
}
