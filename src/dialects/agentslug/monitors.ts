import type * as z from "zod";
import { Fault } from "../../domain/errors.ts";
import type {
  BillingRow,
  Check,
  CreateMonitorInput,
  Downtime,
  Monitor,
  MonitorView,
  PublicCheck,
  RangeQuery,
  Stat,
  UpdateMonitorInput,
} from "../../domain/monitor/index.ts";
import type { CheckRange, TestCreate, TestUpdate } from "./wire.ts";

/** Tests, checks, downtimes, stats and billing between the wire's spelling and the domain's. Pure. */

/** The domain's names of fields that this wire calls otherwise. */
const WIRE_NAMES: Record<string, string> = {
  name: "testName",
  followRedirects: "allowedRedirects",
  certificateDays: "certWarningDays",
};

/** Milliseconds to whole seconds. */
function unix(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}

function unixOrNull(milliseconds: number | null): number | null {
  return milliseconds === null ? null : unix(milliseconds);
}

/** The document's fields, then those that it leaves out. */
export function fromMonitor(monitor: MonitorView) {
  const { lastCheck, state } = monitor;
  return {
    ...settings(monitor),
    lastCheck: lastCheck === null ? 0 : unix(lastCheck.at),
    active: Number(monitor.active),
    downtime: Number(monitor.downSince !== null),
    publicHash: monitor.publicHash,
    type: monitor.kind,
    state,
    wordAbsent: monitor.wordAbsent,
    method: monitor.method,
    headerNames: monitor.headerNames,
    certWarningDays: monitor.certificateDays,
    certExpires: unixOrNull(monitor.certificateExpires),
    /** 1: the account has no points, so nothing is checked. */
    halted: Number(monitor.halted),
    maintenance: Number(monitor.inMaintenance),
  };
}

function settings(monitor: Monitor) {
  return {
    testID: monitor.id,
    url: monitor.url ?? "",
    word: monitor.word,
    testName: monitor.name,
    interval: monitor.interval,
    sensitivity: monitor.sensitivity,
    userAgent: monitor.userAgent,
    allowedRedirects: Number(monitor.followRedirects),
  };
}

/** Every field of a check, null: before the first there is none. */
const NO_CHECK = {
  checkID: null,
  redirect: null,
  code: null,
  time: null,
  status: null,
  checkerID: null,
  total_time: null,
  namelookup_time: null,
  connect_time: null,
  pretransfer_time: null,
  starttransfer_time: null,
  document_length: null,
  error: null,
};

/**
 * `GET /tests/:testID` shows the test and its last check together, though the document's example
 * has the check alone. `word` and `method` are the test's; how it was measured is `checkMethod`.
 */
export function fromMonitorWithCheck(monitor: MonitorView) {
  const { method: checkMethod, ...check } = monitor.lastCheck
    ? fromCheck(monitor.lastCheck)
    : { ...NO_CHECK, method: null };
  return { ...check, checkMethod, ...fromMonitor(monitor) };
}

export function fromCheck(check: Check) {
  const { timings, via, error } = check;
  return {
    checkID: check.id,
    testID: check.monitorId,
    redirect: Number(check.redirect),
    code: check.code,
    time: unix(check.at),
    word: check.word,
    status: Number(check.passed),
    checkerID: check.checker,
    total_time: timings.total,
    namelookup_time: timings.namelookup,
    connect_time: timings.connect,
    pretransfer_time: timings.pretransfer,
    starttransfer_time: timings.starttransfer,
    document_length: check.documentLength,
    method: via,
    error: error?.message ?? null,
  };
}

/** What its owner does not share is empty. */
export function fromPublicCheck({ problem, ...check }: PublicCheck) {
  const error = problem && { kind: problem, message: problem };
  return fromCheck({ ...check, word: "", error });
}

export function fromDowntime(downtime: Downtime) {
  return {
    downtimeID: downtime.id,
    testID: downtime.monitorId,
    downtimeFrom: unix(downtime.openedAt),
    downtimeTo: unixOrNull(downtime.closedAt),
    checkID: downtime.checkId,
    checkerID: downtime.checker,
    checkIDClose: downtime.closingCheckId,
    checkerIDClose: downtime.closingChecker,
    reason: downtime.reason,
  };
}

export function fromStat(stat: Stat) {
  return {
    testID: stat.monitorId,
    timeFrom: unix(stat.from),
    timeTo: unix(stat.to),
    checksCount: stat.checks,
    // Sums of floats end in noise below what was measured.
    totalTime: Math.round(stat.timings.total * MICROSECONDS) / MICROSECONDS,
    documentLength: stat.documentLength,
    checkerID: stat.checker,
  };
}

const MICROSECONDS = 1_000_000;

/** One point a check: what is charged is points, and no money. */
const CURRENCY = "points";

export function fromBilling({ charged, hour, kind, units }: BillingRow) {
  const type = kind === "content" ? "contentTest" : "uptimeTest";
  return { charged, date: unix(hour), amount: units, currency: CURRENCY, type, value: units };
}

export function toCreate(given: z.output<typeof TestCreate>): CreateMonitorInput {
  const { type, url, ...rest } = given;
  return {
    ...toChanges(rest),
    ...(type !== undefined && { kind: type }),
    ...(typeof url === "string" && { url }),
  };
}

export function toUpdate({ url, ...rest }: z.output<typeof TestUpdate>): UpdateMonitorInput {
  return { ...toChanges(rest), ...(url !== undefined && { url }) };
}

function toChanges(given: Omit<z.output<typeof TestUpdate>, "url">): UpdateMonitorInput {
  const { testName, allowedRedirects, certWarningDays, headers, ...same } = given;
  const changes = {
    ...same,
    name: testName,
    followRedirects: allowedRedirects,
    certificateDays: certWarningDays,
    headers: headers && Object.entries(headers),
  };
  return Object.fromEntries(
    Object.entries(changes).filter(([, value]) => value !== undefined),
  ) as UpdateMonitorInput;
}

/** Seconds to milliseconds; the last one is meant whole. */
export function toRange(query: z.output<typeof CheckRange>): RangeQuery {
  const { limit, offset, sort, oldest, youngest } = query;
  return {
    limit,
    offset,
    ...(sort !== undefined && { sort }),
    ...(oldest !== undefined && { oldest: oldest * 1000 }),
    ...(youngest !== undefined && { youngest: youngest * 1000 + 999 }),
  };
}

/** A whole month, by default the one that `now` is in. */
export function toMonth(
  wish: { year?: number | undefined; month?: number | undefined },
  now: number,
): { oldest: number; youngest: number } {
  const today = new Date(now);
  const year = wish.year ?? today.getUTCFullYear();
  const month = wish.month ?? today.getUTCMonth() + 1;
  return { oldest: Date.UTC(year, month - 1), youngest: Date.UTC(year, month) - 1 };
}

/** A test's number as paths spell it; what is no number belongs to no test. */
export function toTestId(text: string | undefined): number {
  return /^[1-9]\d{0,14}$/.test(text ?? "") ? Number(text) : Number.NaN;
}

/** Runs a verb whose refusals name fields, and names them as this wire does. */
export async function inWireWords<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof Fault) || !error.details.fields) throw error;
    const fields = Object.entries(error.details.fields).map(
      ([name, reason]) => [WIRE_NAMES[name] ?? name, reason] as const,
    );
    const details = { ...error.details, fields: Object.fromEntries(fields) };
    throw new Fault(error.code, error.message, details);
  }
}
