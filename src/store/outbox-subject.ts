import { and, eq, isNotNull, sql } from "drizzle-orm";
import { chosen } from "./channel.ts";
import type { Database } from "./database.ts";
import type { NotificationRow } from "./notification.ts";
import { experiments } from "./schema/experiment.ts";
import { downtimes, monitors } from "./schema/monitor.ts";
import { channels, news, type Occasion } from "./schema/notification.ts";

/** A notification that is the caller's to send, and what it is about. */
export type ClaimedRow = { channel: typeof channels.$inferSelect } & (
  | {
      notification: NotificationRow & { occasion: Exclude<Occasion, "experiment" | "news"> };
      monitor: { id: number; name: string; url: string | null };
      /** Null for a certificate. */
      downtime: typeof downtimes.$inferSelect | null;
      experiment: null;
      news: null;
    }
  | {
      notification: NotificationRow;
      monitor: null;
      downtime: null;
      experiment: typeof experiments.$inferSelect;
      news: null;
    }
  | {
      notification: NotificationRow;
      monitor: null;
      downtime: null;
      experiment: null;
      news: typeof news.$inferSelect;
    }
);

type Subject = Awaited<ReturnType<typeof subjectOf>>;

/** What a notification is about, as it is now. */
export function subjectOf(
  db: Database,
  { accountId, channelId, monitorId, occasion, subject, round }: NotificationRow,
) {
  const downtimeId = occasion === "certificate" ? null : subject;
  const experimentId = occasion === "experiment" ? subject : null;
  const newsId = occasion === "news" ? subject : null;
  return db
    .select({
      channel: channels,
      monitor: { id: monitors.id, name: monitors.name, url: monitors.url },
      downtime: downtimes,
      experiment: experiments,
      news,
      wanted: chosen(sql`${channels.monitors}`, sql`${monitorId}`),
    })
    .from(channels)
    .leftJoin(monitors, and(eq(monitors.id, monitorId), eq(monitors.accountId, accountId)))
    .leftJoin(
      experiments,
      and(
        sql`${experiments.id} = ${experimentId}`,
        eq(experiments.accountId, accountId),
        eq(experiments.round, round),
        isNotNull(experiments.reportedAt),
      ),
    )
    .leftJoin(news, and(sql`${news.id} = ${newsId}`, eq(news.accountId, accountId)))
    .leftJoin(
      downtimes,
      and(sql`${downtimes.id} = ${downtimeId}`, eq(downtimes.monitorId, monitorId)),
    )
    .where(and(eq(channels.id, channelId), eq(channels.accountId, accountId)))
    .get();
}

/**
 * Null when there is nothing left to be told: a reminder is of use while the downtime lasts and
 * the channel wants it, an experiment's end until it is retried.
 */
export function worthTelling(
  notification: NotificationRow,
  { channel, monitor, downtime, experiment, news: told, wanted }: NonNullable<Subject>,
): ClaimedRow | null {
  const { occasion } = notification;
  if (occasion === "experiment") {
    return (
      experiment && { notification, channel, experiment, news: null, monitor: null, downtime: null }
    );
  }
  if (occasion === "news") {
    return (
      told && { notification, channel, news: told, experiment: null, monitor: null, downtime: null }
    );
  }
  if (!monitor || (!downtime && occasion !== "certificate")) return null;
  const about = { ...notification, occasion };
  const claimed = { notification: about, channel, monitor, downtime, experiment: null, news: null };
  if (occasion !== "reminder") return claimed;
  const { reminderMinutes, quietUntilRecovery } = channel;
  const asked = reminderMinutes !== null && !quietUntilRecovery && Boolean(wanted);
  return asked && downtime?.closedAt === null ? claimed : null;
}
