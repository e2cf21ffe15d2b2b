/** What bots report about themselves, wherever they run: visits and their events. */

export const EVENT_KINDS = [
  "navigation",
  "page_load",
  "click",
  "scroll",
  "type",
  "screenshot",
  "error",
  "custom",
] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

export const VISIT_STATUSES = ["active", "completed", "failed"] as const;
export type VisitStatus = (typeof VISIT_STATUSES)[number];

/** Where the work ran: here, or anywhere else. */
export const VISIT_SOURCES = ["external", "hosted"] as const;
export type VisitSource = (typeof VISIT_SOURCES)[number];

/** One bot's session as it is announced. */
export interface NewVisit {
  id: string;
  profileId: string;
  device: string;
  targetUrl: string | null;
  /** `host:port`, or however the bot names the proxy that it goes through. */
  proxy: string | null;
  country: string | null;
}

export interface VisitOutcome {
  success: boolean;
  /** Seconds; 0 when the bot does not tell. */
  duration: number;
  error: string | null;
}

export interface Visit extends NewVisit {
  source: VisitSource;
  status: VisitStatus;
  /** Milliseconds since the epoch. */
  startedAt: number;
  endedAt: number | null;
  /** Seconds, as the bot told; null while it is active, and when it never said that it ended. */
  duration: number | null;
  error: string | null;
}

/** `details` is a JSON object as text: it is stored, sent on and spliced without being read. */
export interface NewEvent {
  visitId: string;
  /** As reported; an unknown one is kept as `custom`, with its own name beside it. */
  kind: string;
  details: string;
}

export interface TelemetryRecord {
  /** From 1, without holes, within an account. */
  id: number;
  /** A visit's id, or the name of what has no visit: `monitor_7`. */
  visitId: string;
  kind: EventKind;
  /** The reported kind where it is not one of ours. */
  original: string | null;
  /** Milliseconds since the epoch. */
  at: number;
  details: string;
}

export interface VisitFilter {
  status?: VisitStatus;
  country?: string;
  /** Part of the id, the profile or the proxy; its beginning when under three characters. */
  search?: string;
}

export interface EventFilter {
  /** One of ours, or the name of a custom one. */
  kind?: string;
  visitId?: string;
}

/** `page` counts from 1. */
export interface PageRequest {
  page: number;
  perPage: number;
}

export interface PageOf<T> {
  rows: T[];
  total: number;
}

/** A piece of an export, newest first; `next` fetches the one after it, null ends. */
export interface Portion<T> {
  rows: T[];
  next: number | null;
}

export interface VisitReading {
  visit: Visit;
  /** The newest 1,000, newest first. */
  events: TelemetryRecord[];
  /** All that are kept. */
  eventCount: number;
}

/** Running sums of an account. */
export interface Totals {
  visits: number;
  active: number;
  completed: number;
  failed: number;
  /** Every event ever accepted, those gone by retention included. */
  events: number;
  /** Sum of the durations told, and how many were told; seconds. */
  seconds: number;
  timed: number;
  /** Reports that hosted work had no room for. */
  dropped: number;
}

/** Those that are kept in a row of their own; events are counted by their ids. */
export type Sums = Omit<Totals, "events">;

export interface Proxy {
  id: number;
  url: string;
  country: string | null;
  note: string;
  enabled: boolean;
  /** Finished visits. */
  uses: number;
  successes: number;
  /** Failures since the last success. */
  streak: number;
  /** Sum of the durations of its successes, in milliseconds. */
  latencyMs: number;
  /** Milliseconds since the epoch; null when it never failed three times in a row. */
  coolingUntil: number | null;
  lastUsed: number | null;
}

export interface ProxyChanges {
  enabled?: boolean;
  note?: string;
  country?: string | null;
}

export type ProxyStatus = "healthy" | "flagged" | "blacklisted";
export type ProxyHealth = Record<ProxyStatus, number>;

export interface ProxyList {
  rows: Proxy[];
  total: number;
  /** Over all of them, not over the rows alone. */
  health: ProxyHealth;
}

export interface Stats {
  totals: Totals;
  proxies: ProxyList;
}

/** What an account's stream tells, before it is numbered. */
export type TelemetryEvent =
  | { type: "visit_started"; visit: NewVisit; source: VisitSource }
  | { type: "visit_ended"; visitId: string; outcome: VisitOutcome }
  | ({ type: "event" } & Omit<TelemetryRecord, "at">)
  /** Not part of the log: told at most once a second, when something changed. */
  | { type: "totals"; totals: Totals };

/** What hosted work tells of itself. Times in milliseconds since the epoch. */
export type ReportItem =
  | { type: "start"; visit: NewVisit; at: number }
  | { type: "end"; visit: NewVisit; startedAt: number; outcome: VisitOutcome; at: number }
  | ({ type: "event"; at: number } & NewEvent);

/** Sent at least once; the hub takes each id once. */
export interface ReportBatch {
  /** Grows with time: see {@link newBatchId}. */
  id: string;
  items: ReportItem[];
  /** Items that there was no room for since the batch before. */
  dropped: number;
}

/** Who of an account's subscribers hears what. */
export interface WatchFilter {
  visitId?: string;
  kind?: string;
}
