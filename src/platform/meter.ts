import { Buffer } from "node:buffer";
import { waitUntil } from "cloudflare:workers";
import { type Outcome, unwrap } from "../domain/errors.ts";
import type {
  Draw,
  Grant,
  KeptAnswer,
  Meter,
  Reservation,
  TokenReport,
  Usage,
} from "../domain/ports.ts";
import { Tokens } from "./tokens.ts";

/** What `MeterObject` answers by RPC. Structural, since platform may not import objects. */
export interface MeterRpc extends Rpc.DurableObjectBranded {
  draw(draw: Draw): Grant;
  report(reports: TokenReport[]): void;
  usage(reports: TokenReport[]): Usage;
  attempt(limit: number, seconds: number): Promise<Outcome<void>>;
  reserve(key: string, fingerprint: string): Promise<Reservation>;
  renew(key: string): void;
  complete(key: string, answer: KeptAnswer): void;
  release(key: string): void;
}

export interface MeterOptions {
  namespace: DurableObjectNamespace<MeterRpc>;
  /** What this isolate holds, by account; one map for all its meters. */
  held?: Map<string, Purse>;
  /** Milliseconds since the epoch. */
  now?: () => number;
  /** Keeps work alive that the answer does not wait for. */
  defer?: (work: Promise<unknown>) => void;
  /** Milliseconds after which an isolate tells what it used and gives back what it holds. */
  flushAfter?: number;
}

/** An account's tokens, by key. */
export interface Purse {
  tokens: Map<string, Tokens>;
  /** When the flush under way is due; 0 when there is none. Milliseconds since the epoch. */
  flushDue: number;
}

const heldByIsolate = new Map<string, Purse>();
/** Accounts that one isolate holds tokens for; the longest unused is let go first. */
const MAX_PURSES = 2000;
/** Keys whose tokens one purse holds; beyond that those without any are let go. */
const MAX_IDLE_KEYS = 64;
const FLUSH_AFTER_MS = 2000;
/** Well within the lease that the object gives to a request at work. */
const RENEW_EVERY_MS = 120_000;
/** Larger answers are not kept under an Idempotency-Key; bytes. */
const MAX_KEPT_BYTES = 8 * 1024 * 1024;

/** The account's meter over one object per account, asked only when the isolate has no token. */
export function createMeter(options: MeterOptions): Meter {
  const { namespace, held = heldByIsolate, now = Date.now, defer = waitUntil } = options;
  const flushAfter = options.flushAfter ?? FLUSH_AFTER_MS;
  const renewals = new Map<string, ReturnType<typeof setInterval>>();

  const stubOf = (account: string) => namespace.getByName(`account:${account}`);

  function purseOf(account: string): Purse {
    const purse = held.get(account) ?? { tokens: new Map<string, Tokens>(), flushDue: 0 };
    // Moved to the end: what stands first was unused for longest.
    held.delete(account);
    held.set(account, purse);
    const oldest = held.size > MAX_PURSES ? held.entries().next().value : undefined;
    if (oldest) {
      held.delete(oldest[0]);
      defer(tell(...oldest));
    }
    return purse;
  }

  /** Tells the object what was used; what does not arrive is told next time. */
  async function tell(account: string, purse: Purse): Promise<void> {
    await settled(purse, async (reports) => {
      if (reports.length > 0) await stubOf(account).report(reports);
    }).catch(() => undefined);
    if (purse.tokens.size <= MAX_IDLE_KEYS) return;
    for (const [key, tokens] of purse.tokens) if (tokens.idle) purse.tokens.delete(key);
  }

  async function settled<T>(purse: Purse, send: (reports: TokenReport[]) => Promise<T>) {
    const told = [...purse.tokens.values()];
    const reports = told.map((tokens) => tokens.settle(now()));
    try {
      return await send(reports.flat());
    } catch (error) {
      told.forEach((tokens, index) => tokens.keep(reports[index] ?? []));
      throw error;
    }
  }

  function flushLater(account: string, purse: Purse): void {
    // One that is overdue died with the request that it was deferred by.
    if (now() < purse.flushDue + flushAfter) return;
    purse.flushDue = now() + flushAfter;
    const flush = async () => {
      await new Promise((resolve) => setTimeout(resolve, flushAfter));
      purse.flushDue = 0;
      await tell(account, purse);
    };
    defer(flush());
  }

  function stopRenewing(name: string): void {
    clearInterval(renewals.get(name));
    renewals.delete(name);
  }

  return {
    async admit(account, key, limit, quota) {
      const draw = (wish: Draw) =>
        again(() => stubOf(account).draw({ ...wish, ...(quota && { quota }) }));
      const purse = purseOf(account);
      const admission = await tokensOf(purse, key).take(limit, draw, now);
      if (admission.admitted) flushLater(account, purse);
      return admission;
    },

    async attempt(bucket, limit, seconds) {
      const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(bucket));
      const name = `attempt:${Buffer.from(digest).toString("base64url")}`;
      unwrap(await namespace.getByName(name).attempt(limit, seconds));
    },

    usage(account) {
      return settled(purseOf(account), (reports) => stubOf(account).usage(reports));
    },

    async reserve(account, key, fingerprint) {
      // RPC's types forget that a header is a pair.
      const reservation = (await stubOf(account).reserve(key, fingerprint)) as Reservation;
      if (reservation.state === "reserved") {
        const name = `${account}/${key}`;
        stopRenewing(name);
        // Dies with the request, and then the lease runs out.
        const renew = () =>
          void stubOf(account)
            .renew(key)
            .catch(() => undefined);
        renewals.set(name, setInterval(renew, RENEW_EVERY_MS));
      }
      return reservation;
    },

    async complete(account, key, answer) {
      stopRenewing(`${account}/${key}`);
      await stubOf(account).complete(key, withinBounds(answer));
    },

    async release(account, key) {
      stopRenewing(`${account}/${key}`);
      await stubOf(account).release(key);
    },
  };
}

function tokensOf(purse: Purse, key: string): Tokens {
  const tokens = purse.tokens.get(key) ?? new Tokens(key);
  purse.tokens.set(key, tokens);
  return tokens;
}

function withinBounds(answer: KeptAnswer): KeptAnswer {
  if (answer.kind === "withheld" || answer.body.byteLength <= MAX_KEPT_BYTES) return answer;
  const message =
    "The request with this Idempotency-Key was carried out; its answer was too large to keep.";
  return { kind: "withheld", message };
}

/** Once more when the platform says that it is worth it: the object was moved or restarted. */
async function again<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof Error && "retryable" in error && error.retryable === true)) throw error;
    return call();
  }
}
