import { insertMonitor, type MonitorRefusal, type NewMonitorRow } from "../../store/monitor.ts";
import type { MonitorKind, PROBE_METHODS, Sensitivity } from "../../store/schema/monitor.ts";
import { SHARD_SIZE, shardWithRoom } from "../../store/shard.ts";
import { assertCanAct } from "../account/index.ts";
import type { Ctx } from "../context.ts";
import { Fault } from "../errors.ts";
import { MAX_MONITOR_ID } from "./check-id.ts";
import { minuteOf, phaseOf } from "./due.ts";
import type { Monitor } from "./monitor.ts";
import { monitorOf, sealPurpose } from "./owned.ts";
import {
  assertSettable,
  assertTogether,
  checksPerDay,
  DEFAULT_SENSITIVITY,
  DEFAULT_USER_AGENT,
  INTERVAL,
  withoutCredentials,
} from "./rules.ts";

/** What is absent takes its default. */
export interface CreateMonitorInput {
  /** `http` when absent. */
  kind?: MonitorKind;
  /** Needed for `http`, ignored for `push`. */
  url?: string;
  /** Default: the host, or "Push monitor". */
  name?: string;
  /** "" for no rule. */
  word?: string;
  wordAbsent?: string;
  /** Seconds, 30–86,400; 300. */
  interval?: number;
  /** 5 or 10; 5. */
  sensitivity?: number;
  userAgent?: string;
  /** True. */
  followRedirects?: boolean;
  /** True. */
  active?: boolean;
  /** GET, HEAD or POST; GET. */
  method?: string;
  headers?: [string, string][];
  body?: string | null;
  /** Days of warning before the certificate ends; null (the default): not watched. */
  certificateDays?: number | null;
}

const TRIES = 3;

/**
 * Makes a monitor; its first check comes within its interval, and within six minutes.
 * @throws Fault BAD_REQUEST whose `fields` are named as in the input; FORBIDDEN for a read-only
 * key; LIMIT_REACHED for too many monitors of the account, or too many checks of the target host.
 */
export async function createMonitor(ctx: Ctx, input: CreateMonitorInput): Promise<Monitor> {
  const { accountId } = assertCanAct(ctx);
  const kind = input.kind ?? "http";
  const url = kind === "push" ? null : (input.url ?? "").trim();
  const { name, word = "", wordAbsent = "", headers = [], body = null, active = true } = input;
  const { interval = INTERVAL.default, sensitivity = DEFAULT_SENSITIVITY, method = "GET" } = input;
  const { certificateDays = null, followRedirects = true } = input;
  const userAgent = input.userAgent === "" ? DEFAULT_USER_AGENT : input.userAgent;
  assertSettable({
    ...(url !== null && { url }),
    ...(name !== undefined && name !== "" && { name }),
    ...(userAgent !== undefined && { userAgent }),
    word,
    wordAbsent,
    interval,
    sensitivity,
    method,
    headers,
    body,
    certificateDays,
  });
  assertTogether({ method, body, word, wordAbsent });
  if (url !== null) await ctx.ports.guard.assertAllowed(withoutCredentials(url));

  const host = url === null ? null : new URL(url).hostname;
  const now = ctx.now();
  const request = headers.length > 0 || body !== null ? JSON.stringify({ headers, body }) : null;
  const draft: Omit<NewMonitorRow, "shard" | "phase"> = {
    accountId,
    kind,
    url,
    host,
    name: name || (host ?? "Push monitor"),
    word,
    wordAbsent,
    // Checked above against the very same lists.
    method: method as (typeof PROBE_METHODS)[number],
    sensitivity: sensitivity as Sensitivity,
    request: request && (await ctx.ports.seal.seal(sealPurpose(accountId), request)),
    headerNames: JSON.stringify(headers.map(([header]) => header)),
    interval,
    userAgent: userAgent ?? DEFAULT_USER_AGENT,
    followRedirects,
    active,
    publicHash: null,
    certificateDays,
    createdAt: now,
    changedAt: now,
  };
  return store(ctx, draft);
}

/** A shard may fill up between the look for it and the write: then another one is taken. */
async function store(ctx: Ctx, draft: Omit<NewMonitorRow, "shard" | "phase">): Promise<Monitor> {
  const { accountId, interval, active, createdAt } = draft;
  const limits = {
    perAccount: ctx.settings.maxMonitors,
    hostChecksPerDay: ctx.settings.hostChecksPerMinute * 24 * 60,
  };
  for (let attempt = 1; ; attempt += 1) {
    const shard = await shardWithRoom(ctx.db, accountId);
    const phase = phaseOf(interval, shard.id, shard.size % SHARD_SIZE, createdAt);
    const written = await insertMonitor(ctx.db, { ...draft, shard: shard.id, phase }, limits, {
      checksPerDay: active ? checksPerDay(interval) : 0,
      nextMinute: minuteOf(createdAt) + 1,
    });
    if (typeof written === "object") {
      if (written.row.id > MAX_MONITOR_ID) throw refusal("account_full", ctx);
      return monitorOf(written.row);
    }
    if (written !== "shard_full" || attempt === TRIES) throw refusal(written, ctx);
  }
}

export function refusal(reason: MonitorRefusal, ctx: Ctx): Fault {
  const { maxMonitors, hostChecksPerMinute } = ctx.settings;
  switch (reason) {
    case "account_full":
      return new Fault("LIMIT_REACHED", `This account may have ${maxMonitors} monitors.`);
    case "host_full":
      return new Fault(
        "LIMIT_REACHED",
        `This host is checked ${hostChecksPerMinute} times a minute already, which is the most allowed.`,
      );
    case "shard_full":
      return new Fault("UNAVAILABLE", "Too many monitors are being made at once: try again.");
    default:
      return reason satisfies never;
  }
}
