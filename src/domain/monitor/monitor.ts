import type {
  BillingKind,
  DowntimeEnd,
  MonitorKind,
  Repeat,
  Sensitivity,
} from "../../store/schema/monitor.ts";
import type { PhaseTimings, ProbeErrorKind, ProbeRequest } from "./probe.ts";

/** All times are milliseconds since the epoch unless a name says otherwise. */

/**
 * How a monitor is. `pending`: no check yet; `suspect`: failed, not yet confirmed; `recovering`:
 * down, and passed once.
 */
export const MONITOR_STATES = ["paused", "pending", "up", "suspect", "down", "recovering"] as const;
export type MonitorState = (typeof MONITOR_STATES)[number];

export interface Monitor {
  /** From 1, below 2^24. */
  id: number;
  kind: MonitorKind;
  /** Null for a push monitor. */
  url: string | null;
  name: string;
  /** Must be in the document; empty for no rule. */
  word: string;
  /** Must not be in the document; empty for no rule. */
  wordAbsent: string;
  method: ProbeRequest["method"];
  /** Header values and the body may be secrets, and are never shown again. */
  headerNames: string[];
  hasRequest: boolean;
  /** Seconds. */
  interval: number;
  sensitivity: Sensitivity;
  userAgent: string;
  followRedirects: boolean;
  active: boolean;
  publicHash: string | null;
  /** Days of warning before a certificate ends; null: not watched. */
  certificateDays: number | null;
  createdAt: number;
}

/** A monitor with what its checks say. */
export interface MonitorView extends Monitor {
  state: MonitorState;
  /** Start of the first failed check of an open downtime. */
  downSince: number | null;
  lastCheck: Check | null;
  /** When the certificate ends, as last read. */
  certificateExpires: number | null;
  /** The account has no points left, so nothing is checked. */
  halted: boolean;
  /** A maintenance window is open: failures do not count. */
  inMaintenance: boolean;
}

/** What a check that was made found. */
export interface Check {
  /** Unique, below 2^53, grows with the minute: see `check-id.ts`. */
  id: number;
  monitorId: number;
  /** When it began. */
  at: number;
  /** Region that made it; `push` for a signal, or its absence. */
  checker: string;
  passed: boolean;
  /** Final HTTP status; 0 without an answer. */
  code: number;
  redirect: boolean;
  /** The word it looked for; empty for none. */
  word: string;
  timings: PhaseTimings;
  documentLength: number;
  via: CheckMeans;
  error: { kind: CheckErrorKind; message: string } | null;
}

export const CHECK_MEANS = ["socket", "fetch", "signal"] as const;
export type CheckMeans = (typeof CHECK_MEANS)[number];
/** `overdue`: a push monitor's signal did not come. */
export type CheckErrorKind = ProbeErrorKind | "overdue";

/** Checker of push monitors' checks. */
export const PUSH_CHECKER = "push";

/** Why checks that were due were not made. */
export const GAP_REASONS = [
  /** The clock did not come, or nobody took the work. */
  "missed",
  /** The account had no points left. */
  "no_points",
] as const;
export type GapReason = (typeof GAP_REASONS)[number];

/** A time in which a monitor's due checks were not made: neither up nor down. */
export interface Gap {
  /** Inclusive start, exclusive end; whole minutes. */
  from: number;
  to: number;
  reason: GapReason;
}

export interface Downtime {
  id: number;
  monitorId: number;
  openedAt: number;
  /** The first check that failed. */
  checkId: number;
  checker: string;
  /** What the first failed check said. */
  reason: string;
  /** These four are null while it is open. */
  closedAt: number | null;
  closingCheckId: number | null;
  closingChecker: string | null;
  end: DowntimeEnd | null;
}

/** Sums over one monitor's checks of one hour by one checker. */
export interface Stat {
  monitorId: number;
  /** First and last millisecond of the hour. */
  from: number;
  to: number;
  checker: string;
  checks: number;
  passed: number;
  /** Sums, in seconds: divide by `checks`. */
  timings: PhaseTimings;
  documentLength: number;
}

/** What one hour's checks cost. */
export interface BillingRow {
  /** Start of the hour. */
  hour: number;
  kind: BillingKind;
  /** Checks, and points. */
  units: number;
  /** The hour is over: the row will not change. */
  charged: boolean;
}

export interface MaintenanceWindow {
  id: number;
  /** Null: all of the account's monitors. */
  monitorId: number | null;
  startsAt: number;
  endsAt: number;
  repeat: Repeat;
  note: string;
}

export type SortOrder = "asc" | "desc";

/** A page out of a time range; both ends of the range are inclusive. */
export interface TimeRange {
  oldest: number;
  youngest: number;
}

export interface RangeQuery extends Partial<TimeRange> {
  limit: number;
  offset: number;
  /** Newest first when absent. */
  sort?: SortOrder;
}
