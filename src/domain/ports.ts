import type { LiveAgents, LiveLaunches } from "./agent/live.ts";
import type { Outcome } from "./errors.ts";
import type { ChecksJob, Job, Jobs, JobType, NotifyJob } from "./job.ts";
import type {
  CheckRange,
  Checkers,
  DueQuery,
  Glance,
  MadeCheck,
  MonitorShards,
  OpenBilling,
  OpenHours,
  PlannedCheck,
  Recorded,
} from "./monitor/shard.ts";
import type { Check, Gap, Stat, TimeRange } from "./monitor/monitor.ts";
import type { ProbeRequest, ProbeResult } from "./monitor/probe.ts";
import type { SessionCommand, SessionInit, SessionResult, SessionView } from "./session/session.ts";
import type { Telemetry } from "./telemetry/port.ts";
import type { WatchFilter } from "./telemetry/telemetry.ts";

/**
 * What the domain needs of the world, in the domain's own words. Each is implemented once, in
 * `platform/`, and handed over in the `Ctx`.
 */
export type * from "./browser.ts";
export type * from "./agent/live.ts";
export type * from "./agent/run.ts";
export type { SessionCommand, SessionInit, SessionResult, SessionView, Telemetry };

export interface Ports {
  meter: Meter;
  sessions: LiveSessions;
  telemetry: Telemetry;
  guard: Guard;
  seal: Seal;
  files: Files;
  regions: Regions;
  mail: Mail;
  shards: MonitorShards;
  checkers: Checkers;
  jobs: Jobs;
  webhooks: Webhooks;
  agents: LiveAgents;
  launches: LiveLaunches;
}

export type { ChecksJob, Job, Jobs, JobType, NotifyJob };
export type { Check, CheckRange, Checkers, DueQuery, Gap, Glance, MadeCheck, MonitorShards };
export type { OpenBilling, OpenHours, PlannedCheck, Recorded, Stat, TimeRange };
export type { ProbeRequest, ProbeResult };

/** Counts, limits and remembers requests; one object per account behind it. */
export interface Meter {
  /** Takes one request off the key's window of a minute, and off the account's quota if any. */
  admit(account: string, key: string, limit: number, quota?: Quota): Promise<Admission>;
  /**
   * Takes one try off a window of `seconds` named `bucket`, for doors without a key (sign-up,
   * sign-in). Rejects with a `Fault` RATE_LIMITED when `limit` tries are used up.
   */
  attempt(bucket: string, limit: number, seconds: number): Promise<void>;
  usage(account: string): Promise<Usage>;
  /** Reserves an idempotency key before the work starts. */
  reserve(account: string, key: string, fingerprint: string): Promise<Reservation>;
  /** Keeps the answer of a reserved key, or says why it was not kept. */
  complete(account: string, key: string, answer: KeptAnswer): Promise<void>;
  /** Frees a reserved key whose work left nothing behind. */
  release(account: string, key: string): Promise<void>;
}

export interface Admission {
  admitted: boolean;
  limit: number;
  remaining: number;
  /** Unix seconds at which the window ends. */
  reset: number;
  /** The account's quota that is used up; its figures stand above. Absent: the key's minute. */
  period?: QuotaPeriod;
}

/** Requests that an account may make per day and month, UTC. */
export interface Quota {
  day: number;
  month: number;
}
export type QuotaPeriod = keyof Quota;

export interface Usage {
  /** Requests since midnight, UTC, and since the first of the month. */
  day: number;
  month: number;
}

export type Reservation =
  | { state: "reserved" }
  /** The same key is at work right now. */
  | { state: "busy" }
  /** The key was used for another request. */
  | { state: "mismatch" }
  | { state: "answered"; answer: KeptAnswer };

export type KeptAnswer =
  | { kind: "response"; status: number; headers: [string, string][]; body: Uint8Array }
  /** The answer showed a secret or was too large: a repeat is told what was made instead. */
  | { kind: "withheld"; message: string };

/** What an isolate asks of the account's meter when it has no token left for a key. */
export interface Draw {
  key: string;
  /** Requests a minute. */
  limit: number;
  /** Tokens it would like, at least one. */
  want: number;
  reports: TokenReport[];
  quota?: Quota;
}

/** What became of tokens that an isolate drew before. */
export interface TokenReport {
  key: string;
  /** Unix seconds at which the window ends for which they were drawn. */
  window: number;
  used: number;
  /** Given back unused. */
  returned: number;
}

export interface Grant {
  /** At most what was wanted; 0 when the window is used up. */
  granted: number;
  /** What is left of the window for others. */
  left: number;
  /** Unix seconds at which the window ends. */
  reset: number;
  /** Set when nothing was granted because a quota is used up. */
  exhausted?: { period: QuotaPeriod; limit: number; reset: number };
}

/** The live half of browser sessions: one object each. */
export interface LiveSessions {
  start(id: string, init: SessionInit): Promise<void>;
  view(id: string, accountId: string): Promise<SessionView>;
  command<C extends SessionCommand>(
    id: string,
    accountId: string,
    command: C,
  ): Promise<SessionResult<C>>;
  /** Upgrades the request to a WebSocket on the session's events. Rejects with NOT_FOUND. */
  watch(id: string, request: Request, watcher: Watcher): Promise<Response>;
  /**
   * Ends it: browser, sockets, snapshot. Ending one that is not there does nothing. One that was
   * not `opened` came to nothing.
   */
  end(id: string, reason: string, opened: boolean): Promise<void>;
  /** Closes the sockets that were opened with a key. */
  dropKey(id: string, keyId: string): Promise<void>;
}

/** Who listens on a WebSocket, and how; `F` says to what of it. */
export interface Watcher<F = WatchFilter> {
  accountId: string;
  /** What opened it: a key's id, or a public hash. Null: nothing was needed. */
  keyId: string | null;
  /** Milliseconds since the epoch, or null. */
  keyExpiresAt: number | null;
  /** Which encoder writes its frames, by name. */
  frame: string;
  /** Replay what came after this `seq`; absent for only what is new. */
  since?: number;
  /** Flow control: the subscriber acknowledges what it has read. */
  ack: boolean;
  /** All that is due at once in one message, as a JSON array. */
  batch?: boolean;
  filter?: F;
}

/** The one judge of addresses that a tenant can cause to be asked for. */
export interface Guard {
  /**
   * Resolves when `url` may be asked for. Rejects with a `Fault` BAD_REQUEST that says why not:
   * not http(s), credentials in the address, private, loopback, link-local or metadata
   * addresses by any spelling, our own host, or a name that resolves to one of these.
   */
  assertAllowed(url: string): Promise<void>;
}

/** Secrets at rest, and links that prove where they came from. */
export interface Seal {
  /** Encrypts text so that only the same `purpose` opens it. */
  seal(purpose: string, plain: string): Promise<string>;
  /** The inverse; null when it was tampered with, or sealed for another purpose. */
  open(purpose: string, sealed: string): Promise<string | null>;
  /** A keyed fingerprint (HMAC-SHA-256, base64url). */
  fingerprint(purpose: string, data: string | Uint8Array): Promise<string>;
  /** True when `signature` is the fingerprint, in constant time. */
  verify(purpose: string, data: string, signature: string): Promise<boolean>;
}

/** Letters to people. */
export interface Mail {
  /** Throws a `Fault` UNAVAILABLE that says why when this deployment cannot send any. */
  assertReady(): void;
  /**
   * Resolves once the provider has taken the letter. Rejects with a `Fault` UNAVAILABLE that
   * says why it did not.
   */
  send(letter: Letter): Promise<void>;
}

export interface Letter {
  /** One address. */
  to: string;
  subject: string;
  text: string;
  /** The same, for readers that show HTML. */
  html?: string;
  /** What it is about, in a header of its own, so that a reader can tell doubles. */
  id?: string;
}

/** Messages to tenants' own addresses on the web. The caller asks the {@link Guard} first. */
export interface Webhooks {
  /** Posts JSON once, within a time limit, and follows no redirect. Never rejects. */
  post(url: string, headers: Record<string, string>, body: string): Promise<PostOutcome>;
}

/**
 * `busy`: no answer, or one that says to come again; `refused`: this message was not wanted. The
 * reason is for the tenant whose address it is.
 */
export type PostOutcome =
  | { outcome: "taken" }
  | { outcome: "refused"; reason: string }
  | {
      outcome: "busy";
      reason: string;
      /** As the answer asked for. */
      retryAfterMs?: number;
    };

/** Tenants' files. Paths are relative to the account's folder. */
export interface Files {
  put(account: string, path: string, body: Uint8Array, contentType: string): Promise<void>;
  get(account: string, path: string): Promise<StoredFile | null>;
  has(account: string, path: string): Promise<boolean>;
  /** False when there was nothing. */
  remove(account: string, path: string): Promise<boolean>;
  /**
   * Removes everything below a folder, which ends in `/`, or so many pages of it: a thousand each.
   * @returns False when there is more.
   */
  removeFolder(account: string, folder: string, pages?: number): Promise<boolean>;
  /** Bytes of a file; null when there is none. */
  size(account: string, path: string): Promise<number | null>;
}

export interface StoredFile {
  body: ReadableStream<Uint8Array>;
  size: number;
  contentType: string;
  etag: string;
}

/** Regions that hold sessions ("nodes"). */
export interface Regions {
  /** Whether the region's objects answer and can reach a browser, asked now (cached for seconds). */
  healthy(region: string): Promise<boolean>;
}

/** An RPC answer: see {@link Outcome}. */
export type Reply<T> = Promise<Outcome<T>>;
