import type { KeptAnswer, Reservation } from "../../domain/ports.ts";

/** How long a key stands for its request. */
export const KEPT_MS = 24 * 60 * 60 * 1000;
/** How long a request may be silent at work before its key is free for a repeat. */
export const LEASE_MS = 5 * 60 * 1000;

/** A reserved key, without its answer. Times in milliseconds since the epoch. */
export interface KeyRecord {
  fingerprint: string;
  /** Until when the request at work is believed to be alive. */
  leaseUntil: number;
  expiresAt: number;
  answered: boolean;
}

/** Where the records lie; every call is done before the next begins. */
export interface RecordStorage {
  find(key: string): KeyRecord | null;
  /** Adds it, or replaces the one with its key, answer included. */
  put(key: string, record: KeyRecord): void;
  extend(key: string, leaseUntil: number): void;
  keepAnswer(key: string, answer: KeptAnswer): void;
  answer(key: string): KeptAnswer | null;
  remove(key: string): void;
}

/** Which requests were made under which `Idempotency-Key`, for a day. */
export class IdempotencyRecords {
  readonly #storage: RecordStorage;

  constructor(storage: RecordStorage) {
    this.#storage = storage;
  }

  /** Says whether the work may start, and if so, that nobody else may start it meanwhile. */
  reserve(key: string, fingerprint: string, now: number): Reservation {
    const record = this.#live(key, now);
    if (!record) {
      const lease = { leaseUntil: now + LEASE_MS, expiresAt: now + KEPT_MS };
      this.#storage.put(key, { fingerprint, ...lease, answered: false });
      return { state: "reserved" };
    }
    if (record.fingerprint !== fingerprint) return { state: "mismatch" };
    const answer = record.answered ? this.#storage.answer(key) : null;
    if (answer) return { state: "answered", answer };
    if (record.leaseUntil > now) return { state: "busy" };
    // The first request died on the way: its repeat takes over.
    this.#storage.extend(key, now + LEASE_MS);
    return { state: "reserved" };
  }

  /** The request is still at work. */
  renew(key: string, now: number): void {
    if (this.#live(key, now)?.answered === false) this.#storage.extend(key, now + LEASE_MS);
  }

  /** Keeps the first answer; a second one, of a request that was believed dead, is dropped. */
  complete(key: string, answer: KeptAnswer, now: number): void {
    if (this.#live(key, now)?.answered === false) this.#storage.keepAnswer(key, answer);
  }

  /** Frees a key whose work left nothing behind. */
  release(key: string, now: number): void {
    if (this.#live(key, now)?.answered === false) this.#storage.remove(key);
  }

  #live(key: string, now: number): KeyRecord | null {
    const record = this.#storage.find(key);
    return record && record.expiresAt > now ? record : null;
  }
}
