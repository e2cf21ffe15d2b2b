import { Buffer } from "node:buffer";
import type { Seal } from "../domain/ports.ts";

/** Says how the rest was made, so that a later version can open what this one sealed. */
const VERSION = "s1.";
const IV_BYTES = 12;
const TAG_BYTES = 16;
/** A purpose may hold an id, so that there is no end of them. */
const MAX_KEYS = 256;

/**
 * Secrets at rest by AES-256-GCM and fingerprints by HMAC-SHA-256, each purpose with keys of its
 * own, derived from one secret by HKDF-SHA-256.
 * @param secret At least 32 characters of chance. Changing it makes what was sealed unreadable.
 */
export function createSeal(secret: string): Seal {
  const encoder = new TextEncoder();
  const derived = new Map<string, CryptoKey>();

  /** Keeps the key, not the promise of it: what one request waits for, another should not. */
  async function key(use: "seal" | "sign", purpose: string): Promise<CryptoKey> {
    const name = `${use}:${purpose}`;
    const seen = derived.get(name);
    if (seen) return seen;
    const made = await derive(use, name);
    if (derived.size >= MAX_KEYS) derived.clear();
    derived.set(name, made);
    return made;
  }

  async function derive(use: "seal" | "sign", name: string): Promise<CryptoKey> {
    const info = encoder.encode(`outrider:${name}`);
    const from = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(32), info };
    const bytes = encoder.encode(secret);
    const root = await crypto.subtle.importKey("raw", bytes, "HKDF", false, ["deriveKey"]);
    const [algorithm, usages] =
      use === "seal"
        ? [{ name: "AES-GCM", length: 256 }, ["encrypt", "decrypt"]]
        : [{ name: "HMAC", hash: "SHA-256", length: 256 }, ["sign", "verify"]];
    return crypto.subtle.deriveKey(from, root, algorithm, false, usages);
  }

  return {
    async seal(purpose, plain) {
      const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
      const secretKey = await key("seal", purpose);
      const text = encoder.encode(plain);
      const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, secretKey, text);
      return VERSION + Buffer.concat([iv, Buffer.from(sealed)]).toString("base64url");
    },
    async open(purpose, sealed) {
      if (!sealed.startsWith(VERSION)) return null;
      const bytes = Buffer.from(sealed.slice(VERSION.length), "base64url");
      if (bytes.length < IV_BYTES + TAG_BYTES) return null;
      const iv = bytes.subarray(0, IV_BYTES);
      const secretKey = await key("seal", purpose);
      try {
        const plain = await crypto.subtle.decrypt(
          { name: "AES-GCM", iv },
          secretKey,
          bytes.subarray(IV_BYTES),
        );
        return new TextDecoder().decode(plain);
      } catch {
        return null;
      }
    },
    async fingerprint(purpose, data) {
      const bytes = typeof data === "string" ? encoder.encode(data) : data;
      const signature = await crypto.subtle.sign("HMAC", await key("sign", purpose), bytes);
      return Buffer.from(signature).toString("base64url");
    },
    async verify(purpose, data, signature) {
      return crypto.subtle.verify(
        "HMAC",
        await key("sign", purpose),
        Buffer.from(signature, "base64url"),
        encoder.encode(data),
      );
    },
  };
}
