import { env } from "cloudflare:workers";
import type { SystemCtx } from "../../../src/domain/context.ts";
import type { Job } from "../../../src/domain/job.ts";
import { systemContext } from "../../../src/runtime/context.ts";
import { openDatabase } from "../../../src/store/database.ts";
import { closeDowntime, openDowntime } from "../../../src/store/downtime.ts";
import { monitors } from "../../../src/store/schema/monitor.ts";
import { type Account, call as callWorker, newAccount } from "../../support/api.ts";
import type { Deployment } from "../../support/worker.ts";

export const db = openDatabase(env.DB);

export interface WireNotification {
  id: number;
  channel_id: number;
  monitor_id: number;
  downtime_id: number | null;
  occasion: string;
  state: string;
  attempts: number;
  due_at: string | null;
  error: string | null;
}

/** An account with a monitor, channels, and downtimes made by hand, under a clock of its own. */
export interface Outage {
  account: Account;
  monitorId: number;
  ctx: SystemCtx;
  /** Jobs that were put on the queue, and with what delay in seconds. */
  queued: { ids: number[]; delay: number | undefined }[];
  /** Lets time pass, milliseconds. */
  pass: (ms: number) => void;
  channel: (wish: object) => Promise<{ id: number; secret?: string }>;
  /** Opens a downtime; gives its first check and the notifications it owes. */
  goesDown: (reason?: string, monitor?: number) => Promise<{ checkId: number; owed: number[] }>;
  comesUp: (checkId: number) => Promise<number[]>;
  pauses: (checkId: number) => Promise<void>;
  /** What the account is told of its notifications, oldest first. */
  notifications: () => Promise<WireNotification[]>;
}

let lastCheck = 0;

export async function newOutage(
  options: {
    settings?: Partial<Env>;
    deployment?: Deployment;
    name?: string;
    url?: string;
  } = {},
): Promise<Outage> {
  const call = options.deployment?.call ?? callWorker;
  const account = await newAccount();
  const { name = "Shop", url = "https://shop.example/cart?key=hidden" } = options;
  const monitorId = await newMonitor(account.id, name, url);
  let now = Date.now();
  const queued: Outage["queued"] = [];
  const base = systemContext(
    { ...(options.deployment?.env ?? env), ...options.settings } as Env,
    {},
  );
  const send = async (jobs: { job: Job; delaySeconds?: number }[]) => {
    for (const { job, delaySeconds } of jobs) {
      if (job.type === "notify") queued.push({ ids: job.notificationIds, delay: delaySeconds });
    }
  };
  const ctx = { ...base, ports: { ...base.ports, jobs: { send } }, now: () => now };
  const at = () => ({ accountId: account.id, monitorId });
  return {
    account,
    monitorId,
    ctx,
    queued,
    pass: (ms) => {
      now += ms;
    },
    channel: async (wish) => {
      const { status, body } = await call<{ channel: { id: number }; secret?: string }>(
        account.key,
        "POST",
        "/manage/channels",
        { name: "On call", ...wish },
      );
      if (status !== 201) throw new Error(`No channel: ${JSON.stringify(body)}`);
      return { id: body.channel.id, ...(body.secret !== undefined && { secret: body.secret }) };
    },
    goesDown: async (reason = "connection refused", monitor = monitorId) => {
      lastCheck += 1;
      const checkId = lastCheck * 1000 + Math.floor(Math.random() * 1000) + monitorId * 1e6;
      const opening = {
        ...at(),
        monitorId: monitor,
        checkId,
        openedAt: now,
        checker: "weur",
        reason,
      };
      return { checkId, owed: await openDowntime(db, opening, now) };
    },
    comesUp: (checkId) => {
      const closing = { closingCheckId: checkId + 1, closingChecker: "enam", closedAt: now };
      return closeDowntime(db, { ...at(), ...closing, checkId, end: "recovered" }, now);
    },
    pauses: async (checkId) => {
      const closing = { closingCheckId: null, closingChecker: null, closedAt: now };
      await closeDowntime(db, { ...at(), ...closing, checkId, end: "paused" }, now);
    },
    notifications: async () => {
      const { body } = await call<{ notifications: WireNotification[] }>(
        account.key,
        "GET",
        "/manage/notifications",
      );
      return body.notifications.toReversed();
    },
  };
}

export async function newMonitor(accountId: string, name: string, url: string): Promise<number> {
  const row = await db
    .insert(monitors)
    .values({
      accountId,
      shard: 1,
      kind: "http",
      url,
      host: new URL(url).hostname,
      name,
      word: "",
      wordAbsent: "",
      method: "GET",
      request: null,
      headerNames: "[]",
      interval: 60,
      phase: 0,
      sensitivity: 5,
      userAgent: "",
      followRedirects: true,
      active: true,
      publicHash: null,
      certificateDays: null,
      createdAt: 0,
      changedAt: 0,
    })
    .returning({ id: monitors.id })
    .get();
  return row.id;
}
