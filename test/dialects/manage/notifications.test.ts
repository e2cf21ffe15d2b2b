import { createExecutionContext, createMessageBatch, getQueueResult } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { deliverNotifications, wakeNotifications } from "../../../src/domain/notification/index.ts";
import worker from "../../../src/index.ts";
import { newOutage } from "../../domain/notification/outage.ts";
import { call, newAccount } from "../../support/api.ts";
import { newBox } from "../../support/receivers.ts";

interface Notifications {
  notifications: { id: number; state: string; channel_id: number }[];
  total: number;
}

describe("GET /manage/notifications", () => {
  it("tells what became of each, by state and by channel", async () => {
    const outage = await newOutage();
    const { key } = outage.account;
    const [good, bad] = [newBox("webhook"), newBox("webhook")];
    const one = await outage.channel({ type: "webhook", target: good.target });
    const two = await outage.channel({ type: "webhook", target: bad.target });
    await bad.meets(...Array.from({ length: 10 }, () => ({ status: 410 })));
    const { owed } = await outage.goesDown();
    const list = async (path: string) => (await call<Notifications>(key, "GET", path)).body;
    expect(await list("/manage/notifications?state=owed")).toMatchObject({ total: 2 });
    for (let tries = 0; tries < 10; tries += 1) {
      await deliverNotifications(outage.ctx, { type: "notify", notificationIds: owed });
      outage.pass(1_200_000);
    }
    expect(await list("/manage/notifications?limit=1")).toMatchObject({
      notifications: [{ channel_id: two.id }],
      total: 2,
      offset: 0,
      limit: 1,
    });
    expect(await list("/manage/notifications?state=sent")).toMatchObject({
      notifications: [{ channel_id: one.id, state: "sent" }],
      total: 1,
    });
    const dead = await list("/manage/notifications?state=dead");
    expect(dead).toMatchObject({
      notifications: [{ state: "dead", attempts: 10, error: "answered 410: not now" }],
      total: 1,
    });
    expect(await list(`/manage/channels/${one.id}/notifications`)).toMatchObject({
      notifications: [{ channel_id: one.id }],
      total: 1,
    });

    const id = dead.notifications[0]?.id;
    const retry = `/manage/notifications/${id}/retry`;
    expect(await call(key, "POST", retry)).toMatchObject({
      status: 200,
      body: { notification: { id, state: "owed" } },
    });
    expect(await call(key, "POST", retry)).toMatchObject({ status: 409 });
    await wakeNotifications(outage.ctx);
    await deliverNotifications(outage.ctx, { type: "notify", notificationIds: owed });
    expect(await bad.taken()).toMatchObject([{ type: "monitor.down" }]);
    expect(await call(key, "GET", `/manage/notifications/${id}`)).toMatchObject({
      body: { notification: { state: "sent", error: null } },
    });

    const stranger = await newAccount();
    expect(await call(stranger.key, "GET", `/manage/notifications/${id}`)).toMatchObject({
      status: 404,
    });
    expect(await call(stranger.key, "POST", retry)).toMatchObject({ status: 404 });
    expect(await call(key, "GET", "/manage/notifications?state=lost")).toMatchObject({
      status: 400,
    });
  });

  it("forgets those of a channel that is deleted, sent or not", async () => {
    const outage = await newOutage();
    const { key } = outage.account;
    const box = newBox("webhook");
    const { id } = await outage.channel({ type: "webhook", target: box.target });
    const { owed } = await outage.goesDown();
    expect(await call(key, "DELETE", `/manage/channels/${id}`)).toMatchObject({
      status: 200,
      body: { status: "deleted" },
    });
    await deliverNotifications(outage.ctx, { type: "notify", notificationIds: owed });
    expect(await box.received()).toEqual([]);
    expect(await outage.notifications()).toEqual([]);
  });
});

describe("a change of reminders while a downtime is open", () => {
  it("counts from now on", async () => {
    const outage = await newOutage();
    const { key } = outage.account;
    const box = newBox("webhook");
    const { id } = await outage.channel({ type: "webhook", target: box.target });
    const { owed } = await outage.goesDown();
    await deliverNotifications(outage.ctx, { type: "notify", notificationIds: owed });
    const waiting = async () =>
      (await outage.notifications()).filter(({ occasion }) => occasion === "reminder");
    expect(await waiting()).toEqual([]);
    const patch = (body: object) => call(key, "PATCH", `/manage/channels/${id}`, body);
    await patch({ reminder_minutes: 60 });
    const [first] = await waiting();
    expect(first).toMatchObject({ state: "owed" });
    await patch({ reminder_minutes: 10 });
    const [second, ...more] = await waiting();
    expect(more).toEqual([]);
    expect(Date.parse(second?.due_at ?? "")).toBeLessThan(Date.parse(first?.due_at ?? ""));
    await patch({ quiet_until_recovery: true });
    expect(await waiting()).toEqual([]);
  });
});

describe("the queue", () => {
  it("brings an alert out through the Worker", async () => {
    const outage = await newOutage();
    const box = newBox("webhook");
    await outage.channel({ type: "webhook", target: box.target });
    const { owed } = await outage.goesDown();
    const body = { type: "notify", notificationIds: owed };
    const message = { id: "m-1", timestamp: new Date(), attempts: 1, body };
    const batch = createMessageBatch("outrider-notifications", [
      message,
      { ...message, id: "m-2" },
    ]);
    await worker.queue(batch, env as unknown as Env);
    const result = await getQueueResult(batch, createExecutionContext());
    expect(result.explicitAcks.toSorted()).toEqual(["m-1", "m-2"]);
    expect(await box.taken()).toMatchObject([{ type: "monitor.down" }]);
  });
});
