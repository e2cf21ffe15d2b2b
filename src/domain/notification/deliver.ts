import { type ClaimedRow, claimNotification, markFailed, markSent } from "../../store/outbox.ts";
import type { SystemCtx } from "../context.ts";
import type { NotifyJob } from "../job.ts";
import { nextTry } from "./retry.ts";
import { send } from "./send.ts";
import { storyOf } from "./story.ts";

/** Longer than any sending takes: when it runs out, whoever held it is dead. */
export const LEASE_MS = 60_000;
/** Sent at the same time; the platform allows six connections. */
const AT_ONCE = 4;
/** Of one channel in one go; then the next message on the queue goes on. */
const MAX_IN_A_ROW = 20;

/**
 * Sends notifications that are owed, each at most once unless we die between its taking and our
 * note of it. Those that are not due, at work elsewhere or done are passed over. What waits
 * behind one that ended, for the same channel, follows at once.
 */
export async function deliverNotifications(ctx: SystemCtx, job: NotifyJob): Promise<void> {
  const waiting = [...new Set(job.notificationIds)].toSorted((one, other) => one - other);
  const hand = async () => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      let next: number | null = id;
      try {
        for (let done = 0; next !== null && done < MAX_IN_A_ROW; done += 1) {
          next = await deliver(ctx, next);
        }
        if (next !== null) await wakeUp(ctx, next);
      } catch (error) {
        // Its lease runs out, and the clock wakes it again; the others are not to wait for it.
        ctx.log.error("notification_stuck", error, { notification: next });
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, hand));
}

/** The id of what may be sent next; null for nothing. */
async function deliver(ctx: SystemCtx, id: number): Promise<number | null> {
  const claimed = await claimNotification(ctx.db, id, ctx.now(), LEASE_MS);
  if (claimed === "not_due" || claimed === "moot") return null;
  const { notification, channel } = claimed;
  const { publicHost } = ctx.settings;
  const outcome = await send(ctx, channel, storyOf(claimed, ctx.now(), publicHost));
  const told = { notification: id, channel_type: channel.type, try: notification.attempts };
  if (outcome.outcome === "taken") {
    ctx.log.info("notification_sent", told);
    return markSent(ctx.db, claimed, ctx.now());
  }
  const retryAt = retryTime(ctx, claimed, outcome);
  const refused = outcome.outcome === "refused";
  // The reason may hold what a tenant's server said: it is for the tenant alone.
  ctx.log.info(retryAt === null ? "notification_dead" : "notification_failed", {
    ...told,
    refused,
  });
  const failed = { reason: outcome.reason, retryAt, refused };
  const next = await markFailed(ctx.db, claimed, failed, ctx.now());
  if (retryAt !== null) await wakeUp(ctx, id, Math.ceil((retryAt - ctx.now()) / 1000));
  return next;
}

async function wakeUp(ctx: SystemCtx, id: number, delaySeconds = 0): Promise<void> {
  await ctx.ports.jobs.send([{ job: { type: "notify", notificationIds: [id] }, delaySeconds }]);
}

function retryTime(
  ctx: SystemCtx,
  { notification, channel }: ClaimedRow,
  outcome: Parameters<typeof nextTry>[0]["outcome"],
): number | null {
  const { refusals, firstTriedAt } = notification;
  const now = ctx.now();
  return nextTry({
    outcome,
    refusals,
    failures: channel.failures,
    now,
    firstTriedAt: firstTriedAt ?? now,
    chance: Math.random(),
  });
}
