import { Buffer } from "node:buffer";
import type { ProbeRequest } from "../../domain/monitor/probe.ts";
import { ProbeFailure } from "./failure.ts";

/** One request of a probe: the first, or one that a redirect asked for. */
export interface Hop {
  url: URL;
  method: ProbeRequest["method"];
  /** Without those that the prober sets itself. */
  headers: [name: string, value: string][];
  body: string | null;
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
// Tab and everything printable; CR, LF, NUL and the other controls would end or garble a field.
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const CONTROL = /[\u0000-\u0008\u000A-\u001F\u007F]/;

/** Fields that say how this connection is used. They are the prober's own to set. */
const OURS = new Set([
  "connection",
  "content-length",
  "expect",
  "http2-settings",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** The codings that `decode.ts` undoes. */
const ACCEPT_ENCODING = "gzip, deflate, br";

/**
 * The first hop of a probe.
 * @throws ProbeFailure `protocol` for a header that cannot be sent as it stands.
 */
export function firstHop(request: ProbeRequest): Hop {
  const headers: Hop["headers"] = [["User-Agent", request.userAgent]];
  for (const [name, value] of request.headers) {
    if (OURS.has(name.toLowerCase())) continue;
    if (name.toLowerCase() === "user-agent") headers.shift();
    headers.push([name, value]);
  }
  for (const [name, value] of headers) assertSendable(name, value);
  const url = URL.parse(request.url);
  if (!url || !isHttp(url)) throw new ProbeFailure("protocol", "the address is not a web address");
  return { url, method: request.method, headers, body: bodyOf(request) };
}

function bodyOf(request: ProbeRequest): string | null {
  return request.method === "POST" ? (request.body ?? "") : null;
}

export function isHttp(url: URL): boolean {
  return url.protocol === "http:" || url.protocol === "https:";
}

/** The address without credentials and fragment, as guards and messages may see it. */
export function plainUrl(url: URL): string {
  const plain = new URL(url);
  plain.username = "";
  plain.password = "";
  plain.hash = "";
  return plain.href;
}

/** Every field of the request, in the order in which it is sent. */
export function headerFields(hop: Hop): [name: string, value: string][] {
  const given = new Set(hop.headers.map(([name]) => name.toLowerCase()));
  const fields: [string, string][] = [];
  const add = (name: string, value: string): void => {
    if (!given.has(name.toLowerCase())) fields.push([name, value]);
  };
  add("Host", hop.url.host);
  add("Accept", "*/*");
  add("Accept-Encoding", ACCEPT_ENCODING);
  const credentials = credentialsOf(hop.url);
  if (credentials !== null) {
    add("Authorization", `Basic ${Buffer.from(credentials).toString("base64")}`);
  }
  fields.push(...hop.headers);
  if (hop.body !== null) {
    add("Content-Type", "application/x-www-form-urlencoded");
    fields.push(["Content-Length", String(Buffer.byteLength(hop.body))]);
  }
  fields.push(["Connection", "close"]);
  return fields;
}

/** The request as it goes over the wire. */
export function encodeRequest(hop: Hop): Uint8Array {
  const lines = headerFields(hop).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `${hop.method} ${requestTarget(hop.url)} HTTP/1.1\r\n${lines.join("")}\r\n`;
  return new TextEncoder().encode(head + (hop.body ?? ""));
}

/** Path and query exactly as the address has them; an empty query keeps its `?`. */
function requestTarget(url: URL): string {
  const { href } = url;
  const path = href.indexOf("/", url.protocol.length + 2);
  const fragment = href.indexOf("#");
  return href.slice(path, fragment === -1 ? undefined : fragment);
}

/** `user:password` of an address, decoded; null without any. */
function credentialsOf(url: URL): string | null {
  if (url.username === "" && url.password === "") return null;
  return `${decoded(url.username)}:${decoded(url.password)}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function assertSendable(name: string, value: string): void {
  if (!TOKEN.test(name)) {
    throw new ProbeFailure("protocol", "a request header has a name that cannot be sent");
  }
  if (CONTROL.test(value)) {
    throw new ProbeFailure(
      "protocol",
      `the request header ${name} has a value that cannot be sent`,
    );
  }
}
