import { Buffer } from "node:buffer";
import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";

/**
 * OWASP's scrypt setting with the smallest memory (16 MB a hash), because an isolate has 128 MB
 * for all its requests: N = 2^14, r = 8, p = 5.
 */
const COST = { ln: 14, r: 8, p: 5 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** Bounds on a stored string's own parameters, so that none can ask for endless work. */
const MAX_COST = { ln: 16, r: 8, p: 8 };

const STORED = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([\w-]{8,128})\$([\w-]{16,256})$/;

/**
 * Hashes a password for storage: `$scrypt$ln=14,r=8,p=5$<salt>$<hash>`, both base64url. The
 * parameters stand in the string, so that they can be raised without breaking what is stored.
 */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(password, salt, HASH_BYTES, COST);
  const { ln, r, p } = COST;
  return `$scrypt$ln=${ln},r=${r},p=${p}$${salt.toString("base64url")}$${hash.toString("base64url")}`;
}

/** Whether the password is the one stored; in constant time. A malformed string matches nothing. */
export async function verifyPassword(password: string, stored: string): Promise<boolean> {
  const parts = STORED.exec(stored);
  if (!parts) return false;
  const [, ln, r, p, salt = "", hash = ""] = parts;
  const cost = { ln: Number(ln), r: Number(r), p: Number(p) };
  if (cost.ln < 1 || cost.r < 1 || cost.p < 1) return false;
  if (cost.ln > MAX_COST.ln || cost.r > MAX_COST.r || cost.p > MAX_COST.p) return false;
  const expected = Buffer.from(hash, "base64url");
  const actual = await derive(password, Buffer.from(salt, "base64url"), expected.length, cost);
  return timingSafeEqual(actual, expected);
}

function derive(
  password: string,
  salt: Uint8Array,
  length: number,
  cost: typeof COST,
): Promise<Buffer> {
  const N = 2 ** cost.ln;
  const options = { N, r: cost.r, p: cost.p, maxmem: 256 * N * cost.r };
  return new Promise((resolve, reject) => {
    // One password can be typed as different code points; NFKC makes them one again.
    scrypt(password.normalize("NFKC"), salt, length, options, (error, hash) => {
      if (error) reject(error);
      else resolve(hash);
    });
  });
}
