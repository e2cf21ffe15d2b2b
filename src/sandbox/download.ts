import { Fault } from "../domain/errors.ts";
import type { RunWorld } from "../domain/ports.ts";

/** Redirects that are followed, each judged like the address itself. */
const MAX_HOPS = 10;
const WITHIN_MS = 60_000;
const MAX_HEADERS = 50;
const MAX_HEADER_LENGTH = 8_192;
/** Who speaks with whom, and how, is not for a script to say. */
const NOT_A_SCRIPTS =
  /^(?:host|connection|content-length|transfer-encoding|upgrade|te|trailer|expect|keep-alive|proxy-.*|cf-.*|x-forwarded-.*|x-real-ip)$/i;
/** Meant for the first server alone. */
const PERSONAL = /^(?:cookie|authorization)$/i;

export interface DownloadOptions {
  world: Pick<RunWorld, "assertAllowed" | "fetch">;
  /** What the script says beside the address; anything at all. */
  headers: unknown;
  userAgent: string;
  /** The browser's own for an address, as a header. */
  cookies: (url: string) => Promise<string>;
  maxBytes: number;
  /** Aborts when the run is over. */
  over: AbortSignal;
}

export interface Downloaded {
  bytes: Uint8Array;
  /** As the server says; undefined when it does not. */
  contentType: string | undefined;
}

/** Fetches an address for a script, within limits of size, time and place. */
export async function download(address: string, options: DownloadOptions): Promise<Downloaded> {
  const { over } = options;
  const late = AbortSignal.timeout(WITHIN_MS);
  const stopped = AbortSignal.any([over, late]);
  const stop = Promise.withResolvers<never>();
  const onStop = () =>
    stop.reject(
      new Fault("TIMEOUT", over.aborted ? "the run is over" : `no answer in ${WITHIN_MS / 1000} s`),
    );
  if (stopped.aborted) onStop();
  stopped.addEventListener("abort", onStop, { once: true });
  stop.promise.catch(() => {});
  const work = follow(address, options, stopped);
  work.catch(() => {});
  try {
    return await Promise.race([work, stop.promise]);
  } finally {
    stopped.removeEventListener("abort", onStop);
  }
}

async function follow(
  address: string,
  options: DownloadOptions,
  signal: AbortSignal,
): Promise<Downloaded> {
  const { world, userAgent, cookies, maxBytes } = options;
  const first = webAddress(address);
  const given = headersOf(options.headers);
  let url = first;
  for (let hop = 0; hop <= MAX_HOPS; hop += 1) {
    await world.assertAllowed(url.href);
    const headers = new Headers({ "User-Agent": userAgent, Accept: "*/*" });
    const known = await cookies(url.href);
    if (known !== "") headers.set("Cookie", known);
    for (const [name, value] of given) {
      if (url.origin === first.origin || !PERSONAL.test(name)) headers.set(name, value);
    }
    signal.throwIfAborted();
    const response = await world.fetch(new Request(url, { headers, redirect: "manual", signal }));
    const location = response.headers.get("location");
    if (response.status >= 300 && response.status < 400 && location !== null) {
      await response.body?.cancel();
      url = webAddress(URL.parse(location, url)?.href ?? location);
      continue;
    }
    if (!response.ok) {
      await response.body?.cancel();
      throw new Fault("UNAVAILABLE", `HTTP status ${response.status}`);
    }
    const contentType = response.headers.get("content-type") ?? undefined;
    return { bytes: await readAll(response, maxBytes, signal), contentType };
  }
  throw new Fault("UNAVAILABLE", `more than ${MAX_HOPS} redirects`);
}

function webAddress(address: string): URL {
  const url = URL.parse(address);
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new Fault("BAD_REQUEST", `not a web address: ${address.slice(0, 200)}`);
  }
  return url;
}

function headersOf(given: unknown): [string, string][] {
  if (typeof given !== "object" || given === null) return [];
  const headers = Object.entries(given)
    .filter(([name]) => !NOT_A_SCRIPTS.test(name))
    .map(([name, value]): [string, string] => [name, String(value)]);
  const length = headers.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  if (headers.length > MAX_HEADERS || length > MAX_HEADER_LENGTH) {
    throw new Fault("BAD_REQUEST", "too many headers");
  }
  return headers;
}

async function readAll(
  { body }: Response,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    signal.throwIfAborted();
    const part = chunk as Uint8Array;
    size += part.byteLength;
    // Leaving the loop lets go of the rest.
    if (size > maxBytes) throw new Fault("PAYLOAD_TOO_LARGE", `more than ${maxBytes} bytes`);
    chunks.push(part);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}
