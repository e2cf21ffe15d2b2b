import { evictDurableObject, runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { eq } from "drizzle-orm";
import { describe, expect, inject, it, vi } from "vitest";
import {
  addMaintenance,
  checkNow,
  createMonitor,
  deleteMonitor,
  getMonitor,
  listChecks,
  listDowntimes,
  listGaps,
  removeMaintenance,
  runChecks,
  sendSignal,
  updateMonitor,
} from "../../../src/domain/monitor/index.ts";
import { addPoints, getAccount } from "../../../src/domain/account/index.ts";
import type { AccountActor } from "../../../src/domain/context.ts";
import { accounts } from "../../../src/store/schema/index.ts";
import { page, scripted } from "../../support/origins.ts";
import {
  checkAll,
  checksOf,
  dueMonitor,
  jobsOf,
  objectOf,
  ownerContext,
  turn,
} from "../../support/monitors.ts";

const origins = inject("origins");
const UP = scripted(origins.plain, page("welcome"));
const DOWN = origins.refused;
const RANGE = { offset: 0, limit: 100 };

describe("a downtime", () => {
  it("opens once and closes once, also through the object's death, and is on the stream", async () => {
    const ctx = await ownerContext();
    const { accountId } = ctx.actor as AccountActor;
    const { id } = await dueMonitor(ctx, { url: DOWN, sensitivity: 10, interval: 30 });
    await checkAll(ctx);
    await evictDurableObject(await objectOf(ctx, id));
    expect(await getMonitor(ctx, id)).toMatchObject({ state: "down" });
    await turn(ctx, id, UP);
    await checkNow(ctx, id);
    await vi.waitFor(async () => expect(await getMonitor(ctx, id)).toMatchObject({ state: "up" }), {
      timeout: 10_000,
      interval: 100,
    });
    await evictDurableObject(await objectOf(ctx, id));
    const checks = await checksOf(ctx, id);
    expect(await listDowntimes(ctx, id, RANGE)).toMatchObject([
      {
        checkId: checks[0]?.id,
        reason: checks[0]?.error?.message,
        closingCheckId: checks.at(-1)?.id,
        closedAt: checks.at(-1)?.at,
        end: "recovered",
      },
    ]);
    const stream = await ctx.ports.telemetry.events(accountId, {}, { page: 1, perPage: 10 });
    expect(stream.rows.map(({ original, visitId }) => [original, visitId])).toEqual([
      ["downtime_closed", `monitor_${id}`],
      ["downtime_opened", `monitor_${id}`],
    ]);
  });

  it("ends with a pause, and leaves nothing behind a deletion", async () => {
    const ctx = await ownerContext();
    const { id } = await dueMonitor(ctx, { url: DOWN, sensitivity: 10 });
    await checkAll(ctx);
    await updateMonitor(ctx, id, { active: false });
    expect(await listDowntimes(ctx, id, RANGE)).toMatchObject([{ end: "paused" }]);
    expect(await getMonitor(ctx, id)).toMatchObject({ state: "paused", downSince: null });
    await deleteMonitor(ctx, id);
    await expect(getMonitor(ctx, id)).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(await listChecks(ctx, null, RANGE)).toEqual([]);
  });

  it("does not open in a maintenance window", async () => {
    const ctx = await ownerContext();
    const { id } = await dueMonitor(ctx, { url: DOWN, sensitivity: 10 });
    const now = Date.now();
    const window = await addMaintenance(ctx, { startsAt: now - 1000, endsAt: now + 600_000 });
    expect(await getMonitor(ctx, id)).toMatchObject({ inMaintenance: true });
    await checkAll(ctx);
    expect((await checksOf(ctx, id)).length).toBe(1);
    expect(await listDowntimes(ctx, id, RANGE)).toEqual([]);
    await removeMaintenance(ctx, window.id);
    expect(await getMonitor(ctx, id)).toMatchObject({ inMaintenance: false });
    await checkNow(ctx, id);
    await vi.waitFor(async () => expect((await listDowntimes(ctx, id, RANGE)).length).toBe(1), {
      timeout: 10_000,
      interval: 100,
    });
  });
});

describe("the object's copy", () => {
  it("follows a change, also when a job from before it comes after", async () => {
    const ctx = await ownerContext();
    const { id } = await dueMonitor(ctx, { url: UP, word: "welcome" });
    const old = await jobsOf(ctx);
    await checkNow(ctx, id);
    await updateMonitor(ctx, id, { word: "goodbye" });
    for (const job of old) await runChecks(ctx, job);
    const check = await checkNow(ctx, id);
    expect(check).toMatchObject({
      word: "goodbye",
      passed: false,
      error: { kind: "word_missing" },
    });
  });

  it("is not one account's to read for another", async () => {
    const [ctx, other] = await Promise.all([ownerContext(), ownerContext()]);
    const { id } = await dueMonitor(ctx, { url: UP });
    await checkAll(ctx);
    const refused = { code: "NOT_FOUND" };
    for (const attempt of [
      getMonitor(other, id),
      listChecks(other, id, RANGE),
      listGaps(other, id, {}),
      checkNow(other, id),
      sendSignal(other, id),
      updateMonitor(other, id, { name: "mine" }),
      deleteMonitor(other, id),
    ]) {
      await expect(attempt).rejects.toMatchObject(refused);
    }
    const { accountId } = other.actor as AccountActor;
    const stub = await objectOf(ctx, id);
    const shard = Number(stub.name);
    expect(await stub.glance(shard, accountId, [id])).toMatchObject({ ok: false, ...refused });
    expect(await listChecks(other, null, RANGE)).toEqual([]);
  });

  it("of secrets opens them for the checker alone", async () => {
    const ctx = await ownerContext();
    const { id } = await dueMonitor(ctx, {
      url: scripted(
        origins.plain,
        { send: "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" },
        { echo: true },
      ),
      method: "POST",
      headers: [["X-Secret", "s3cret"]],
      body: "posted",
      word: "s3cret",
    });
    const check = await checkNow(ctx, id);
    expect(check).toMatchObject({ passed: true, code: 200 });
    expect(await getMonitor(ctx, id)).toMatchObject({
      headerNames: ["X-Secret"],
      hasRequest: true,
    });
    const row = await env.DB.prepare("SELECT * FROM monitors WHERE id = ?").bind(id).first();
    expect(JSON.stringify(row)).not.toContain('s3cret"]');
    expect(String(row?.["request"])).not.toContain("posted");
  });
});

describe("a check on demand", () => {
  it("is in the answer, counts like any other, and is limited per host", async () => {
    const ctx = await ownerContext();
    const host = `${crypto.randomUUID()}.test`;
    const monitor = await createMonitor(ctx, { url: UP });
    const check = await checkNow(ctx, monitor.id);
    expect(check).toMatchObject({ monitorId: monitor.id, passed: true });
    expect(await checksOf(ctx, monitor.id)).toEqual([check]);
    const many = await createMonitor(ctx, { url: `http://${host}/`, interval: 3600 });
    const asked = await Promise.allSettled(
      Array.from({ length: 31 }, () => ctx.ports.meter.attempt(`check:${host}`, 30, 60)),
    );
    expect(asked.filter(({ status }) => status === "rejected").length).toBe(1);
    await expect(checkNow(ctx, many.id)).rejects.toMatchObject({ code: "RATE_LIMITED" });
  });

  it("is refused for a push monitor", async () => {
    const ctx = await ownerContext();
    const { id } = await createMonitor(ctx, { kind: "push" });
    await expect(checkNow(ctx, id)).rejects.toMatchObject({ code: "BAD_REQUEST" });
  });
});

describe("points", () => {
  it("are spent one per check, stop checks visibly at zero, and let them go on", async () => {
    const ctx = await ownerContext();
    const { accountId } = ctx.actor as AccountActor;
    const { id } = await createMonitor(ctx, { url: UP, interval: 60 });
    await ctx.db.update(accounts).set({ points: 2 }).where(eq(accounts.id, accountId));
    await checkNow(ctx, id);
    expect(await getAccount(ctx)).toMatchObject({ points: 1 });
    expect(await getMonitor(ctx, id)).toMatchObject({ halted: false });
    await checkNow(ctx, id);
    expect(await getMonitor(ctx, id)).toMatchObject({ halted: true });
    await expect(checkNow(ctx, id)).rejects.toMatchObject({ code: "LIMIT_REACHED" });
    expect(await listGaps(ctx, id, {})).toMatchObject([{ reason: "no_points" }]);
    const operator = { ...ctx, actor: { type: "operator" } as const };
    await addPoints(operator, { accountId, points: 5 });
    await checkNow(ctx, id);
    expect(await getAccount(ctx)).toMatchObject({ points: 4 });
    expect(await getMonitor(ctx, id)).toMatchObject({ halted: false });
    expect((await checksOf(ctx, id)).length).toBe(3);
  });
});

describe("a push monitor", () => {
  it("is pending, then up with its first signal", async () => {
    const ctx = await ownerContext();
    const { id } = await createMonitor(ctx, { kind: "push", interval: 60 });
    await checkAll(ctx);
    expect(await getMonitor(ctx, id)).toMatchObject({ state: "pending", lastCheck: null });
    await sendSignal(ctx, id);
    await evictDurableObject(await objectOf(ctx, id));
    expect(await getMonitor(ctx, id)).toMatchObject({ state: "up", lastCheck: { via: "signal" } });
    await expect(sendSignal(ctx, id + 1000)).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});

describe("the object's alarm", () => {
  it("is set once it has checks to pack, and finds nothing to do before its time", async () => {
    const ctx = await ownerContext();
    const { id } = await dueMonitor(ctx, { url: UP });
    await checkAll(ctx);
    const before = await checksOf(ctx, id);
    expect(await runDurableObjectAlarm(await objectOf(ctx, id))).toBe(true);
    expect(await checksOf(ctx, id)).toEqual(before);
    expect(await runDurableObjectAlarm(await objectOf(ctx, id))).toBe(true);
  });
});

describe("limits", () => {
  it("are kept of monitors per account, and of checks per host by all accounts", async () => {
    const few = await ownerContext({ MAX_MONITORS: "2", MAX_CHECKS_PER_HOST: "2" });
    const other = await ownerContext({ MAX_CHECKS_PER_HOST: "2" });
    const url = `http://${crypto.randomUUID()}.test/`;
    const limit = { code: "LIMIT_REACHED" };
    const first = await createMonitor(few, { url, interval: 60 });
    await createMonitor(few, { url: `${url}other`, interval: 60 });
    await expect(createMonitor(few, { kind: "push" })).rejects.toMatchObject(limit);
    await expect(createMonitor(other, { url, interval: 86_400 })).rejects.toMatchObject(limit);
    const idle = await createMonitor(other, { url, interval: 60, active: false });
    await expect(updateMonitor(other, idle.id, { active: true })).rejects.toMatchObject(limit);
    await updateMonitor(few, first.id, { active: false });
    await updateMonitor(other, idle.id, { active: true });
    await expect(updateMonitor(few, first.id, { interval: 30 })).resolves.toBeDefined();
    await expect(updateMonitor(few, first.id, { active: true })).rejects.toMatchObject(limit);
  });
});
