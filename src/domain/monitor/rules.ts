import { PROBE_METHODS, type Repeat, REPEATS, SENSITIVITIES } from "../../store/schema/monitor.ts";
import { Fault } from "../errors.ts";

/** Seconds between checks. */
export const INTERVAL = { minimum: 30, maximum: 86_400, default: 300 } as const;
export const DEFAULT_SENSITIVITY = 5;
export const DEFAULT_USER_AGENT = "Mozilla/5.0 (compatible; Outrider/1.0; +monitor)";
/** One probe, redirects included. */
export const PROBE_TIMEOUT_MS = 30_000;
/** A push monitor's signal may be this late. */
export const SIGNAL_GRACE_MS = 15_000;
/** Raw checks are kept this long, and may be asked for. */
export const KEPT_DAYS = 30;
export const DAY_MS = 86_400_000;

const MAX_URL_LENGTH = 2048;
const MAX_NAME_LENGTH = 200;
const MAX_WORD_LENGTH = 1000;
const MAX_USER_AGENT_LENGTH = 500;
const MAX_HEADERS = 30;
const MAX_HEADER_NAME_LENGTH = 100;
const MAX_HEADER_VALUE_LENGTH = 4096;
const MAX_BODY_LENGTH = 16_384;
const MAX_CERTIFICATE_DAYS = 365;
const MAX_NOTE_LENGTH = 500;
const MAX_WINDOW_MS = 31 * DAY_MS;

/** Header names that say how the request itself is sent, which is the checker's to decide. */
const RESERVED_HEADERS = new Set([
  "host",
  "connection",
  "content-length",
  "transfer-encoding",
  "upgrade",
  "expect",
  "te",
  "trailer",
  "keep-alive",
  "proxy-connection",
  "accept-encoding",
  "user-agent",
]);

/** What a caller may set of a monitor that is probed. */
export interface Settable {
  url: string;
  name: string;
  word: string;
  wordAbsent: string;
  interval: number;
  sensitivity: number;
  userAgent: string;
  followRedirects: boolean;
  active: boolean;
  method: string;
  headers: [string, string][];
  body: string | null;
  certificateDays: number | null;
}

/** Field → why its value is refused. */
type Judges = { [K in keyof Settable]: (value: Settable[K]) => string | undefined };

const JUDGES: Judges = {
  url: (url) => (isWebUrl(url) ? undefined : "not valid web url"),
  name: (name) => lengthProblem(name, 1, MAX_NAME_LENGTH) ?? printable(name),
  word: (word) => lengthProblem(word, 0, MAX_WORD_LENGTH),
  wordAbsent: (word) => lengthProblem(word, 0, MAX_WORD_LENGTH),
  interval: (interval) =>
    Number.isInteger(interval) && interval >= INTERVAL.minimum && interval <= INTERVAL.maximum
      ? undefined
      : `must be a whole number from ${INTERVAL.minimum} to ${INTERVAL.maximum}`,
  sensitivity: (sensitivity) =>
    SENSITIVITIES.some((known) => known === sensitivity) ? undefined : "must be 5 or 10",
  userAgent: (agent) => lengthProblem(agent, 1, MAX_USER_AGENT_LENGTH) ?? headerValueProblem(agent),
  followRedirects: () => undefined,
  active: () => undefined,
  method: (method) =>
    PROBE_METHODS.some((known) => known === method) ? undefined : "must be GET, HEAD or POST",
  headers: headersProblem,
  body: (body) => (body === null ? undefined : lengthProblem(body, 0, MAX_BODY_LENGTH)),
  certificateDays: (days) =>
    days === null || (Number.isInteger(days) && days >= 1 && days <= MAX_CERTIFICATE_DAYS)
      ? undefined
      : `must be a whole number from 1 to ${MAX_CERTIFICATE_DAYS}, or null`,
};

/**
 * Refuses what a monitor may not be.
 * @throws Fault BAD_REQUEST whose `fields` name each field under its domain name, with a reason.
 */
export function assertSettable(input: Partial<Settable>): void {
  const fields: Record<string, string> = {};
  for (const [name, judge] of Object.entries(JUDGES)) {
    const value = input[name as keyof Settable];
    if (value === undefined) continue;
    const reason = (judge as (value: unknown) => string | undefined)(value);
    if (reason !== undefined) fields[name] = reason;
  }
  refuse(fields);
}

/** @throws Fault BAD_REQUEST for rules that hold between fields. */
export function assertTogether(monitor: Pick<Settable, "method" | "body" | "word" | "wordAbsent">) {
  const fields: Record<string, string> = {};
  if (monitor.body !== null && monitor.method !== "POST") {
    fields["body"] = "needs the method POST";
  }
  if (monitor.method === "HEAD" && monitor.word !== "") {
    fields["word"] = "cannot be found by HEAD, which has no document";
  }
  if (monitor.method === "HEAD" && monitor.wordAbsent !== "") {
    fields["wordAbsent"] = "cannot be looked for by HEAD, which has no document";
  }
  refuse(fields);
}

/** @throws Fault BAD_REQUEST naming the fields. */
export function assertWindow(window: {
  startsAt: number;
  endsAt: number;
  repeat: Repeat;
  note: string;
}): void {
  const fields: Record<string, string> = {};
  const { startsAt, endsAt, repeat, note } = window;
  if (!Number.isSafeInteger(startsAt) || startsAt < 0) fields["startsAt"] = "must be a time";
  if (!(endsAt > startsAt)) fields["endsAt"] = "must be after the start";
  else if (endsAt - startsAt > longest(repeat)) fields["endsAt"] = "is too long after the start";
  if (!REPEATS.includes(repeat)) fields["repeat"] = `must be one of ${REPEATS.join(", ")}`;
  const problem = lengthProblem(note, 0, MAX_NOTE_LENGTH);
  if (problem !== undefined) fields["note"] = problem;
  refuse(fields);
}

/** The address as guards may see it: a name and password in it are sent as a header. */
export function withoutCredentials(address: string): string {
  const url = new URL(address);
  url.username = "";
  url.password = "";
  return url.href;
}

/** How often a monitor is checked in a day. */
export function checksPerDay(interval: number): number {
  return 86_400 / interval;
}

/** A repeated window may fill its period, and no more. */
function longest(repeat: Repeat): number {
  switch (repeat) {
    case "none":
      return MAX_WINDOW_MS;
    case "daily":
      return DAY_MS;
    case "weekly":
      return 7 * DAY_MS;
    default:
      return repeat satisfies never;
  }
}

function refuse(fields: Record<string, string>): void {
  const named = Object.entries(fields).map(([name, reason]) => `${name}: ${reason}`);
  if (named.length > 0) throw new Fault("BAD_REQUEST", named.join("; "), { fields });
}

function isWebUrl(text: string): boolean {
  if (text.length > MAX_URL_LENGTH) return false;
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && url.hostname !== "";
}

function lengthProblem(text: string, minimum: number, maximum: number): string | undefined {
  const { length } = text;
  if (length > maximum) return `must have at most ${maximum} characters`;
  return length < minimum ? "must not be empty" : undefined;
}

function printable(text: string): string | undefined {
  return /\p{Cc}/u.test(text) ? "must not contain control characters" : undefined;
}

function headerValueProblem(value: string): string | undefined {
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(value) ? undefined : "has characters no header may have";
}

function headersProblem(headers: [string, string][]): string | undefined {
  if (headers.length > MAX_HEADERS) return `must be at most ${MAX_HEADERS}`;
  for (const [name, value] of headers) {
    if (name.length > MAX_HEADER_NAME_LENGTH || !/^[!#$%&'*+.^_`|~\w-]+$/.test(name)) {
      return "have a name that is no header's";
    }
    if (RESERVED_HEADERS.has(name.toLowerCase())) return `must not set ${name}`;
    const problem = lengthProblem(value, 0, MAX_HEADER_VALUE_LENGTH) ?? headerValueProblem(value);
    if (problem !== undefined) return `${name} ${problem}`;
  }
  return undefined;
}
