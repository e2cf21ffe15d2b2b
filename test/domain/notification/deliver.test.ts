import { describe, expect, it } from "vitest";
import { deliverNotifications } from "../../../src/domain/notification/index.ts";
import type { PostOutcome } from "../../../src/domain/ports.ts";
import { claimNotification } from "../../../src/store/outbox.ts";
import { newBox } from "../../support/receivers.ts";
import { db, newOutage } from "./outage.ts";
import { deliver, keys, minute, states, told, webhookOutage } from "./telling.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe("an alert", () => {
  it("tells of the beginning and of the end, once each", async () => {
    const { box, outage } = await webhookOutage();
    const down = await outage.goesDown();
    await deliver(outage, down.owed);
    outage.pass(12 * MINUTE);
    await deliver(outage, await outage.comesUp(down.checkId));
    expect(await told(box)).toEqual(["monitor.down", "monitor.up"]);
    expect(await states(outage)).toEqual(["opened sent", "closed sent"]);
    outage.pass(HOUR);
    expect(await minute(outage)).toEqual([]);
  });

  it("goes out once when its message comes twice, and at the same time", async () => {
    const { box, outage } = await webhookOutage();
    const { owed } = await outage.goesDown();
    await Promise.all([deliver(outage, owed), deliver(outage, [...owed, ...owed])]);
    await deliver(outage, owed);
    expect(await told(box)).toEqual(["monitor.down"]);
  });

  it("is not lost when its message never comes", async () => {
    const { box, outage } = await webhookOutage();
    await outage.goesDown();
    // The message is on its way, for all that the clock knows.
    expect(await minute(outage)).toEqual([]);
    outage.pass(MINUTE);
    expect(await minute(outage)).toHaveLength(1);
    expect(await told(box)).toEqual(["monitor.down"]);
  });

  it("is not lost when whoever took it up dies before sending", async () => {
    const { box, outage } = await webhookOutage();
    const { owed } = await outage.goesDown();
    await claimNotification(db, owed[0] ?? 0, outage.ctx.now(), MINUTE);
    outage.pass(30_000);
    await deliver(outage, owed);
    expect(await told(box)).toEqual([]);
    outage.pass(MINUTE);
    await minute(outage);
    expect(await told(box)).toEqual(["monitor.down"]);
    expect(await states(outage)).toEqual(["opened sent"]);
  });

  it("is doubled, under the same key, only by a death between its taking and our note", async () => {
    const { box, outage } = await webhookOutage();
    const { owed } = await outage.goesDown();
    const { webhooks } = outage.ctx.ports;
    const dying = async (...message: Parameters<typeof webhooks.post>): Promise<PostOutcome> => {
      await webhooks.post(...message);
      throw new Error("The isolate is gone");
    };
    const ports = { ...outage.ctx.ports, webhooks: { post: dying } };
    const job = { type: "notify" as const, notificationIds: owed };
    await deliverNotifications({ ...outage.ctx, ports }, job);
    expect(await states(outage)).toEqual(["opened sending"]);
    outage.pass(2 * MINUTE);
    await minute(outage);
    expect(await told(box)).toEqual(["monitor.down", "monitor.down"]);
    const key = String(owed[0]);
    expect(keys(await box.received())).toEqual([key, key]);
    expect(await states(outage)).toEqual(["opened sent"]);
  });

  it("is marked by nobody whose lease ran out", async () => {
    const { box, outage } = await webhookOutage();
    const { owed } = await outage.goesDown();
    // While the first sends, its lease runs out, and another one takes over and is refused.
    const slow = async (): Promise<PostOutcome> => {
      outage.pass(2 * MINUTE);
      await box.meets({ status: 500 });
      await deliver(outage, owed);
      return { outcome: "taken" };
    };
    const ports = { ...outage.ctx.ports, webhooks: { post: slow } };
    const job = { type: "notify" as const, notificationIds: owed };
    await deliverNotifications({ ...outage.ctx, ports }, job);
    expect(await outage.notifications()).toMatchObject([{ state: "owed", attempts: 2 }]);
  });
});

describe("a channel that does not take an alert", () => {
  it.each([
    ["answers 500", { status: 500, says: "out of\nservice" }, "answered 500: out of service"],
    ["answers 503 without end", { status: 503, endless: true }, /^answered 503: x{200}$/],
    ["breaks off", { reset: true }, "could not be reached"],
  ] as const)("is tried again when it %s", async (_what, behaviour, error) => {
    const { box, outage } = await webhookOutage();
    await box.meets(behaviour, behaviour);
    const { owed } = await outage.goesDown();
    await deliver(outage, owed);
    const [row] = await outage.notifications();
    expect(row).toMatchObject({ state: "owed", attempts: 1 });
    expect(row?.error).toMatch(error);
    // Its message comes with a delay; the clock is there if that is lost.
    expect(outage.queued).toEqual([{ ids: owed, delay: expect.any(Number) }]);
    expect(outage.queued[0]?.delay).toBeGreaterThanOrEqual(10);
    expect(outage.queued[0]?.delay).toBeLessThanOrEqual(13);
    await deliver(outage, owed);
    expect(await box.received()).toHaveLength(1);
    outage.pass(15_000);
    await deliver(outage, owed);
    outage.pass(MINUTE);
    await minute(outage);
    expect(await told(box)).toEqual(["monitor.down"]);
    expect(await outage.notifications()).toMatchObject([
      { state: "sent", attempts: 3, error: null },
    ]);
    expect(new Set(keys(await box.received())).size).toBe(1);
  });

  it("is left alone as long as it asks, with all that waits for it", async () => {
    const { box, outage } = await webhookOutage();
    await box.meets({ status: 429, retryAfter: "90" });
    const { owed } = await outage.goesDown();
    await deliver(outage, owed);
    expect(outage.queued).toEqual([{ ids: owed, delay: 90 }]);
    outage.pass(80_000);
    expect(await minute(outage)).toEqual([]);
    await deliver(outage, owed);
    expect(await box.received()).toHaveLength(1);
    outage.pass(30_000);
    expect(await minute(outage)).toEqual(owed);
    expect(await told(box)).toEqual(["monitor.down"]);
  });

  it("waits ever longer, and is dead after a day", async () => {
    const { box, outage } = await webhookOutage();
    const { owed } = await outage.goesDown();
    await box.meets(...Array.from({ length: 400 }, () => ({ status: 500 })));
    const delays: number[] = [];
    for (let tries = 0; tries < 200; tries += 1) {
      await deliver(outage, owed);
      const delay = outage.queued.pop()?.delay;
      if (delay === undefined) break;
      delays.push(delay);
      outage.pass(delay * 1000);
    }
    expect(delays.slice(0, 3).every((delay, index) => delay >= 10 * 2 ** index)).toBe(true);
    expect(Math.max(...delays)).toBeLessThanOrEqual(1080);
    const total = delays.reduce((sum, delay) => sum + delay, 0);
    expect(total).toBeGreaterThanOrEqual(86_400);
    expect(total).toBeLessThan(86_400 + 1100);
    const [dead] = await outage.notifications();
    expect(dead).toMatchObject({ state: "dead", due_at: null, error: "answered 500: not now" });
    expect(await minute(outage)).toEqual([]);
  });

  it("is not held up by one that it refuses", async () => {
    const { box, outage } = await webhookOutage();
    await box.meets(...Array.from({ length: 10 }, () => ({ status: 404, says: "no such hook" })));
    const down = await outage.goesDown();
    const up = await outage.comesUp(down.checkId);
    for (let tries = 1; tries <= 10; tries += 1) {
      expect(await told(box)).toEqual([]);
      await deliver(outage, [...down.owed, ...up]);
      outage.pass(20 * MINUTE);
    }
    // The tenth refusal is its end, and what waited behind it went out at once.
    expect(await told(box)).toEqual(["monitor.up"]);
    expect(await outage.notifications()).toMatchObject([
      { state: "dead", attempts: 10, error: "answered 404: no such hook" },
      { state: "sent" },
    ]);
  });

  it("is not followed elsewhere", async () => {
    const { box, outage } = await webhookOutage();
    const other = newBox("webhook");
    await box.meets({ status: 307, location: other.target });
    await deliver(outage, (await outage.goesDown()).owed);
    expect(await other.received()).toEqual([]);
    expect((await outage.notifications())[0]?.error).toBe(
      "answered 307; redirects are not followed",
    );
  });

  it("is asked of the guard at each sending", async () => {
    const { box, outage } = await webhookOutage();
    const { owed } = await outage.goesDown();
    const strict = await newOutage({ settings: { ALLOW_PRIVATE_TARGETS: "0" } as Partial<Env> });
    const ports = { ...outage.ctx.ports, guard: strict.ctx.ports.guard };
    const job = { type: "notify" as const, notificationIds: owed };
    await deliverNotifications({ ...outage.ctx, ports }, job);
    expect(await box.received()).toEqual([]);
    expect((await outage.notifications())[0]?.error).toMatch(/is not allowed/);
  });
});
