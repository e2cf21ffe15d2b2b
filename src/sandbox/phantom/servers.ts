import { base64Of, bytesOf } from "../binary.ts";
import type { Mailbox } from "../mailbox.ts";
import type { Header } from "./request.ts";
import type { CdpRequest } from "./protocol.ts";
import type { PageSettings } from "./settings.ts";

interface Answer {
  status: number;
  headers: Header[];
  body: Uint8Array;
}

/** The guest's words for one. */
export interface GivenAnswer {
  exchange: number;
  status: number;
  headers: Header[];
  chunks: { text: string; binary: boolean }[];
}

/** Servers that one run may have open at once. */
const MAX_SERVERS = 20;
const LOCAL = /^(?:localhost|127\.0\.0\.1|\[::1\])$/;

/**
 * The servers that a script opens. They listen nowhere: requests of the run's own pages for
 * `localhost` at such a port are handed to the script, and to it alone.
 */
export class Servers {
  readonly #ports = new Set<number>();
  readonly #exchanges = new Map<number, (answer: Answer) => void>();
  readonly #mailbox: Mailbox;
  #count = 0;

  constructor(mailbox: Mailbox) {
    this.#mailbox = mailbox;
  }

  /** False where the port is taken, or none, or one too many. */
  listen(port: number): boolean {
    if (this.#ports.size >= MAX_SERVERS) return false;
    if (!Number.isInteger(port) || port < 1 || port > 65_535 || this.#ports.has(port)) return false;
    this.#ports.add(port);
    return true;
  }

  close(port: number): void {
    this.#ports.delete(port);
  }

  /** The script's port that an address leads to; null for any other. */
  portOf(url: string): number | null {
    const address = URL.parse(url);
    if (address?.protocol !== "http:" || !LOCAL.test(address.hostname)) return null;
    const port = Number(address.port || 80);
    return this.#ports.has(port) ? port : null;
  }

  /** Asks the script; where it wants to know who is there it is told, once. */
  async answer(
    port: number,
    request: CdpRequest,
    more: Record<string, string | null>,
    settings: PageSettings | null,
  ): Promise<Answer> {
    const first = await this.#exchange(port, request, more);
    if (first.status !== 401 || settings?.userName === undefined) return first;
    const pair = new TextEncoder().encode(`${settings.userName}:${settings.password ?? ""}`);
    const authorization = `Basic ${base64Of(pair)}`;
    return this.#exchange(port, request, { ...more, Authorization: authorization });
  }

  respond({ exchange, status, headers, chunks }: GivenAnswer): void {
    const parts = chunks.map(({ text, binary }) =>
      binary ? bytesOf(text) : new TextEncoder().encode(text),
    );
    const body = new Uint8Array(parts.reduce((size, part) => size + part.byteLength, 0));
    let at = 0;
    for (const part of parts) {
      body.set(part, at);
      at += part.byteLength;
    }
    this.#exchanges.get(exchange)?.({ status, headers, body });
    this.#exchanges.delete(exchange);
  }

  #exchange(
    port: number,
    request: CdpRequest,
    more: Record<string, string | null>,
  ): Promise<Answer> {
    const exchange = ++this.#count;
    const { url, method, headers, postData } = request;
    const { pathname, search, host } = new URL(url);
    const all: Record<string, string | null> = { Host: host, ...headers, ...more };
    const type = Object.entries(all).find(([name]) => name.toLowerCase() === "content-type");
    const isForm = /x-www-form-urlencoded/i.test(type?.[1] ?? "");
    return new Promise((resolve) => {
      this.#exchanges.set(exchange, resolve);
      const told = {
        method,
        url: pathname + search,
        httpVersion: "1.1",
        headers: Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null)),
        ...(postData !== undefined && {
          post: isForm ? Object.fromEntries(new URLSearchParams(postData)) : postData,
          postRaw: postData,
        }),
      };
      this.#mailbox.tell({ kind: "request", port, exchange, request: told }, "soon");
    });
  }
}
