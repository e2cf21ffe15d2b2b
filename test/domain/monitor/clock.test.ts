import {
  createExecutionContext,
  createMessageBatch,
  createScheduledController,
  getQueueResult,
} from "cloudflare:test";
import { env } from "cloudflare:workers";
import { eq } from "drizzle-orm";
import { describe, expect, inject, it, vi } from "vitest";
import worker from "../../../src/index.ts";
import type { AccountActor, Ctx } from "../../../src/domain/context.ts";
import { minuteOf } from "../../../src/domain/monitor/due.ts";
import { claimDueShards, createMonitor } from "../../../src/domain/monitor/index.ts";
import type { Job } from "../../../src/domain/job.ts";
import { accounts, shards } from "../../../src/store/schema/index.ts";
import { page, scripted } from "../../support/origins.ts";
import { checksOf, dueMonitor, jobsOf, ownerContext } from "../../support/monitors.ts";

const UP = scripted(inject("origins").plain, page("welcome"));

/** The context with a queue that only takes notes. */
function noting(ctx: Ctx) {
  const sent: { job: Job; delaySeconds?: number }[] = [];
  const jobs: Ctx["ports"]["jobs"] = { send: async (more) => void sent.push(...more) };
  return { ctx: { ...ctx, ports: { ...ctx.ports, jobs } }, sent };
}

async function shardOf(ctx: Ctx) {
  const { accountId } = ctx.actor as AccountActor;
  const row = await ctx.db.select().from(shards).where(eq(shards.accountId, accountId)).get();
  if (!row) throw new Error("No shard");
  return row;
}

const shardsIn = (sent: { job: Job }[]) =>
  sent.flatMap(({ job }) => (job.type === "checks" ? job.shards.map(([shard]) => shard) : []));

describe("a minute", () => {
  it("is claimed once by two clocks, and moves the shard on to its next", async () => {
    const { ctx, sent } = noting(await ownerContext());
    await createMonitor(ctx, { url: UP, interval: 300 });
    const { id, nextMinute } = await shardOf(ctx);
    const minute = (nextMinute ?? 0) + 10;
    await Promise.all([claimDueShards(ctx, minute), claimDueShards(ctx, minute)]);
    expect(shardsIn(sent).filter((shard) => shard === id).length).toBe(1);
    const next = (await shardOf(ctx)).nextMinute ?? 0;
    expect(next).toBeGreaterThan(minute);
    expect(next).toBeLessThanOrEqual(minute + 5);
    await claimDueShards(ctx, minute);
    expect(shardsIn(sent).filter((shard) => shard === id).length).toBe(1);
  });

  it("sends each group of ten seconds in time, and none without a monitor", async () => {
    const { ctx, sent } = noting(await ownerContext());
    await createMonitor(ctx, { url: UP, interval: 30 });
    const { id, nextMinute, rhythm } = await shardOf(ctx);
    const [[, phase]] = JSON.parse(rhythm ?? "") as [[number, number]];
    const minute = nextMinute ?? 0;
    const at = { ...ctx, now: () => minute * 60_000 };
    await claimDueShards(at, minute);
    const own = sent.filter((one) => shardsIn([one]).includes(id));
    const bucket = Math.floor((phase % 30) / 10);
    expect(own.map(({ job, delaySeconds }) => [job, delaySeconds])).toMatchObject([
      [{ minute, bucket }, bucket * 10],
      [{ minute, bucket: bucket + 3 }, (bucket + 3) * 10],
    ]);
  });

  it("does not come for an account without points, until it has some again", async () => {
    const { ctx, sent } = noting(await ownerContext());
    const { accountId } = ctx.actor as AccountActor;
    await createMonitor(ctx, { url: UP, interval: 60 });
    await ctx.db.update(accounts).set({ points: 0 }).where(eq(accounts.id, accountId));
    const { id, nextMinute } = await shardOf(ctx);
    const minute = nextMinute ?? 0;
    await claimDueShards(ctx, minute);
    expect(shardsIn(sent)).not.toContain(id);
    expect((await shardOf(ctx)).nextMinute).toBe(minute + 60);
  });

  it("reads what is due along an index", async () => {
    const query = `EXPLAIN QUERY PLAN SELECT s.id FROM shards s WHERE s.next_minute <= 9
      AND (s.next_minute, s.id) > (-1, 0) ORDER BY s.next_minute, s.id LIMIT 500`;
    const { results } = await env.DB.prepare(query).all<{ detail: string }>();
    expect(results.map(({ detail }) => detail)).toEqual([
      expect.stringContaining("shards_by_next (next_minute>? AND next_minute<?"),
    ]);
  });
});

describe("a batch of jobs", () => {
  it("is acknowledged when done, and doing it again changes nothing", async () => {
    const ctx = await ownerContext();
    const { id } = await dueMonitor(ctx, { url: UP });
    const jobs = await jobsOf(ctx);
    const deliver = async () => {
      const messages = jobs.map((body, index) => ({
        id: `message-${index}`,
        timestamp: new Date(),
        attempts: 1,
        body,
      }));
      const batch = createMessageBatch("outrider-checks", messages);
      await worker.queue(batch, env);
      return getQueueResult(batch, createExecutionContext());
    };
    const first = await deliver();
    expect(first.explicitAcks.length).toBe(jobs.length);
    expect(first.retryMessages).toEqual([]);
    const made = await checksOf(ctx, id);
    expect(made.length).toBe(1);
    await deliver();
    expect(await checksOf(ctx, id)).toEqual(made);
  });

  it("keeps a message back that could not be worked on, or is no job", async () => {
    const minute = minuteOf(Date.now());
    const bodies = [
      { type: "checks", minute, bucket: 0, shards: [[999_999, 1]] },
      { type: "dance" },
      "toString",
    ];
    const messages = bodies.map((body, index) => ({
      id: `message-${index}`,
      timestamp: new Date(),
      attempts: 1,
      body,
    }));
    const batch = createMessageBatch("outrider-checks", messages);
    await worker.queue(batch, env);
    const result = await getQueueResult(batch, createExecutionContext());
    expect(result.explicitAcks).toEqual([]);
    expect(result.retryMessages.map(({ msgId }) => msgId).toSorted()).toEqual(
      messages.map(({ id }) => id),
    );
  });
});

describe("the whole way", () => {
  it("goes from the cron by the queue to a check", { timeout: 150_000 }, async () => {
    const ctx = await ownerContext();
    const { id } = await dueMonitor(ctx, { url: UP, interval: 30 });
    await vi.waitFor(
      async () => {
        // The minute before this one: all of its ten seconds have begun.
        const scheduledTime = Date.now() - 60_000;
        await worker.scheduled(
          createScheduledController({ scheduledTime: new Date(scheduledTime), cron: "* * * * *" }),
          env,
        );
        expect((await checksOf(ctx, id)).length).toBeGreaterThan(0);
      },
      { timeout: 140_000, interval: 1000 },
    );
  });
});
