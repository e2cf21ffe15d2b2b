import { Buffer } from "node:buffer";
import { timingSafeEqual } from "node:crypto";
import type { Database } from "../../store/database.ts";
import { findKeyByPrefix, selectLiveKeyIds } from "../../store/account.ts";
import type { AccountActor } from "../context.ts";
import { fingerprintKey } from "./key.ts";

/** How long a key is believed without asking the catalogue: revocation takes no longer. */
const KNOWN_MS = 5000;
/** Shorter, so that a new key works at once wherever it was tried too early. */
const UNKNOWN_MS = 1000;
/** Entries of each kind in one isolate. */
const MAX_ENTRIES = 2000;
/** Longer credentials are no keys, and are not worth hashing. */
const MAX_KEY_LENGTH = 512;

interface Known {
  actor: AccountActor;
  until: number;
}

/** By hash, so that neither the look-up's time nor a dump of memory tells a key. */
const known = new Map<string, Known>();
/** Apart from the known ones, so that a flood of guesses does not push those out. */
const unknown = new Map<string, number>();
/** Grows with each revocation here: what was read before it is not kept after it. */
let revocations = 0;

/**
 * The account that a key opens; null when the key is unknown, revoked or expired.
 * @param options `fresh` asks the catalogue even when the isolate knows the key, for what stays
 * open long, such as a WebSocket.
 */
export async function authenticate(
  deps: { db: Database; now: () => number },
  key: string,
  options: { fresh?: boolean } = {},
): Promise<AccountActor | null> {
  if (key.length === 0 || key.length > MAX_KEY_LENGTH) return null;
  const before = revocations;
  const { prefix, hash } = await fingerprintKey(key);
  const now = deps.now();
  if (!options.fresh) {
    const seen = known.get(hash);
    if (seen && seen.until > now) return unexpired(seen.actor, now);
    if ((unknown.get(hash) ?? 0) > now) return null;
  }
  const row = await findKeyByPrefix(deps.db, prefix);
  if (!row || !sameHash(row.hash, hash)) {
    known.delete(hash);
    keep(unknown, hash, now + UNKNOWN_MS);
    return null;
  }
  const actor: AccountActor = {
    type: "account",
    accountId: row.accountId,
    keyId: row.id,
    scope: row.scope,
    keyExpiresAt: row.expiresAt,
  };
  unknown.delete(hash);
  if (before === revocations) keep(known, hash, { actor, until: now + KNOWN_MS });
  return unexpired(actor, now);
}

/** Makes this isolate forget a revoked key at once; the others do within five seconds. */
export function forgetKey(keyId: string): void {
  revocations += 1;
  for (const [hash, { actor }] of known) {
    if (actor.keyId === keyId) known.delete(hash);
  }
}

/**
 * Those of the keys, by id, that are neither revoked nor expired: for what asks again about the
 * keys of the sockets that it holds open.
 */
export function areKeysLive(db: Database, ids: string[], now: number): Promise<Set<string>> {
  return ids.length === 0 ? Promise.resolve(new Set()) : selectLiveKeyIds(db, ids, now);
}

function unexpired(actor: AccountActor, now: number): AccountActor | null {
  return actor.keyExpiresAt !== null && actor.keyExpiresAt <= now ? null : actor;
}

/** In constant time. */
export function sameHash(stored: string, offered: string): boolean {
  const a = Buffer.from(stored);
  const b = Buffer.from(offered);
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Maps keep their order of insertion, so the first entry is the oldest. */
function keep<V>(entries: Map<string, V>, hash: string, value: V): void {
  entries.delete(hash);
  entries.set(hash, value);
  if (entries.size <= MAX_ENTRIES) return;
  const oldest = entries.keys().next();
  if (!oldest.done) entries.delete(oldest.value);
}
