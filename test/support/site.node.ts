import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Site {
  /** `http://localhost:<port>`. */
  origin: string;
  close(): Promise<void>;
}

type Page = (request: IncomingMessage, response: ServerResponse, url: URL) => void | Promise<void>;

/**
 * The pages that tests visit. A path `/<name>.html` serves `test/support/pages/<name>.html`;
 * the rest are behaviours that a file cannot have.
 */
const pages: Record<string, Page> = {
  /** `?ms=` late. */
  "/slow": (_request, response, url) => {
    setTimeout(
      () => html(response, "<title>Slow</title><h1>At last</h1>"),
      Number(url.searchParams.get("ms") ?? 1000),
    );
  },
  "/redirect": (_request, response, url) => {
    response.writeHead(302, { location: url.searchParams.get("to") ?? "/" }).end();
  },
  /** Shows `?html=`. */
  "/page": (_request, response, url) => html(response, url.searchParams.get("html") ?? ""),
  /** Answers `?code=` and nothing else. */
  "/status": (_request, response, url) => {
    response.writeHead(Number(url.searchParams.get("code") ?? 200)).end();
  },
  "/download": (_request, response) => {
    response.setHeader("content-disposition", 'attachment; filename="report.csv"');
    response.end("a,b\n1,2\n");
  },
  /** Never answers. */
  "/hang": () => {},
  /** Sets `?name=&value=` as an HttpOnly cookie. */
  "/set-cookie": (_request, response, url) => {
    const { searchParams: query } = url;
    response.setHeader(
      "set-cookie",
      `${query.get("name")}=${query.get("value")}; Path=/; HttpOnly`,
    );
    html(response, "<title>Cookie</title><h1>Cookie set</h1>");
  },
  /** Shows how it was asked for: method, cookies, body. */
  "/echo": async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const told = {
      method: request.method,
      cookie: request.headers.cookie ?? "",
      body: Buffer.concat(chunks).toString(),
    };
    html(
      response,
      `<title>Echo</title><h1>Echo</h1><pre id="told">${escape(JSON.stringify(told))}</pre>`,
    );
  },
  "/login": async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const form = new URLSearchParams(Buffer.concat(chunks).toString());
    const welcome = form.get("password") === "correct horse";
    html(
      response,
      welcome
        ? `<title>Welcome</title><h1>Welcome, ${escape(form.get("email") ?? "")}</h1><p>You are signed in.</p>`
        : "<title>Sign in</title><h1>Wrong password</h1>",
    );
  },
};

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

function html(response: ServerResponse, body: string): void {
  response.setHeader("content-type", "text/html; charset=utf-8");
  response.end(`<!doctype html><html lang="en">${body}</html>`);
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://localhost");
  const page = pages[url.pathname];
  if (page) return page(request, response, url);
  const name = /^\/([a-z0-9-]+)\.html$/.exec(url.pathname)?.[1];
  const file =
    name && (await readFile(new URL(`./pages/${name}.html`, import.meta.url)).catch(() => null));
  if (!file) {
    response.statusCode = 404;
    html(response, "<title>Not found</title><h1>Not found</h1>");
    return;
  }
  response.setHeader("content-type", "text/html; charset=utf-8");
  response.end(file);
}

export async function serveSite(): Promise<Site> {
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://localhost:${port}`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
