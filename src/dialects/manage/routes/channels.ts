import * as z from "zod";
import { Fault } from "../../../domain/errors.ts";
import {
  type Channel,
  CHANNEL_TYPES,
  type ChannelSettings,
  createChannel,
  deleteChannel,
  getChannel,
  getNotification,
  listChannels,
  listNotifications,
  type Notification,
  NOTIFICATION_STATES,
  renewSecret,
  retryNotification,
  testChannel,
  updateChannel,
} from "../../../domain/notification/index.ts";
import { json, route } from "../../kit/index.ts";
import { idOf } from "../ids.ts";
import { ListQuery } from "../wire.ts";

/** The domain checks what is in them. */
const Settings = z.strictObject({
  name: z.string(),
  target: z.string(),
  monitors: z
    .union([z.literal("all"), z.array(z.number())], { error: 'must be "all" or ids of monitors' })
    .optional(),
  reminder_minutes: z.number().nullable().optional(),
  quiet_until_recovery: z.boolean().optional(),
});

const ChannelCreate = Settings.extend({
  type: z.enum(CHANNEL_TYPES, { error: `must be one of ${CHANNEL_TYPES.join(", ")}` }),
});
const ChannelPatch = Settings.partial();

const NotificationsQuery = ListQuery.extend({
  state: z
    .enum(NOTIFICATION_STATES, { error: `must be one of ${NOTIFICATION_STATES.join(", ")}` })
    .optional(),
});

/** Of the domain's fields, those that the wire spells in its own way. */
const SPELLING: Record<string, string> = {
  reminderMinutes: "reminder_minutes",
  quietUntilRecovery: "quiet_until_recovery",
};

/** A refusal's fields as the request spelled them. */
async function spelled<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof Fault) || !error.details.fields) throw error;
    const fields = Object.fromEntries(
      Object.entries(error.details.fields).map(([name, why]) => [SPELLING[name] ?? name, why]),
    );
    const message = Object.entries(fields).map(([name, why]) => `${name}: ${why}`);
    throw new Fault(error.code, message.join("; "), { ...error.details, fields });
  }
}

function toSettings(body: z.output<typeof ChannelPatch>): Partial<ChannelSettings> {
  const { name, target, monitors, reminder_minutes: reminder, quiet_until_recovery: quiet } = body;
  return {
    ...(name !== undefined && { name }),
    ...(target !== undefined && { target }),
    ...(monitors !== undefined && { monitors: monitors === "all" ? null : monitors }),
    ...(reminder !== undefined && { reminderMinutes: reminder }),
    ...(quiet !== undefined && { quietUntilRecovery: quiet }),
  };
}

function fromChannel(channel: Channel) {
  const { id, type, name, target, monitors, failures, heldUntil, createdAt } = channel;
  return {
    id,
    type,
    name,
    target,
    monitors: monitors ?? "all",
    reminder_minutes: channel.reminderMinutes,
    quiet_until_recovery: channel.quietUntilRecovery,
    failures,
    held_until: time(heldUntil),
    created_at: time(createdAt),
  };
}

function fromNotification(notification: Notification) {
  const { id, occasion, state, attempts, error } = notification;
  return {
    id,
    channel_id: notification.channelId,
    monitor_id: notification.monitorId,
    downtime_id: notification.downtimeId,
    experiment_id: notification.experimentId,
    occasion,
    state,
    attempts,
    due_at: time(notification.dueAt),
    error,
    created_at: time(notification.createdAt),
    ended_at: time(notification.endedAt),
  };
}

function time(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

export const channels = [
  route({
    method: "POST",
    path: "/manage/channels",
    auth: "key",
    body: ChannelCreate,
    idempotent: true,
    withhold: (answer) => {
      const { channel, secret } = answer as { channel: { id: number }; secret?: string };
      if (secret === undefined) return null;
      return `Channel ${channel.id} was made with this Idempotency-Key; its secret was shown once.`;
    },
    handle: async (ctx, { body }) => {
      const { type, name, target } = body;
      const input = { ...toSettings(body), type, name, target };
      const { channel, secret } = await spelled(createChannel(ctx, input));
      return json({ channel: fromChannel(channel), ...(secret !== null && { secret }) }, 201);
    },
  }),
  route({
    method: "GET",
    path: "/manage/channels",
    auth: "key",
    query: ListQuery,
    handle: async (ctx, { query }) => {
      const { channels: page, total } = await listChannels(ctx, query);
      return json({ channels: page.map(fromChannel), total, ...query });
    },
  }),
  route({
    method: "GET",
    path: "/manage/channels/:id",
    auth: "key",
    handle: async (ctx, { params }) =>
      json({ channel: fromChannel(await getChannel(ctx, idOf(params.id, "Channel"))) }),
  }),
  route({
    method: "PATCH",
    path: "/manage/channels/:id",
    auth: "key",
    body: ChannelPatch,
    handle: async (ctx, { params, body }) => {
      const id = idOf(params.id, "Channel");
      return json({
        channel: fromChannel(await spelled(updateChannel(ctx, id, toSettings(body)))),
      });
    },
  }),
  route({
    method: "DELETE",
    path: "/manage/channels/:id",
    auth: "key",
    handle: async (ctx, { params }) => {
      await deleteChannel(ctx, idOf(params.id, "Channel"));
      return json({ status: "deleted" });
    },
  }),
  route({
    method: "POST",
    path: "/manage/channels/:id/test",
    auth: "key",
    handle: async (ctx, { params }) =>
      json({ channel: fromChannel(await testChannel(ctx, idOf(params.id, "Channel"))) }),
  }),
  route({
    method: "POST",
    path: "/manage/channels/:id/secret",
    auth: "key",
    idempotent: true,
    withhold: () => "The secret was renewed with this Idempotency-Key; it was shown once.",
    handle: async (ctx, { params }) => {
      const { channel, secret } = await renewSecret(ctx, idOf(params.id, "Channel"));
      return json({ channel: fromChannel(channel), secret });
    },
  }),
  route({
    method: "GET",
    path: "/manage/channels/:id/notifications",
    auth: "key",
    query: ListQuery,
    handle: async (ctx, { params, query }) => {
      const channelId = idOf(params.id, "Channel");
      const { notifications, total } = await listNotifications(ctx, { channelId, ...query });
      return json({ notifications: notifications.map(fromNotification), total, ...query });
    },
  }),
  route({
    method: "GET",
    path: "/manage/notifications",
    auth: "key",
    query: NotificationsQuery,
    handle: async (ctx, { query: { state, ...slice } }) => {
      const wish = { ...slice, ...(state !== undefined && { state }) };
      const { notifications, total } = await listNotifications(ctx, wish);
      return json({ notifications: notifications.map(fromNotification), total, ...slice });
    },
  }),
  route({
    method: "GET",
    path: "/manage/notifications/:id",
    auth: "key",
    handle: async (ctx, { params }) => {
      const notification = await getNotification(ctx, idOf(params.id, "Notification"));
      return json({ notification: fromNotification(notification) });
    },
  }),
  route({
    method: "POST",
    path: "/manage/notifications/:id/retry",
    auth: "key",
    handle: async (ctx, { params }) => {
      const notification = await retryNotification(ctx, idOf(params.id, "Notification"));
      return json({ notification: fromNotification(notification) });
    },
  }),
];
