import { changeMonitor, type MonitorChanges, type MonitorRow } from "../../store/monitor.ts";
import type { PROBE_METHODS, Sensitivity } from "../../store/schema/monitor.ts";
import { assertCanAct } from "../account/index.ts";
import type { Ctx } from "../context.ts";
import { type CreateMonitorInput, refusal } from "./create-monitor.ts";
import { minuteOf, phaseOf } from "./due.ts";
import type { Monitor } from "./monitor.ts";
import { findOwned, monitorOf, notFound, refreshShard, sealPurpose } from "./owned.ts";
import { assertSettable, assertTogether, checksPerDay, withoutCredentials } from "./rules.ts";

/** What is absent stays as it is. `url` is ignored for a push monitor. */
export type UpdateMonitorInput = Omit<CreateMonitorInput, "kind">;

/**
 * Changes a monitor. Pausing ends an open downtime; a new target forgets what was suspected.
 * `headers` and `body` replace what was sent before, and go together: the one that is absent is
 * then empty.
 * @throws Fault as `createMonitor` does, and NOT_FOUND.
 */
export async function updateMonitor(
  ctx: Ctx,
  id: number,
  input: UpdateMonitorInput,
): Promise<Monitor> {
  const { accountId } = assertCanAct(ctx);
  const before = await findOwned(ctx, accountId, id);
  const changes = await changesOf(ctx, before, input);
  if (Object.keys(changes).length === 0) return monitorOf(before);
  if (typeof changes.url === "string") {
    await ctx.ports.guard.assertAllowed(withoutCredentials(changes.url));
  }

  const after = { ...before, ...changes };
  const now = ctx.now();
  const written = await changeMonitor(ctx.db, before, changes, {
    checksPerDay: after.active ? checksPerDay(after.interval) : 0,
    hostChecksPerDay: ctx.settings.hostChecksPerMinute * 24 * 60,
    nextMinute: minuteOf(now) + 1,
  });
  if (!written) throw notFound();
  if (written === "host_full") throw refusal("host_full", ctx);
  await refreshShard(ctx, accountId, before.shard, written.version);
  return monitorOf(written.row);
}

async function changesOf(
  ctx: Ctx,
  before: MonitorRow,
  input: UpdateMonitorInput,
): Promise<MonitorChanges> {
  const { method, sensitivity, headers, body, ...rest } = input;
  const url = before.kind === "push" ? undefined : rest.url?.trim();
  assertSettable({
    ...rest,
    ...(url !== undefined && { url }),
    ...(method !== undefined && { method }),
    ...(sensitivity !== undefined && { sensitivity }),
    ...(headers !== undefined && { headers }),
    ...(body !== undefined && { body }),
  });
  const changes: MonitorChanges = {};
  if (url !== undefined) Object.assign(changes, { url, host: new URL(url).hostname });
  for (const name of PLAIN) {
    const value = rest[name];
    if (value !== undefined) Object.assign(changes, { [name]: value });
  }
  if (method !== undefined) changes.method = method as (typeof PROBE_METHODS)[number];
  if (sensitivity !== undefined) changes.sensitivity = sensitivity as Sensitivity;
  const replaced = headers !== undefined || body !== undefined;
  const hasBody = replaced ? (body ?? null) !== null : false;
  const after = { ...before, ...changes };
  assertTogether({
    method: after.method,
    body: hasBody ? "" : null,
    word: after.word,
    wordAbsent: after.wordAbsent,
  });
  if (replaced) {
    const request = (headers?.length ?? 0) > 0 || hasBody ? { headers: headers ?? [], body } : null;
    changes.request =
      request &&
      (await ctx.ports.seal.seal(sealPurpose(before.accountId), JSON.stringify(request)));
    changes.headerNames = JSON.stringify((headers ?? []).map(([name]) => name));
  }
  return withRhythm(before, changes, ctx.now());
}

/** Fields that are kept as they are given. */
const PLAIN = [
  "name",
  "word",
  "wordAbsent",
  "interval",
  "userAgent",
  "followRedirects",
  "active",
  "certificateDays",
] as const;

/** What says nothing of what is checked, or when. */
const ABOUT_IT: ReadonlySet<string> = new Set(["name", "sensitivity", "certificateDays"]);

/** A new interval has a new phase, and what a monitor owed before a change it owes no more. */
function withRhythm(before: MonitorRow, changes: MonitorChanges, now: number): MonitorChanges {
  if (Object.keys(changes).every((name) => ABOUT_IT.has(name))) return changes;
  if (changes.interval !== undefined && changes.interval !== before.interval) {
    changes.phase = phaseOf(changes.interval, before.shard, before.id, now);
  }
  return { ...changes, changedAt: now };
}
