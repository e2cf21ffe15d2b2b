import { generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { isIP } from "node:net";

/** A certificate and its key, in PEM. */
export interface Credentials {
  cert: string;
  key: string;
}

export interface CertificateWish {
  commonName: string;
  /** DNS names and IPv4 addresses that it is for; empty for an authority. */
  hosts?: readonly string[];
  notBefore?: Date;
  notAfter?: Date;
}

const DAY_MS = 86_400_000;

/** Signs certificates for tests (X.509 v3, ECDSA on P-256). */
export class Authority {
  /** The authority's own certificate, in PEM. */
  readonly cert: string;
  readonly #name: Buffer;
  readonly #key: KeyObject;

  constructor(commonName: string) {
    const { privateKey, publicKey } = newKey();
    this.#key = privateKey;
    this.#name = nameOf(commonName);
    const wish = { commonName };
    this.cert = pem(signed(this.#key, toBeSigned(this.#name, publicKey, wish)));
  }

  issue(wish: CertificateWish): Credentials {
    const { privateKey, publicKey } = newKey();
    const der = signed(this.#key, toBeSigned(this.#name, publicKey, wish));
    return { cert: pem(der), key: keyPem(privateKey) };
  }
}

/** A certificate that nobody but itself vouches for. */
export function selfSigned(wish: CertificateWish): Credentials {
  const { privateKey, publicKey } = newKey();
  const name = nameOf(wish.commonName);
  return {
    cert: pem(signed(privateKey, toBeSigned(name, publicKey, wish))),
    key: keyPem(privateKey),
  };
}

function newKey() {
  return generateKeyPairSync("ec", { namedCurve: "P-256" });
}

const ECDSA_WITH_SHA256 = sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02));

function toBeSigned(issuer: Buffer, publicKey: KeyObject, wish: CertificateWish): Buffer {
  const { commonName, hosts = [] } = wish;
  const notBefore = wish.notBefore ?? new Date(Date.now() - DAY_MS);
  const notAfter = wish.notAfter ?? new Date(Date.now() + 30 * DAY_MS);
  const extensions = hosts.length > 0 ? [alternativeNames(hosts)] : authorityExtensions();
  return sequence(
    tagged(0xa0, integer(Buffer.of(2))),
    integer(Buffer.concat([Buffer.of(1), randomBytes(8)])),
    ECDSA_WITH_SHA256,
    issuer,
    sequence(time(notBefore), time(notAfter)),
    nameOf(commonName),
    publicKey.export({ type: "spki", format: "der" }),
    tagged(0xa3, sequence(...extensions)),
  );
}

function signed(key: KeyObject, tbs: Buffer): Buffer {
  return sequence(tbs, ECDSA_WITH_SHA256, bitString(sign("sha256", tbs, key)));
}

function nameOf(commonName: string): Buffer {
  const value = tagged(0x0c, Buffer.from(commonName));
  return sequence(tagged(0x31, sequence(oid(0x55, 0x04, 0x03), value)));
}

function alternativeNames(hosts: readonly string[]): Buffer {
  const names = hosts.map((host) =>
    isIP(host) === 4
      ? tagged(0x87, Buffer.from(host.split(".").map(Number)))
      : tagged(0x82, Buffer.from(host)),
  );
  return sequence(oid(0x55, 0x1d, 0x11), tagged(0x04, sequence(...names)));
}

function authorityExtensions(): Buffer[] {
  const yes = tagged(0x01, Buffer.of(0xff));
  const basicConstraints = sequence(oid(0x55, 0x1d, 0x13), yes, tagged(0x04, sequence(yes)));
  // keyCertSign alone.
  const usage = tagged(0x03, Buffer.of(2, 0x04));
  const keyUsage = sequence(oid(0x55, 0x1d, 0x0f), yes, tagged(0x04, usage));
  return [basicConstraints, keyUsage];
}

/* ---- DER ---- */

function tagged(tag: number, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.of(tag), lengthOf(body.length), body]);
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length);
  return length < 0x100 ? Buffer.of(0x81, length) : Buffer.of(0x82, length >> 8, length & 0xff);
}

function sequence(...parts: Buffer[]): Buffer {
  return tagged(0x30, ...parts);
}

function integer(bytes: Buffer): Buffer {
  return tagged(0x02, bytes);
}

function bitString(bytes: Buffer): Buffer {
  return tagged(0x03, Buffer.of(0), bytes);
}

function oid(...bytes: number[]): Buffer {
  return tagged(0x06, Buffer.from(bytes));
}

/** GeneralizedTime, to the second. */
function time(date: Date): Buffer {
  const digits = date.toISOString().replace(/\.\d+Z$|[-:T]/g, "");
  return tagged(0x18, Buffer.from(`${digits}Z`));
}

function pem(der: Buffer): string {
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}

function keyPem(key: KeyObject): string {
  return key.export({ type: "pkcs8", format: "pem" }).toString();
}
