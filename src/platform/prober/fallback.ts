import type { ProbeErrorKind } from "../../domain/monitor/probe.ts";
import { MAX_BODY_BYTES } from "./body.ts";
import type { Answer } from "./exchange.ts";
import { ProbeFailure } from "./failure.ts";
import type { Head } from "./head.ts";
import { type Hop, headerFields, plainUrl } from "./request.ts";
import type { Stopwatch } from "./stopwatch.ts";

export interface FallbackOptions {
  fetch: (request: Request) => Promise<Response>;
  /**
   * Marks `starttransfer` when the head is there and `total` at the end. The phases before are
   * hidden: they count as done when the name was known, so their own share is nothing.
   */
  watch: Stopwatch;
  body: (head: Head) => "skip" | "count" | "keep";
}

/** Fields that `fetch` sets by itself, and refuses or ignores from others. */
const FETCHED = new Set(["host", "connection", "content-length", "accept-encoding"]);

/**
 * Asks by `fetch`, for addresses that the platform lets no socket reach: its own. `fetch` unpacks
 * bodies, so their length is the unpacked one, and does not tell how the head was spelled.
 * @returns Null when `fetch` does not get there either.
 * @throws ProbeFailure `reset`, `timeout`, `too_large`, or what the platform answers in the
 * target's place.
 */
export async function askByFetch(hop: Hop, options: FallbackOptions): Promise<Answer | null> {
  const { watch } = options;
  const abort = new AbortController();
  try {
    const asked = options.fetch(requestOf(hop, abort.signal)).catch(() => null);
    const response = await watch.within("waiting for the first byte", asked);
    if (!response) return null;
    const head = headOf(response);
    const failure = failureInItsPlace(head);
    if (failure) throw failure;
    const known = watch.marks.namelookup ?? 0;
    watch.marks.connect = known;
    watch.marks.pretransfer = known;
    watch.mark("starttransfer");
    const wanted = options.body(head);
    const body =
      wanted === "skip" || !response.body
        ? { parts: [], length: 0 }
        : await readBody(response.body, watch, wanted === "keep");
    watch.mark("total");
    return { head, parts: body.parts, length: head.bytes + body.length };
  } finally {
    abort.abort();
  }
}

function requestOf(hop: Hop, signal: AbortSignal): Request {
  const fields = headerFields(hop).filter(([name]) => !FETCHED.has(name.toLowerCase()));
  return new Request(plainUrl(hop.url), {
    method: hop.method,
    headers: fields,
    body: hop.body,
    redirect: "manual",
    signal,
  });
}

/** The head as HTTP/1.1 would have spelled it. */
function headOf({ status, statusText, headers }: Response): Head {
  // Unpacked already: what is left of the coding is its name.
  const fields = [...headers].filter(([name]) => name !== "content-encoding");
  const lines = [...headers].map(([name, value]) => `${name}: ${value}\r\n`);
  const spelled = `HTTP/1.1 ${status} ${statusText}\r\n${lines.join("")}\r\n`;
  return { code: status, reason: statusText, headers: fields, bytes: spelled.length };
}

async function readBody(
  stream: ReadableStream<Uint8Array>,
  watch: Stopwatch,
  keep: boolean,
): Promise<Pick<Answer, "parts" | "length">> {
  const reader = stream.getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await watch.within("reading the body", readFrom(reader));
    if (done) return { parts, length };
    length += value.byteLength;
    if (length > MAX_BODY_BYTES) {
      const limit = MAX_BODY_BYTES / 1024 / 1024;
      throw new ProbeFailure("too_large", `the body is longer than ${limit} MB`);
    }
    if (keep) parts.push(value);
  }
}

async function readFrom(
  reader: ReadableStreamDefaultReader<Uint8Array>,
): Promise<ReadableStreamReadResult<Uint8Array>> {
  try {
    return await reader.read();
  } catch {
    throw new ProbeFailure("reset", "the connection was lost while reading the body");
  }
}

/** What the platform answers in a target's place when it does not get there. */
const IN_ITS_PLACE: Record<number, [kind: ProbeErrorKind, message: string]> = {
  520: ["protocol", "the origin gave no valid answer (520)"],
  521: ["refused", "the origin refused the connection (521)"],
  522: ["timeout", "the origin could not be connected to in time (522)"],
  523: ["unreachable", "the origin cannot be reached (523)"],
  524: ["timeout", "the origin did not answer in time (524)"],
  525: ["tls", "the TLS handshake with the origin failed (525)"],
  526: ["tls", "the origin's certificate is not valid (526)"],
  530: ["unreachable", "the origin cannot be reached (530)"],
};

/** The network failure that an answer of the platform stands for; null for any other answer. */
function failureInItsPlace(head: Head): ProbeFailure | null {
  const isPlatform = head.headers.some(
    ([name, value]) => name.toLowerCase() === "server" && value.toLowerCase() === "cloudflare",
  );
  const known = isPlatform ? IN_ITS_PLACE[head.code] : undefined;
  return known ? new ProbeFailure(known[0], known[1]) : null;
}
