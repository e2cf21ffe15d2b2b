import { Buffer } from "node:buffer";
import { HTTPParser } from "http-parser-js";
import { ProbeFailure } from "./failure.ts";

export const MAX_HEAD_BYTES = 64 * 1024;
export const MAX_FIELDS = 200;

/** Status line and fields of an answer. */
export interface Head {
  code: number;
  reason: string;
  headers: [name: string, value: string][];
  /** As received, from the status line to the empty line. */
  bytes: number;
}

// Fields hold bytes, not ASCII: a Location or a reason may be in another charset.
HTTPParser.encoding = "latin1";

/** Told to the parser by the callback: no body, stop behind the empty line. */
const HEAD_ONLY = 2;

/**
 * Reads the head of an answer, and skips interim ones (1xx) before it. The library reads heads
 * only: its bodies trust chunk sizes too much (a negative one makes it run in circles).
 */
export class HeadReader {
  readonly #parser = new HTTPParser(HTTPParser.RESPONSE);
  #parsed: Omit<Head, "bytes"> | null = null;
  /** Received of this head. */
  #bytes = 0;
  /** Received of all heads, interim ones too. */
  #total = 0;

  constructor() {
    this.#parser[HTTPParser.kOnHeadersComplete] = (info) => {
      this.#parsed = {
        code: info.statusCode,
        reason: info.statusMessage,
        headers: pairs(info.headers),
      };
      return HEAD_ONLY;
    };
  }

  /**
   * Takes what was received.
   * @returns The head and what follows it, or null while it is not complete.
   * @throws ProbeFailure `protocol` when it is not HTTP/1, `too_large` over the limits.
   */
  feed(chunk: Uint8Array): { head: Head; rest: Uint8Array } | null {
    let rest = chunk;
    while (rest.byteLength > 0) {
      const used = this.#execute(rest);
      this.#bytes += used;
      this.#total += used;
      rest = rest.subarray(used);
      if (this.#total > MAX_HEAD_BYTES) {
        throw new ProbeFailure(
          "too_large",
          `the headers are longer than ${MAX_HEAD_BYTES / 1024} KB`,
        );
      }
      const head = this.#parsed;
      if (!head) return null;
      if (head.headers.length > MAX_FIELDS) {
        throw new ProbeFailure("too_large", `the answer has more than ${MAX_FIELDS} header fields`);
      }
      if (!isInterim(head.code)) return { head: { ...head, bytes: this.#bytes }, rest };
      this.#parsed = null;
      this.#bytes = 0;
    }
    return null;
  }

  #execute(bytes: Uint8Array): number {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const used = this.#parser.execute(buffer);
    if (typeof used === "number") return used;
    if (this.#total + bytes.byteLength > MAX_HEAD_BYTES) return bytes.byteLength;
    throw new ProbeFailure("protocol", "the answer is not HTTP");
  }
}

/** 101 is the last word on this connection, unlike the other 1xx. */
function isInterim(code: number): boolean {
  return code >= 100 && code < 200 && code !== 101;
}

function pairs(flat: readonly string[]): [string, string][] {
  const fields: [string, string][] = [];
  for (let index = 0; index + 1 < flat.length; index += 2) {
    fields.push([flat[index] ?? "", flat[index + 1] ?? ""]);
  }
  return fields;
}

/** The first field of that name; null without one. */
export function headerOf(headers: Head["headers"], name: string): string | null {
  return headers.find(([field]) => field.toLowerCase() === name)?.[1] ?? null;
}

/** All values of a field that is a list, in order, lower case. */
export function headerList(headers: Head["headers"], name: string): string[] {
  return headers
    .filter(([field]) => field.toLowerCase() === name)
    .flatMap(([, value]) => value.split(","))
    .map((value) => value.trim().toLowerCase())
    .filter((value) => value !== "");
}
