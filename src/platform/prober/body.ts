import { ProbeFailure } from "./failure.ts";
import { type Head, headerList } from "./head.ts";

export const MAX_BODY_BYTES = 5 * 1024 * 1024;
/** Chunk sizes, their extensions, trailers: what frames a body may not outgrow this. */
const MAX_FRAMING_BYTES = 1024 * 1024;
const MAX_CHUNK_LINE = 4096;

/** How the end of a body is known (RFC 9112, section 6.3). */
export type Framing =
  | { kind: "none" }
  | { kind: "sized"; size: number }
  | { kind: "chunked" }
  | { kind: "until_close" };

/**
 * @throws ProbeFailure `protocol` for lengths that contradict each other or are none, and for a
 * transfer coding other than chunked.
 */
export function framingOf(head: Head, method: string): Framing {
  if (method === "HEAD" || [101, 204, 304].includes(head.code)) return { kind: "none" };
  const codings = headerList(head.headers, "transfer-encoding").filter(
    (name) => name !== "identity",
  );
  if (codings.length > 0) {
    if (codings.length === 1 && codings[0] === "chunked") return { kind: "chunked" };
    throw new ProbeFailure("protocol", "the answer has a transfer coding that is not known");
  }
  const lengths = new Set(headerList(head.headers, "content-length"));
  if (lengths.size === 0) return { kind: "until_close" };
  const [length = ""] = lengths;
  if (lengths.size > 1 || !/^\d{1,15}$/.test(length)) {
    throw new ProbeFailure("protocol", "the answer has a Content-Length that is not valid");
  }
  return { kind: "sized", size: Number(length) };
}

/** Reads a body, its transfer coding undone. */
export class BodyReader {
  /** Empty unless it was asked to keep them. */
  readonly parts: Uint8Array[] = [];
  /** Bytes that were read, kept or not. */
  length = 0;
  readonly #framing: Framing;
  readonly #keeping: boolean;
  readonly #chunks = new ChunkReader((bytes) => this.#take(bytes));
  #complete: boolean;

  /** @param keep Whether anybody will want to see what is in it. */
  constructor(framing: Framing, keep: boolean) {
    this.#framing = framing;
    this.#keeping = keep;
    this.#complete = framing.kind === "none" || (framing.kind === "sized" && framing.size === 0);
    if (framing.kind === "sized" && framing.size > MAX_BODY_BYTES) throw tooLarge();
  }

  /** True once nothing more belongs to it. */
  get complete(): boolean {
    return this.#complete;
  }

  /** Takes what was received; what follows the body is let go. */
  feed(bytes: Uint8Array): void {
    if (this.#complete) return;
    switch (this.#framing.kind) {
      case "sized":
        this.#take(bytes.subarray(0, this.#framing.size - this.length));
        this.#complete = this.length === this.#framing.size;
        return;
      case "chunked":
        this.#complete = this.#chunks.feed(bytes);
        return;
      case "until_close":
        this.#take(bytes);
        return;
      case "none":
        return;
    }
  }

  /**
   * The connection was closed.
   * @throws ProbeFailure `reset` when something is missing.
   */
  end(): void {
    if (this.#complete || this.#framing.kind === "until_close") return;
    const of = this.#framing.kind === "sized" ? ` of ${this.#framing.size}` : "";
    throw new ProbeFailure(
      "reset",
      `the connection was closed in the middle of the body, after ${this.length}${of} bytes`,
    );
  }

  #take(bytes: Uint8Array): void {
    if (bytes.byteLength === 0) return;
    this.length += bytes.byteLength;
    if (this.length > MAX_BODY_BYTES) throw tooLarge();
    if (this.#keeping) this.parts.push(bytes);
  }
}

function tooLarge(): ProbeFailure {
  return new ProbeFailure(
    "too_large",
    `the body is longer than ${MAX_BODY_BYTES / 1024 / 1024} MB`,
  );
}

/** Undoes chunked coding (RFC 9112, section 7.1), strictly: a wrong size is an error, not an end. */
class ChunkReader {
  readonly #keep: (bytes: Uint8Array) => void;
  #state: "size" | "data" | "data_end" | "trailers" = "size";
  /** Bytes of the current chunk that are still to come. */
  #left = 0;
  #line = "";
  #framing = 0;

  constructor(keep: (bytes: Uint8Array) => void) {
    this.#keep = keep;
  }

  /** True once the last chunk and the trailers are through. */
  feed(bytes: Uint8Array): boolean {
    let offset = 0;
    while (offset < bytes.byteLength) {
      if (this.#state === "data") {
        const part = bytes.subarray(offset, offset + this.#left);
        this.#keep(part);
        offset += part.byteLength;
        this.#left -= part.byteLength;
        if (this.#left === 0) this.#state = "data_end";
        continue;
      }
      const end = bytes.indexOf(0x0a, offset);
      const stop = end === -1 ? bytes.byteLength : end + 1;
      this.#line += latin1.decode(bytes.subarray(offset, stop));
      this.#framing += stop - offset;
      offset = stop;
      if (this.#line.length > MAX_CHUNK_LINE || this.#framing > MAX_FRAMING_BYTES)
        throw malformed();
      if (end !== -1 && this.#endLine(this.#line.replace(/\r?\n$/, ""))) return true;
    }
    return false;
  }

  #endLine(line: string): boolean {
    this.#line = "";
    switch (this.#state) {
      case "size": {
        const size = /^([0-9a-f]{1,8})[ \t]*(?:;.*)?$/i.exec(line)?.[1];
        if (size === undefined) throw malformed();
        this.#left = Number.parseInt(size, 16);
        this.#state = this.#left === 0 ? "trailers" : "data";
        return false;
      }
      case "data_end":
        if (line !== "") throw malformed();
        this.#state = "size";
        return false;
      case "trailers":
        return line === "";
      case "data":
        return false;
    }
  }
}

const latin1 = new TextDecoder("latin1");

function malformed(): ProbeFailure {
  return new ProbeFailure("protocol", "the body is not chunked as it says");
}
