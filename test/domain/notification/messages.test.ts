import { Buffer } from "node:buffer";
import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { deliverNotifications } from "../../../src/domain/notification/index.ts";
import { nextTry } from "../../../src/domain/notification/retry.ts";
import { span } from "../../../src/domain/notification/story.ts";
import { newBox, type Service } from "../../support/receivers.ts";
import { deployment } from "../../support/worker.ts";
import { newOutage, type Outage } from "./outage.ts";

const deliver = (outage: Outage, notificationIds: number[]) =>
  deliverNotifications(outage.ctx, { type: "notify", notificationIds });

/** What a tenant may call a monitor, and a server may say, to do harm where it is shown. */
const HOSTILE = {
  name: `<!channel> @everyone *_~[x](http://evil.example)\`<script>alert(1)</script>&`.padEnd(
    200,
    "W",
  ),
  url: "https://shop.example/a_b|c*d?token=hidden#hidden",
  reason: `<@U1> **bad** 😀`.padEnd(3000, "😀"),
};

/** Characters that have to be written as several, as many as there may be. */
const SWOLLEN = {
  name: "&<".repeat(100),
  url: `https://shop.example/${"*_".repeat(1000)}`,
  reason: "&<*_".repeat(1000),
};

/** An outage of ten minutes, told to one channel from beginning to end. */
async function tellAll(type: Service, monitor: Partial<typeof HOSTILE> = {}) {
  const box = newBox(type);
  const outage = await newOutage(monitor);
  const channel = await outage.channel({ type, target: box.target });
  const down = await outage.goesDown(monitor.reason);
  await deliver(outage, down.owed);
  outage.pass(600_000);
  const up = await outage.comesUp(down.checkId);
  await deliver(outage, up);
  const received = await box.received();
  return { box, outage, channel, received, ids: [...down.owed, ...up] };
}

describe.each(["slack", "discord", "teams", "webhook"] as const)("a %s channel", (type) => {
  it("gets messages as the service takes them, the notification's id in each", async () => {
    const { received, ids } = await tellAll(type);
    expect(received.map(({ taken }) => taken)).toEqual([true, true]);
    for (const [index, { body, headers }] of received.entries()) {
      expect(headers["content-type"]).toBe("application/json");
      expect(headers["idempotency-key"]).toBe(String(ids[index]));
      expect(body).toContain(String(ids[index]));
      expect(body).toContain("Shop");
      expect(body).toContain("https://shop.example/cart");
      // What a query holds may be a key.
      expect(body).not.toContain("hidden");
    }
    expect(received[0]?.body).toContain("connection refused");
    expect(received[1]?.body).toContain("10 min");
  });

  it.each([
    ["hostile", HOSTILE],
    ["swollen", SWOLLEN],
  ])("takes what is %s as plain words", async (_what, monitor) => {
    const { received, outage } = await tellAll(type, monitor);
    expect(received.map(({ taken }) => taken)).toEqual([true, true]);
    const rows = await outage.notifications();
    expect(rows.map(({ state }) => state)).toEqual(["sent", "sent"]);
    for (const { body } of received) {
      // Whole characters only.
      expect(body).not.toMatch(/\\ud[89a-f]/i);
      expect(body).not.toContain("hidden");
    }
  });
});

describe("Slack", () => {
  it("reads tenants' words as words", async () => {
    const { received } = await tellAll("slack", HOSTILE);
    const message = JSON.parse(received[0]?.body ?? "") as { text: string };
    expect(message.text).toContain("&lt;!channel&gt;");
    expect(received[0]?.body).not.toMatch(/<[!@#]/);
    expect(received[0]?.body).toContain("<https://shop.example/a_b%7Cc*d>");
  });
});

describe("Discord", () => {
  it("answers once the message is there, and calls nobody", async () => {
    const { received } = await tellAll("discord", HOSTILE);
    expect(received[0]?.query).toBe("?wait=true");
    const message = JSON.parse(received[0]?.body ?? "") as { embeds: { title: string }[] };
    expect(message).toMatchObject({ allowed_mentions: { parse: [] } });
    expect(message).not.toHaveProperty("content");
    expect(message.embeds[0]?.title).toContain("\\*\\_\\~\\[x\\]\\(http");
  });
});

describe("a webhook", () => {
  it("is signed as Standard Webhooks are, with the key that was shown once", async () => {
    const { received, channel } = await tellAll("webhook");
    const { secret = "" } = channel;
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const key = Buffer.from(secret.slice(6), "base64");
    for (const { headers, body } of received) {
      const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
      const expected = createHmac("sha256", key).update(signed).digest("base64");
      expect(headers["webhook-signature"]).toBe(`v1,${expected}`);
      expect(Number(headers["webhook-timestamp"])).toBeGreaterThan(1.7e9);
      expect(headers["webhook-id"]).toBe(headers["idempotency-key"]);
    }
  });

  it("says all there is to say", async () => {
    const { received, outage, channel, ids } = await tellAll("webhook");
    const iso = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as unknown;
    const [down, up] = received.map(({ body }) => JSON.parse(body) as object);
    expect(down).toEqual({
      type: "monitor.down",
      timestamp: iso,
      data: {
        id: String(ids[0]),
        title: "Down: Shop",
        text: expect.stringMatching(/^Shop is down since .* UTC: connection refused\.$/),
        channel: { id: channel.id, name: "On call" },
        monitor: { id: outage.monitorId, name: "Shop", url: "https://shop.example/cart" },
        downtime: {
          id: expect.any(Number),
          started_at: iso,
          ended_at: null,
          seconds: null,
          end: null,
          reason: "connection refused",
          region: "weur",
          closing_region: null,
        },
        certificate: null,
        reminder: null,
      },
    });
    expect(up).toMatchObject({
      type: "monitor.up",
      data: {
        title: "Up again: Shop (was down for 10 min)",
        downtime: { ended_at: iso, seconds: 600, end: "recovered", closing_region: "enam" },
      },
    });
  });
});

describe("e-mail", () => {
  it("is a letter in text and HTML with a subject that says it all", async () => {
    const mailing = deployment();
    const outage = await newOutage({ deployment: mailing, ...HOSTILE });
    const to = `${crypto.randomUUID()}@example.com`;
    await outage.channel({ type: "email", target: to, name: "Me" });
    const { owed } = await outage.goesDown();
    await deliver(outage, owed);
    const [letter] = mailing.lettersTo(to);
    expect(letter?.subject).toMatch(/^Down: <!channel> @everyone/);
    expect(letter?.text).toContain(`Notification: ${owed[0]}`);
    expect(letter?.html).toContain("&#60;script&#62;");
    expect(letter?.html).not.toContain("<script>");
    expect(letter?.headers).toEqual({ "X-Outrider-Notification": String(owed[0]) });
    expect(await outage.notifications()).toMatchObject([{ state: "sent" }]);
  });

  it("that cannot be sent is owed on, with the reason", async () => {
    const mailing = deployment();
    const outage = await newOutage({ deployment: mailing });
    await outage.channel({ type: "email", target: "me@example.com" });
    const mute = await newOutage({ settings: { EMAIL: undefined } as never });
    const ports = { ...outage.ctx.ports, mail: mute.ctx.ports.mail };
    const { owed } = await outage.goesDown();
    await deliverNotifications({ ...outage.ctx, ports }, { type: "notify", notificationIds: owed });
    expect(await outage.notifications()).toMatchObject([
      { state: "owed", error: expect.stringContaining("cannot send mail") },
    ]);
    outage.pass(60_000);
    await deliver(outage, owed);
    expect(mailing.lettersTo("me@example.com")).toHaveLength(1);
  });
});

describe("an account's letters", () => {
  it("are so many an hour, and the rest waits", async () => {
    const mailing = deployment();
    const outage = await newOutage({ deployment: mailing });
    await outage.channel({ type: "email", target: "me@example.com" });
    const { owed } = await outage.goesDown();
    const { meter } = outage.ctx.ports;
    const bucket = `letters:of:${outage.account.id}`;
    for (let letter = 0; letter < 300; letter += 1) await meter.attempt(bucket, 300, 3600);
    await deliver(outage, owed);
    expect(mailing.lettersTo("me@example.com")).toEqual([]);
    expect(await outage.notifications()).toMatchObject([{ state: "owed" }]);
    expect(outage.queued[0]?.delay).toBeGreaterThan(3000);
  });
});

describe("the time until the next try", () => {
  const first = { refusals: 0, failures: 0, firstTriedAt: 0, now: 0, chance: 0 };
  const busy = { outcome: "busy", reason: "" } as const;
  const refused = { outcome: "refused", reason: "" } as const;

  it.each([
    [{ ...first, outcome: busy }, 10_000],
    [{ ...first, outcome: busy, chance: 1 }, 12_000],
    [{ ...first, outcome: busy, failures: 3 }, 80_000],
    [{ ...first, outcome: busy, failures: 500 }, 900_000],
    [{ ...first, outcome: { ...busy, retryAfterMs: 2000 } }, 2000],
    [{ ...first, outcome: { ...busy, retryAfterMs: 0 } }, 1000],
    [{ ...first, outcome: { ...busy, retryAfterMs: 0 }, failures: 11 }, 20_000],
    [{ ...first, outcome: { ...busy, retryAfterMs: 77_000 } }, 77_000],
    [{ ...first, outcome: busy, now: 86_400_000 }, null],
    [{ ...first, outcome: refused, refusals: 8 }, 900_000],
    [{ ...first, outcome: refused, refusals: 9 }, null],
    [{ ...first, outcome: refused, failures: 50 }, 10_000],
  ])("%j: %j", (setback, at) => {
    expect(nextTry(setback)).toBe(at);
  });
});

describe("a length of time", () => {
  it.each([
    [0, "0 s"],
    [59_400, "59 s"],
    [60_000, "1 min"],
    [3_725_000, "1 h 2 min"],
    [3_605_000, "1 h"],
    [90_061_000, "1 d 1 h"],
  ])("%d ms is %s", (ms, text) => {
    expect(span(ms)).toBe(text);
  });
});
