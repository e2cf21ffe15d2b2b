import { Buffer } from "node:buffer";
import {
  brotliDecompressSync,
  constants,
  gunzipSync,
  inflateRawSync,
  inflateSync,
} from "node:zlib";
import { ProbeFailure } from "./failure.ts";
import { type Head, headerList } from "./head.ts";

/** What a body may grow to when it is unpacked. */
export const MAX_DECODED_BYTES = 5 * 1024 * 1024;
/** Stacking codings is legal and, beyond two, always a bomb. */
const MAX_CODINGS = 2;

// A stream that breaks off gives what it has, as browsers show it.
const zlib = { maxOutputLength: MAX_DECODED_BYTES, finishFlush: constants.Z_SYNC_FLUSH };
const brotli = {
  maxOutputLength: MAX_DECODED_BYTES,
  finishFlush: constants.BROTLI_OPERATION_FLUSH,
};

const DECODERS: Record<string, (bytes: Uint8Array) => Uint8Array> = {
  gzip: (bytes) => gunzipSync(bytes, zlib),
  "x-gzip": (bytes) => gunzipSync(bytes, zlib),
  deflate: (bytes) => (isZlib(bytes) ? inflateSync(bytes, zlib) : inflateRawSync(bytes, zlib)),
  br: (bytes) => brotliDecompressSync(bytes, brotli),
};

/**
 * Undoes the content codings of a body.
 * @throws ProbeFailure `protocol` for a coding that is unknown or does not fit the bytes,
 * `too_large` when it unpacks to more than {@link MAX_DECODED_BYTES}.
 */
export function decodeContent(head: Head, parts: readonly Uint8Array[]): Uint8Array {
  const codings = headerList(head.headers, "content-encoding").filter(
    (name) => name !== "identity",
  );
  if (codings.length > MAX_CODINGS)
    throw new ProbeFailure("protocol", "the body is packed too often");
  let bytes: Uint8Array = parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
  if (bytes.byteLength === 0) return bytes;
  for (const coding of codings.toReversed()) bytes = decodeOne(coding, bytes);
  return bytes;
}

function decodeOne(coding: string, bytes: Uint8Array): Uint8Array {
  const decode = DECODERS[coding];
  if (!decode) {
    throw new ProbeFailure(
      "protocol",
      `the body is packed as ${coding.slice(0, 40)}, which is not known`,
    );
  }
  try {
    return decode(bytes);
  } catch (error) {
    if (isOverflow(error)) {
      const limit = MAX_DECODED_BYTES / 1024 / 1024;
      throw new ProbeFailure("too_large", `the body unpacks to more than ${limit} MB`);
    }
    throw new ProbeFailure("protocol", `the body is not ${coding}, although it says so`);
  }
}

/** "deflate" means the zlib format, and half of the servers send the raw one (RFC 1950, 2.2). */
function isZlib(bytes: Uint8Array): boolean {
  const [method = 0, flags = 0] = bytes;
  return (method & 0x0f) === 8 && ((method << 8) | flags) % 31 === 0;
}

/** Node has a code for it, workerd a message. */
function isOverflow(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (
    ("code" in error && error.code === "ERR_BUFFER_TOO_LARGE") ||
    /memory limit/i.test(error.message)
  );
}
