import type { Check, Gap, MonitorState, Stat, TimeRange } from "./monitor.ts";
import type { Watcher } from "../ports.ts";
import type { BillingKind } from "../../store/schema/monitor.ts";
import type { ProbeRequest, ProbeResult } from "./probe.ts";
import type { MonitorFilter } from "./watch-monitor.ts";

/** A shard's work for one group of seconds of one minute. */
export interface DueQuery {
  /** Minutes since the epoch. */
  minute: number;
  /** Which ten seconds of it, 0–5. */
  bucket: number;
  /** The catalogue's version of the shard: an object that knows an older one reads it again. */
  version: number;
}

/** One check that somebody is to make now. */
export interface PlannedCheck {
  id: number;
  monitorId: number;
  /** Region that is to make it. */
  region: string;
  request: ProbeRequest;
  /** Whether it passes if nothing is new: then it may wait for the rest. Null: any outcome is news. */
  expected: boolean | null;
}

export interface MadeCheck {
  id: number;
  /** Region that made it. */
  checker: string;
  /** When it began. */
  at: number;
  result: ProbeResult;
}

/** What follows from results. */
export interface Recorded {
  /** Checks that are new; the others were recorded before, or belong to no monitor any more. */
  recorded: Check[];
  /** To be made at once. */
  confirm: PlannedCheck[];
  /** Regions that are set aside from now until then. */
  aside: { checker: string; until: number }[];
}

/** What is known of a monitor without asking anybody. */
export interface Glance {
  monitorId: number;
  /** Of an active monitor; whether it is paused stands in the catalogue. */
  state: Exclude<MonitorState, "paused">;
  downSince: number | null;
  lastCheck: Check | null;
  certificateExpires: number | null;
  inMaintenance: boolean;
}

/** Checks of one monitor, or with null of all that the shard has. Both ends inclusive. */
export interface CheckRange extends TimeRange {
  monitorId: number | null;
}

/** What is not in the catalogue yet: the hours after `closedThrough`. */
export interface OpenHours<T> {
  /** Hours since the epoch; -1 before the first. */
  closedThrough: number;
  rows: T[];
}

export interface OpenBilling {
  /** Hours since the epoch. */
  hour: number;
  kind: BillingKind;
  units: number;
}

/**
 * The live half of monitors: one object per shard, which alone decides what is due and what a
 * result means. Reads are answered for the account that owns the shard, and reject with a `Fault`
 * NOT_FOUND for any other.
 */
export interface MonitorShards {
  /** What is due and not recorded yet, confirmations that are owed included. */
  due(shard: number, query: DueQuery): Promise<PlannedCheck[]>;
  /**
   * One check outside the rhythm.
   * @throws Fault NOT_FOUND, LIMIT_REACHED without points or with too many in this minute.
   */
  dueNow(shard: number, accountId: string, monitorId: number): Promise<PlannedCheck>;
  /** Takes results in any order; those that were taken before change nothing. */
  record(shard: number, made: MadeCheck[]): Promise<Recorded>;
  /** A push monitor's signal. @throws Fault NOT_FOUND when it is no push monitor of the account. */
  signal(shard: number, accountId: string, monitorId: number): Promise<void>;
  /** Makes the object take over what the catalogue says now; its next work would do it too. */
  refresh(shard: number, accountId: string, version: number): Promise<void>;
  glance(shard: number, accountId: string, monitorIds: number[]): Promise<Glance[]>;
  /** How many checks each hour, or each minute, of the range holds; ascending, none empty. */
  tally(
    shard: number,
    accountId: string,
    range: CheckRange,
    unit: "hour" | "minute",
  ): Promise<[unit: number, checks: number][]>;
  /** All checks of the range, oldest first: ask for few minutes. */
  checks(shard: number, accountId: string, range: CheckRange): Promise<Check[]>;
  gaps(shard: number, accountId: string, monitorId: number, range: TimeRange): Promise<Gap[]>;
  openStats(shard: number, accountId: string, monitorId: number): Promise<OpenHours<Stat>>;
  openBilling(shard: number, accountId: string): Promise<OpenHours<OpenBilling>>;
  /** Upgrades the request to a WebSocket on one monitor's checks. */
  watch(shard: number, request: Request, watcher: Watcher<MonitorFilter>): Promise<Response>;
  /** Closes the sockets that were opened with a public hash. */
  dropHash(shard: number, accountId: string, hash: string): Promise<void>;
}

/** Asks the checkers of a region. */
export interface Checkers {
  /**
   * Makes the probes at once, at most five of them, and answers in their order. Rejects only when
   * the region cannot be reached: what goes wrong with a probe is in its result.
   */
  probeFrom(region: string, shard: number, requests: ProbeRequest[]): Promise<ProbeResult[]>;
}
