import {
  findNotification,
  listNotifications as readNotifications,
  type NotificationRow,
  reviveNotification,
} from "../../store/notification.ts";
import type { NotificationState, Occasion } from "../../store/schema/notification.ts";
import { assertAccount, assertCanAct } from "../account/index.ts";
import type { Ctx } from "../context.ts";
import { Fault } from "../errors.ts";
import { channelInAccount } from "./read-channels.ts";

/** One message to one channel, and what became of it. Times in milliseconds since the epoch. */
export interface Notification {
  id: number;
  channelId: number;
  /** Null for an experiment, and for news. */
  monitorId: number | null;
  occasion: Occasion;
  /** Null for what is about no downtime. */
  downtimeId: number | null;
  experimentId: number | null;
  state: NotificationState;
  attempts: number;
  /** When it is due, or looked after again; null at its end. */
  dueAt: number | null;
  /** Why the last try failed. */
  error: string | null;
  createdAt: number;
  endedAt: number | null;
}

function notificationOf(row: NotificationRow): Notification {
  const { id, channelId, occasion, subject, state, attempts, dueAt } = row;
  const { lastError: error, createdAt, endedAt } = row;
  const ofMonitor = occasion !== "experiment" && occasion !== "news";
  return {
    id,
    channelId,
    monitorId: ofMonitor ? row.monitorId : null,
    occasion,
    downtimeId: ofMonitor && occasion !== "certificate" ? subject : null,
    experimentId: occasion === "experiment" ? subject : null,
    state,
    attempts,
    dueAt,
    error,
    createdAt,
    endedAt,
  };
}

export interface ListNotificationsInput {
  /** Only those in this state, or only those of this channel. */
  state?: NotificationState;
  channelId?: number;
  offset: number;
  limit: number;
}

/**
 * The account's notifications, newest first.
 * @throws Fault NOT_FOUND for a channel that it does not have.
 */
export async function listNotifications(
  ctx: Ctx,
  input: ListNotificationsInput,
): Promise<{ notifications: Notification[]; total: number }> {
  const { accountId } = assertAccount(ctx);
  if (input.channelId !== undefined) await channelInAccount(ctx, accountId, input.channelId);
  const { rows, total } = await readNotifications(ctx.db, { accountId, ...input });
  return { notifications: rows.map(notificationOf), total };
}

/** @throws Fault NOT_FOUND */
export async function getNotification(ctx: Ctx, id: number): Promise<Notification> {
  const { accountId } = assertAccount(ctx);
  const row = await findNotification(ctx.db, accountId, id);
  if (!row) throw new Fault("NOT_FOUND", "Notification not found");
  return notificationOf(row);
}

/**
 * Owes a dead notification again, as if it were new.
 * @throws Fault NOT_FOUND, CONFLICT when it is not dead, FORBIDDEN for a read-only key.
 */
export async function retryNotification(ctx: Ctx, id: number): Promise<Notification> {
  const { accountId } = assertCanAct(ctx);
  const row = await reviveNotification(ctx.db, accountId, id, ctx.now());
  if (row) {
    await ctx.ports.jobs.send([{ job: { type: "notify", notificationIds: [id] } }]);
    return notificationOf(row);
  }
  const { state } = await getNotification(ctx, id);
  throw new Fault("CONFLICT", `Only a dead notification is sent again; this one is ${state}.`);
}
