import { BodyReader, framingOf } from "./body.ts";
import type { Connection } from "./dial.ts";
import { ProbeFailure } from "./failure.ts";
import { type Head, HeadReader } from "./head.ts";
import type { Doing, Stopwatch } from "./stopwatch.ts";

/** What was received of one answer. */
export interface Answer {
  head: Head;
  /** The body's bytes, content codings not undone; empty unless it was to be kept. */
  parts: Uint8Array[];
  /** Head and body as received, interim answers and chunk sizes not counted. */
  length: number;
}

export interface ExchangeOptions {
  method: string;
  request: Uint8Array;
  watch: Stopwatch;
  /** What to do about the body, once the head is known: a redirect's is not even read. */
  body: (head: Head) => "skip" | "count" | "keep";
}

/**
 * Sends a request and reads its answer over HTTP/1.1. Marks `starttransfer` at the first byte of
 * any answer (curl's time_starttransfer) and `total` at the last one of the body.
 * @throws ProbeFailure `reset`, `timeout`, `protocol` or `too_large`.
 */
export async function exchange(connection: Connection, options: ExchangeOptions): Promise<Answer> {
  const { watch, method, request } = options;
  // Not waited for: a server may answer before it has read everything, and how the connection
  // ended is told by reading.
  connection.writable
    .getWriter()
    .write(request)
    .catch(() => undefined);
  const input = new Input(connection, watch);
  const { head, rest } = await readHead(input);
  const wanted = options.body(head);
  const framing = wanted === "skip" ? { kind: "none" as const } : framingOf(head, method);
  const body = new BodyReader(framing, wanted === "keep");
  body.feed(rest);
  while (!body.complete) {
    const bytes = await input.next("reading the body");
    if (!bytes) {
      body.end();
      break;
    }
    body.feed(bytes);
  }
  watch.mark("total");
  return { head, parts: body.parts, length: head.bytes + body.length };
}

async function readHead(input: Input): Promise<{ head: Head; rest: Uint8Array }> {
  const heads = new HeadReader();
  for (;;) {
    const doing = input.begun ? "reading the headers" : "waiting for the first byte";
    const bytes = await input.next(doing);
    if (!bytes) {
      const where = input.begun ? "in the middle of the headers" : "without an answer";
      throw new ProbeFailure("reset", `the connection was closed ${where}`);
    }
    const found = heads.feed(bytes);
    if (found) return found;
  }
}

/** What the other side sends, each read within the probe's time. */
class Input {
  /** Whether anything came. */
  begun = false;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #watch: Stopwatch;

  constructor(connection: Connection, watch: Stopwatch) {
    this.#reader = connection.readable.getReader();
    this.#watch = watch;
  }

  /** The next bytes; null when the connection was closed in good order. */
  async next(doing: Doing): Promise<Uint8Array | null> {
    const { done, value } = await this.#watch.within(doing, this.#read(doing));
    if (done) return null;
    if (!this.begun) {
      this.begun = true;
      this.#watch.mark("starttransfer");
    }
    return value;
  }

  async #read(doing: Doing): Promise<ReadableStreamReadResult<Uint8Array>> {
    try {
      return await this.#reader.read();
    } catch {
      throw new ProbeFailure("reset", `the connection was reset while ${doing}`);
    }
  }
}
