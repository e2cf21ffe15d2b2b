import { describe, expect, it } from "vitest";
import { createWebhooks } from "../../src/platform/webhooks.ts";
import { type Behaviour, newBox } from "../support/receivers.ts";

/** Posts once to a box that behaves so. */
async function met(behaviour: Behaviour) {
  const box = newBox("webhook");
  await box.meets(behaviour);
  const post = createWebhooks({ withinMs: 2000 }).post;
  return { outcome: await post(box.target, { "x-mine": "1" }, '{"a":1}'), box };
}

/** An answer made by hand. */
const answering = (status: number, headers: Record<string, string> = {}, body = "no") =>
  createWebhooks({ fetch: async () => new Response(body, { status, headers }) }).post(
    "https://hooks.example/",
    {},
    "{}",
  );

describe("a post", () => {
  it("is JSON, with the headers given", async () => {
    const { outcome, box } = await met({});
    expect(outcome).toEqual({ outcome: "taken" });
    const [received] = await box.received();
    expect(received?.body).toBe('{"a":1}');
    expect(received?.headers).toMatchObject({
      "content-type": "application/json",
      "x-mine": "1",
      "user-agent": expect.stringContaining("Outrider"),
    });
  });

  it.each([
    ["hangs", { hang: true }, "no answer within 2 seconds"],
    ["breaks off", { reset: true }, "could not be reached"],
    ["has no room", { status: 507, says: "full" }, "answered 507: full"],
    ["fails without end", { status: 500, endless: true }, `answered 500: ${"x".repeat(200)}`],
  ])("finds a server busy that %s", async (_what, behaviour, reason) => {
    expect((await met(behaviour)).outcome).toEqual({ outcome: "busy", reason });
  });

  it("finds a server busy where nobody listens, and does not tell the address", async () => {
    const outcome = await createWebhooks().post("http://127.0.0.1:1/secret", {}, "{}");
    expect(outcome).toEqual({ outcome: "busy", reason: "could not be reached" });
  });

  it("is taken by an answer whose body never ends", async () => {
    expect((await met({ status: 200, endless: true })).outcome).toEqual({ outcome: "taken" });
  });

  it.each([408, 425, 429, 500, 502, 503, 504])("is to come again after %d", async (status) => {
    expect(await answering(status)).toEqual({ outcome: "busy", reason: `answered ${status}: no` });
  });

  it.each([400, 401, 403, 404, 410, 413])("is refused by %d", async (status) => {
    expect(await answering(status)).toEqual({
      outcome: "refused",
      reason: `answered ${status}: no`,
    });
  });

  it("is told in words of one line, and not too many", async () => {
    const { reason } = (await answering(400, {}, `a\r\n\u0000b\u202e${"c".repeat(5000)}`)) as {
      reason: string;
    };
    expect(reason).toMatch(/^answered 400: a b c+$/);
    expect(reason.length).toBeLessThan(220);
  });

  it.each([
    ["3", 3000],
    ["0.5", 500],
    ["0", 0],
    ["-5", 0],
    ["999999", 3_600_000],
    ["Wed, 21 Oct 2015 07:28:00 GMT", 0],
    ["Wed, 21 Oct 2099 07:28:00 GMT", 3_600_000],
  ])("waits as Retry-After: %s asks", async (value, ms) => {
    expect(await answering(429, { "retry-after": value })).toMatchObject({ retryAfterMs: ms });
  });

  it.each(["", "soon"])("does as it likes where Retry-After is %j", async (value) => {
    expect(await answering(429, { "retry-after": value })).not.toHaveProperty("retryAfterMs");
  });
});
