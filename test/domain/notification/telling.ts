import { deliverNotifications, wakeNotifications } from "../../../src/domain/notification/index.ts";
import { newBox, type Received } from "../../support/receivers.ts";
import { newOutage, type Outage } from "./outage.ts";

export const deliver = (outage: Outage, notificationIds: number[]) =>
  deliverNotifications(outage.ctx, { type: "notify", notificationIds });

/** What the clock wakes, delivered as the queue would. */
export async function minute(outage: Outage): Promise<number[]> {
  const before = outage.queued.length;
  await wakeNotifications(outage.ctx);
  const known = new Set((await outage.notifications()).map(({ id }) => id));
  const ids = outage.queued
    .splice(before)
    .flatMap((job) => job.ids)
    .filter((id) => known.has(id));
  await deliver(outage, ids);
  return ids;
}

/** Types of the messages that a webhook took. */
export async function told(box: ReturnType<typeof newBox>): Promise<string[]> {
  const messages = await box.taken<{ type: string }>();
  return messages.map(({ type }) => type);
}

export const states = async (outage: Outage) =>
  (await outage.notifications()).map(({ occasion, state }) => `${occasion} ${state}`);

export const keys = (received: Received[]) =>
  received.map(({ headers }) => headers["idempotency-key"]);

export async function webhookOutage(wish: object = {}) {
  const box = newBox("webhook");
  const outage = await newOutage();
  const channel = await outage.channel({ type: "webhook", target: box.target, ...wish });
  return { box, outage, channel };
}
