import { isAddress } from "../guard/addresses.ts";
import { normalizedHost } from "../guard/names.ts";

/**
 * Just enough of TLS 1.2 (RFC 5246) to be shown a certificate chain: 1.2 sends it in the clear,
 * and no more of the handshake is needed. A server that speaks 1.3 only refuses.
 */
const VERSION_1_2 = [3, 3];
const HANDSHAKE = 22;
const ALERT = 21;
const CLIENT_HELLO = 1;
const CERTIFICATE = 11;
const RECORD_HEADER = 5;
const HANDSHAKE_HEADER = 4;
const MAX_RECORD_BYTES = 16_384 + 2048;
const MAX_HANDSHAKE_BYTES = 128 * 1024;

const CIPHER_SUITES = [
  // ECDHE with ECDSA and RSA: AES-GCM, ChaCha20, then CBC.
  0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc009, 0xc013, 0xc00a, 0xc014,
  // RSA key exchange, for old servers.
  0x009c, 0x009d, 0x002f, 0x0035,
];
const GROUPS = [0x001d, 0x0017, 0x0018, 0x0019];
const SIGNATURES = [
  0x0403, 0x0503, 0x0603, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0203, 0x0201,
];

/** A ClientHello that offers TLS 1.2 and names the host, unless that is an address. */
export function clientHello(hostname: string): Uint8Array {
  const extensions = [
    ...serverName(normalizedHost(hostname)),
    ...extension(10, block16(GROUPS.flatMap(u16))),
    // Points uncompressed.
    ...extension(11, [1, 0]),
    ...extension(13, block16(SIGNATURES.flatMap(u16))),
  ];
  const random = crypto.getRandomValues(new Uint8Array(32));
  const body = [
    ...VERSION_1_2,
    ...random,
    // No session to resume.
    0,
    ...block16(CIPHER_SUITES.flatMap(u16)),
    // One way to compress: not at all.
    1,
    0,
    ...block16(extensions),
  ];
  const message = [CLIENT_HELLO, ...u24(body.length), ...body];
  return Uint8Array.from([HANDSHAKE, 3, 1, ...block16(message)]);
}

/** Reads a server's answer to {@link clientHello}. */
export class HelloReader {
  #records: Uint8Array = new Uint8Array();
  #messages: Uint8Array = new Uint8Array();

  /**
   * Takes what was received.
   * @returns The chain in DER, the server's own certificate first; `refused` for an alert and
   * `not_tls` for anything else; null while more must come.
   */
  feed(chunk: Uint8Array): Uint8Array[] | "refused" | "not_tls" | null {
    this.#records = joined(this.#records, chunk);
    for (;;) {
      if (this.#records.byteLength < RECORD_HEADER) return null;
      const [type = 0, major = 0] = this.#records;
      const size = number(this.#records, 3, 2);
      if (major !== 3 || size > MAX_RECORD_BYTES) return "not_tls";
      if (type === ALERT) return "refused";
      if (type !== HANDSHAKE) return "not_tls";
      if (this.#records.byteLength < RECORD_HEADER + size) return null;
      const payload = this.#records.subarray(RECORD_HEADER, RECORD_HEADER + size);
      this.#messages = joined(this.#messages, payload);
      this.#records = this.#records.subarray(RECORD_HEADER + size);
      if (this.#messages.byteLength > MAX_HANDSHAKE_BYTES) return "not_tls";
      const chain = this.#chain();
      if (chain) return chain;
    }
  }

  #chain(): Uint8Array[] | null {
    while (this.#messages.byteLength >= HANDSHAKE_HEADER) {
      const size = number(this.#messages, 1, 3);
      const end = HANDSHAKE_HEADER + size;
      if (this.#messages.byteLength < end) return null;
      if (this.#messages[0] === CERTIFICATE) {
        return certificates(this.#messages.subarray(HANDSHAKE_HEADER, end));
      }
      this.#messages = this.#messages.subarray(end);
    }
    return null;
  }
}

function certificates(message: Uint8Array): Uint8Array[] {
  const chain: Uint8Array[] = [];
  // Three bytes with the length of all, then each with three of its own.
  for (let at = 3; at + 3 <= message.byteLength;) {
    const size = number(message, at, 3);
    chain.push(message.slice(at + 3, at + 3 + size));
    at += 3 + size;
  }
  return chain;
}

function serverName(host: string): number[] {
  if (isAddress(host)) return [];
  const name = [...new TextEncoder().encode(host)];
  return extension(0, block16([0, ...block16(name)]));
}

function extension(type: number, data: number[]): number[] {
  return [...u16(type), ...block16(data)];
}

/** Data behind its length in two bytes. */
function block16(data: number[]): number[] {
  return [...u16(data.length), ...data];
}

function u16(value: number): number[] {
  return [value >> 8, value & 0xff];
}

function u24(value: number): number[] {
  return [value >> 16, (value >> 8) & 0xff, value & 0xff];
}

function number(bytes: Uint8Array, at: number, size: number): number {
  let value = 0;
  for (let index = at; index < at + size; index += 1) value = value * 256 + (bytes[index] ?? 0);
  return value;
}

function joined(left: Uint8Array, right: Uint8Array): Uint8Array {
  if (left.byteLength === 0) return right;
  const both = new Uint8Array(left.byteLength + right.byteLength);
  both.set(left);
  both.set(right, left.byteLength);
  return both;
}
