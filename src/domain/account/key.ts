import { Buffer } from "node:buffer";
import { customAlphabet } from "nanoid";

const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const randomPart = customAlphabet(BASE62, 40);
const PREFIX_LENGTH = 12;

/** A key in the form that is stored: nothing in it opens anything. */
export interface KeyFingerprint {
  /** First characters of the key: it is looked up by them, and known by them in lists. */
  prefix: string;
  /** SHA-256 of the whole key, base64url. */
  hash: string;
}

/** A new key: `ork_` and 40 base62 characters, 238 bits of chance. */
export function newKey(): string {
  return `ork_${randomPart()}`;
}

/**
 * The stored form of any key. Its prefix is the key's first 12 characters, or its first half if
 * that is less, so that the prefix of a short key chosen by hand does not show it whole.
 */
export async function fingerprintKey(key: string): Promise<KeyFingerprint> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(key));
  return {
    prefix: key.slice(0, Math.min(PREFIX_LENGTH, Math.ceil(key.length / 2))),
    hash: Buffer.from(digest).toString("base64url"),
  };
}
