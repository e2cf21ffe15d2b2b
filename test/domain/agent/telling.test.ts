import { env as ours } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { launchAgent, startNextLaunch } from "../../../src/domain/agent/index.ts";
import { runServices } from "../../../src/domain/agent/run-services.ts";
import {
  announce,
  createChannel,
  deliverNotifications,
} from "../../../src/domain/notification/index.ts";
import type { RunServices } from "../../../src/domain/ports.ts";
import { systemContext } from "../../../src/runtime/context.ts";
import { newAgent, newOwner } from "../../support/agents.ts";
import { call } from "../../support/api.ts";
import { newLine } from "../../support/line.ts";
import { newBox } from "../../support/receivers.ts";
import { deployment } from "../../support/worker.ts";

interface Told {
  type: string;
  title?: string;
  text?: string;
  data?: { title?: string; text?: string };
}

/** A line whose notifications are delivered when the test says so. */
function tellingLine() {
  const line = newLine();
  const ids: number[] = [];
  const jobs: typeof line.system.ports.jobs = {
    send: async (sent) => {
      for (const { job } of sent) if (job.type === "notify") ids.push(...job.notificationIds);
    },
  };
  const ports = { ...line.system.ports, jobs };
  const system = { ...line.system, ports };
  return {
    ...line,
    system,
    ids,
    deliver: () => deliverNotifications(system, { type: "notify", notificationIds: ids.splice(0) }),
  };
}

describe("the end of a launch", () => {
  it("is told through the channels that hear of everything, as its agent says", async () => {
    const { ctx, account } = await newOwner();
    const box = newBox("webhook");
    await createChannel(ctx, { type: "webhook", name: "All", target: box.target });
    const other = newBox("webhook");
    await createChannel(ctx, { type: "webhook", name: "None", target: other.target, monitors: [] });
    const line = tellingLine();
    const apart = line.apart(ctx);
    for (const notify of ["never", "error", "always"] as const) {
      const agentId = await newAgent(apart, "1", { notify, name: `Agent ${notify}`, retries: 1 });
      for (const code of [0, 1]) {
        await launchAgent(apart, { agentId });
        await startNextLaunch(line.system);
        const order = line.started.at(-1);
        if (order) await line.end(order, { type: "exited", code });
      }
      // What failed is tried again, and goes well.
      await startNextLaunch(line.system);
      const again = line.started.at(-1);
      if (again) await line.end(again);
    }
    const { body } = await call<{ notifications: { occasion: string; monitor_id: null }[] }>(
      account.key,
      "GET",
      "/manage/notifications",
    );
    expect(body.notifications.map(({ occasion }) => occasion)).toEqual(
      Array.from({ length: 4 }, () => "news"),
    );
    expect(body.notifications[0]).toMatchObject({ monitor_id: null, downtime_id: null });
    const notificationIds = await notificationsOf(account.id);
    await deliverNotifications(line.system, { type: "notify", notificationIds });
    const told = JSON.stringify(await box.taken<Told>());
    expect(told).toContain("Agent error: Agent finished with exit code 1");
    expect(told).toContain("It is tried again.");
    expect(told).toContain("Agent always: Agent finished (success)");
    expect(told).not.toContain("Agent never");
    expect(told.split("launch.ended")).toHaveLength(5);
    expect(await other.received()).toEqual([]);
  });

  it("is owed once, whoever tells it, and to nobody where no channel hears of it", async () => {
    const { ctx, account } = await newOwner();
    const line = tellingLine();
    const news = {
      key: crypto.randomUUID(),
      event: "launch.ended" as const,
      at: Date.now(),
      title: "T",
      text: "X",
      mood: "good" as const,
    };
    await announce(line.system, account.id, news);
    expect(line.ids).toEqual([]);
    const box = newBox("webhook");
    await createChannel(ctx, { type: "webhook", name: "All", target: box.target });
    await Promise.all([
      announce(line.system, account.id, news),
      announce(line.system, account.id, news),
    ]);
    expect(line.ids).toHaveLength(1);
    await line.deliver();
    expect(await box.taken()).toHaveLength(1);
  });
});

describe("what a script may tell", () => {
  function servicesOf(
    system: Parameters<typeof runServices>[0],
    accountId: string,
    onLetter = () => {},
  ): RunServices {
    return runServices(system, {
      accountId,
      agentId: 1,
      agentName: "Mailer",
      launchId: 1,
      origin: "https://outrider.test",
      setTimeLimit: async () => {},
      printed: async () => {},
      onLetter,
    });
  }

  it("goes by mail to the account, or where it says, so many times an hour", async () => {
    const { account } = await newOwner();
    const { env, lettersTo } = deployment();
    const system = systemContext(env, {});
    let letters = 0;
    const services = servicesOf(system, account.id, () => {
      letters += 1;
    });
    await services.mail({ subject: "Hi\r\nBcc: x@y.example", text: "Body" });
    expect(lettersTo(account.email)).toMatchObject([
      { subject: "Hi Bcc: x@y.example", text: "Body" },
    ]);
    await services.mail({ subject: "Else", text: "Body", to: "else@example.com" });
    expect(lettersTo("else@example.com")).toHaveLength(1);
    await expect(
      services.mail({ subject: "Bad", text: "", to: "a@b.example, c@d.example" }),
    ).rejects.toMatchObject({ code: "BAD_REQUEST" });
    expect(letters).toBe(2);
    const spent = { ...system.ports.meter, attempt: () => system.ports.meter.attempt("x", 0, 60) };
    const poor = servicesOf({ ...system, ports: { ...system.ports, meter: spent } }, account.id);
    await expect(poor.mail({ subject: "Much", text: "" })).rejects.toMatchObject({
      code: "RATE_LIMITED",
    });
    const silent = systemContext({ ...env, MAIL_FROM: undefined } as unknown as Env, {});
    await expect(
      servicesOf(silent, account.id).mail({ subject: "No", text: "" }),
    ).rejects.toMatchObject({ code: "UNAVAILABLE" });
  });

  it("goes to the channels, and its files have bounds", async () => {
    const { ctx, account } = await newOwner();
    const box = newBox("webhook");
    await createChannel(ctx, { type: "webhook", name: "All", target: box.target });
    const line = tellingLine();
    await servicesOf(line.system, account.id).notify("Found it");
    await line.deliver();
    expect(JSON.stringify(await box.taken())).toMatch(
      /launch\.note.*Found it|Found it.*launch\.note/,
    );
    const small = { ...line.system, settings: { ...line.system.settings, maxFileBytes: 10 } };
    const bytes = new Uint8Array(11);
    await expect(
      servicesOf(small, account.id).save({ path: "x", bytes, contentType: "text/plain" }),
    ).rejects.toMatchObject({ code: "LIMIT_REACHED" });
  });
});

async function notificationsOf(accountId: string): Promise<number[]> {
  const { results } = await ours.DB.prepare("SELECT id FROM notifications WHERE account_id = ?")
    .bind(accountId)
    .all<{ id: number }>();
  return results.map(({ id }) => id);
}
