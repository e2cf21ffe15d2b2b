import { describe, expect, it } from "vitest";
import { sweepNotifications } from "../../../src/domain/notification/index.ts";
import { oweCertificateWarning } from "../../../src/store/notification.ts";
import { newBox } from "../../support/receivers.ts";
import { db, newMonitor, type Outage } from "./outage.ts";
import { deliver, keys, minute, states, told, webhookOutage } from "./telling.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe("order", () => {
  it("an end never overtakes its beginning", async () => {
    const { box, outage } = await webhookOutage();
    await box.meets({ status: 500 });
    const down = await outage.goesDown();
    await deliver(outage, down.owed);
    outage.pass(1000);
    const up = await outage.comesUp(down.checkId);
    await deliver(outage, up);
    expect(await told(box)).toEqual([]);
    outage.pass(20_000);
    // The end's own message may come first; the clock or the other's message brings both.
    await deliver(outage, up);
    expect(await told(box)).toEqual([]);
    await deliver(outage, down.owed);
    expect(await told(box)).toEqual(["monitor.down", "monitor.up"]);
  });

  it("a beginning that comes late says that it is over", async () => {
    const { box, outage } = await webhookOutage();
    await box.meets({ status: 500 });
    const down = await outage.goesDown();
    await deliver(outage, down.owed);
    outage.pass(5 * MINUTE);
    const up = await outage.comesUp(down.checkId);
    outage.pass(MINUTE);
    await deliver(outage, [...up, ...down.owed]);
    const messages = await box.taken<{ data: { title: string; text: string } }>();
    expect(messages.map(({ data }) => data.title)).toEqual([
      "Was down: Shop (for 5 min)",
      "Up again: Shop (was down for 5 min)",
    ]);
    expect(messages[0]?.data.text).toMatch(/This message comes late; it is up again\.$/);
  });

  it("a downtime's beginning does not overtake the end of the one before", async () => {
    const { box, outage } = await webhookOutage();
    const first = await outage.goesDown();
    await deliver(outage, first.owed);
    await box.meets({ status: 500 });
    await deliver(outage, await outage.comesUp(first.checkId));
    outage.pass(1000);
    const second = await outage.goesDown();
    await deliver(outage, second.owed);
    expect(await told(box)).toEqual(["monitor.down"]);
    outage.pass(MINUTE);
    await minute(outage);
    expect(await told(box)).toEqual(["monitor.down", "monitor.up", "monitor.down"]);
  });

  it("one channel's trouble is not another's", async () => {
    const { box, outage } = await webhookOutage();
    const other = newBox("webhook");
    await outage.channel({ type: "webhook", target: other.target });
    await box.meets({ status: 500 });
    await deliver(outage, (await outage.goesDown()).owed);
    expect(await told(box)).toEqual([]);
    expect(await told(other)).toEqual(["monitor.down"]);
  });
});

describe("a storm", () => {
  it("goes out at the pace that the channel sets, each alert once", async () => {
    const { box, outage } = await webhookOutage();
    const owed: number[] = [];
    for (let count = 0; count < 60; count += 1) {
      const id = await newMonitor(outage.account.id, `Shop ${count}`, "https://shop.example/");
      owed.push(...(await outage.goesDown("everything is down", id)).owed);
    }
    // It takes five, then asks for two seconds.
    const burst = [{}, {}, {}, {}, {}, { status: 429, retryAfter: "2" }];
    await box.meets(...Array.from({ length: 40 }, () => burst).flat());
    for (let at = 0; at < owed.length; at += 20) await deliver(outage, owed.slice(at, at + 20));
    const began = outage.ctx.now();
    // The queue alone brings the rest: no clock is needed.
    for (let job = outage.queued.shift(); job; job = outage.queued.shift()) {
      outage.pass((job.delay ?? 0) * 1000);
      await deliver(outage, job.ids);
    }
    expect(await told(box)).toHaveLength(60);
    expect(new Set(keys(await box.received())).size).toBe(60);
    expect(outage.ctx.now() - began).toBeLessThan(2 * MINUTE);
  });
});

describe("reminders", () => {
  it("come as often as asked while it lasts, and no longer", async () => {
    const { box, outage } = await webhookOutage({ reminder_minutes: 30 });
    const down = await outage.goesDown();
    await deliver(outage, down.owed);
    outage.pass(20 * MINUTE);
    expect(await minute(outage)).toEqual([]);
    outage.pass(11 * MINUTE);
    await minute(outage);
    outage.pass(31 * MINUTE);
    await minute(outage);
    const reminders = await box.taken<{
      type: string;
      data: { title: string; reminder: number };
    }>();
    expect(reminders.slice(1)).toMatchObject([
      { type: "monitor.reminder", data: { reminder: 1, title: "Still down: Shop (for 31 min)" } },
      {
        type: "monitor.reminder",
        data: { reminder: 2, title: "Still down: Shop (for 1 h 2 min)" },
      },
    ]);
    await deliver(outage, await outage.comesUp(down.checkId));
    outage.pass(HOUR);
    expect(await minute(outage)).toEqual([]);
    expect((await told(box)).at(-1)).toBe("monitor.up");
    expect(await states(outage)).toEqual([
      "opened sent",
      "reminder sent",
      "reminder sent",
      "closed sent",
    ]);
  });

  it("end with a pause of the monitor", async () => {
    const { box, outage } = await webhookOutage({ reminder_minutes: 30 });
    const down = await outage.goesDown();
    await deliver(outage, down.owed);
    await outage.pauses(down.checkId);
    outage.pass(HOUR);
    expect(await minute(outage)).toEqual([]);
    expect(await told(box)).toEqual(["monitor.down"]);
  });

  it("keep quiet until recovery when told to", async () => {
    const { box, outage } = await webhookOutage({
      reminder_minutes: 30,
      quiet_until_recovery: true,
    });
    const down = await outage.goesDown();
    await deliver(outage, down.owed);
    outage.pass(HOUR);
    expect(await minute(outage)).toEqual([]);
    await deliver(outage, await outage.comesUp(down.checkId));
    expect(await told(box)).toEqual(["monitor.down", "monitor.up"]);
  });
});

describe("a certificate that ends soon", () => {
  const warn = (outage: Outage) =>
    oweCertificateWarning(db, {
      accountId: outage.account.id,
      monitorId: outage.monitorId,
      endsAt: outage.ctx.now() + 6 * 24 * HOUR,
      at: outage.ctx.now(),
    });

  it("is told, and held up by no alert", async () => {
    const { box, outage } = await webhookOutage();
    await box.meets(...Array.from({ length: 2 }, () => ({ status: 404 })));
    await deliver(outage, (await outage.goesDown()).owed);
    await deliver(
      outage,
      (await warn(outage)).map(({ id }) => id),
    );
    outage.pass(MINUTE);
    await minute(outage);
    const messages = await box.taken<{ type: string; data: object }>();
    expect(messages.find(({ type }) => type === "certificate.expiring")?.data).toMatchObject({
      title: "Certificate of Shop ends in 5 d 23 h",
      certificate: { expires_at: expect.any(String) },
      downtime: null,
    });
    expect(messages).toHaveLength(2);
  });

  it("waits for the end of a downtime where the channel is to be quiet", async () => {
    const { box, outage } = await webhookOutage({ quiet_until_recovery: true });
    const down = await outage.goesDown();
    await deliver(outage, down.owed);
    await warn(outage);
    outage.pass(HOUR);
    expect(await minute(outage)).toEqual([]);
    await deliver(outage, await outage.comesUp(down.checkId));
    await minute(outage);
    expect(await told(box)).toEqual(["monitor.down", "monitor.up", "certificate.expiring"]);
  });
});

describe("what is over", () => {
  it("is forgotten after 90 days, and what waits is not", async () => {
    const { box, outage } = await webhookOutage();
    const down = await outage.goesDown();
    await deliver(outage, down.owed);
    await box.meets({ status: 500 });
    outage.pass(89 * 24 * HOUR);
    await deliver(outage, await outage.comesUp(down.checkId));
    await sweepNotifications(outage.ctx);
    expect(await states(outage)).toEqual(["opened sent", "closed owed"]);
    outage.pass(2 * 24 * HOUR);
    await sweepNotifications(outage.ctx);
    expect(await states(outage)).toEqual(["closed owed"]);
  });
});
