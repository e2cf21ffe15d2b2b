import { Buffer } from "node:buffer";
import { ProbeFailure } from "./failure.ts";
import { type Hop, isHttp, plainUrl } from "./request.ts";

/** curl follows 50 by default, browsers 20; a site that needs more than ten is broken. */
export const MAX_REDIRECTS = 10;

/** Fields that may go to a host which the tenant did not name: none of them is a secret. */
const HARMLESS = new Set(["accept", "accept-encoding", "accept-language", "user-agent"]);

/** What a redirect is recognised by. */
export interface Redirecting {
  code: number;
  /** The Location field as it was received, bytes as Latin-1; null without one. */
  location: string | null;
}

/** As curl sees it: any 3xx with a Location. */
export function isRedirect(answer: Redirecting): boolean {
  return answer.code >= 300 && answer.code < 400 && answer.location !== null;
}

/** Follows redirects and remembers where it has been. */
export class Trail {
  readonly #seen = new Set<string>();
  #count = 0;

  constructor(first: Hop) {
    this.#seen.add(keyOf(first));
  }

  /**
   * The request that a redirect asks for: 301 and 302 turn a POST into a GET, 303 all but HEAD.
   * @throws ProbeFailure `redirect_loop` for a circle or more than ten, `redirect_invalid` for a
   * Location that leads nowhere.
   */
  follow(from: Hop, answer: Redirecting): Hop {
    const url = target(from.url, answer.location ?? "");
    this.#count += 1;
    if (this.#count > MAX_REDIRECTS) {
      throw new ProbeFailure("redirect_loop", `redirected more than ${MAX_REDIRECTS} times`);
    }
    const asGet = from.method === "POST" && [301, 302, 303].includes(answer.code);
    const hop: Hop = {
      url,
      method: asGet ? "GET" : from.method,
      body: asGet ? null : from.body,
      headers: from.headers.filter(([field]) => {
        const name = field.toLowerCase();
        if (asGet && name.startsWith("content-")) return false;
        if (name === "host") return url.origin === from.url.origin;
        return HARMLESS.has(name) || sameSite(from.url, url);
      }),
    };
    const key = keyOf(hop);
    if (this.#seen.has(key)) {
      throw new ProbeFailure(
        "redirect_loop",
        `redirected in a circle, back to ${url.host}${url.pathname}`,
      );
    }
    this.#seen.add(key);
    return hop;
  }
}

function keyOf(hop: Hop): string {
  return `${hop.method} ${plainUrl(hop.url)}`;
}

function target(base: URL, location: string): URL {
  // Servers send addresses in UTF-8 too; the head was read as Latin-1.
  const text = Buffer.from(location, "latin1").toString("utf8");
  const url = URL.parse(text, base.href);
  if (!url)
    throw new ProbeFailure("redirect_invalid", "redirected to an address that is not valid");
  if (!isHttp(url)) {
    throw new ProbeFailure("redirect_invalid", `redirected to an address of ${url.protocol}`);
  }
  if (url.username === "" && url.password === "" && url.origin === base.origin) {
    url.username = base.username;
    url.password = base.password;
  }
  return url;
}

/** The same host and port, or its own step from http to https. */
function sameSite(from: URL, to: URL): boolean {
  if (from.origin === to.origin) return true;
  const upgraded = from.protocol === "http:" && to.protocol === "https:";
  return upgraded && from.hostname === to.hostname && from.port === "" && to.port === "";
}
