import { env } from "cloudflare:workers";
import { eq, sql } from "drizzle-orm";
import type { AccountActor, Ctx } from "../../src/domain/context.ts";
import type { ChecksJob } from "../../src/domain/job.ts";
import { BUCKETS, minuteOf } from "../../src/domain/monitor/due.ts";
import {
  type Check,
  createMonitor,
  listChecks,
  runChecks,
} from "../../src/domain/monitor/index.ts";
import type { CreateMonitorInput, Monitor } from "../../src/domain/monitor/index.ts";
import { contextFor } from "../../src/runtime/context.ts";
import { monitors, shards } from "../../src/store/schema/index.ts";
import { newAccount, ORIGIN } from "./api.ts";

/** A new account's context over the real catalogue and the real objects. */
export async function ownerContext(settings: Record<string, unknown> = {}): Promise<Ctx> {
  const { id } = await newAccount();
  const actor: AccountActor = {
    type: "account",
    accountId: id,
    keyId: "key_test",
    scope: "full",
    keyExpiresAt: null,
  };
  const ours = Object.keys(settings).length > 0 ? ({ ...env, ...settings } as Env) : env;
  const execution = { waitUntil: () => {} };
  return { ...contextFor(ours, execution, new Request(ORIGIN), "test"), actor };
}

/** A monitor that is due in this very minute already. */
export async function dueMonitor(ctx: Ctx, input: CreateMonitorInput): Promise<Monitor> {
  const past = { ...ctx, now: () => Date.now() - 120_000 };
  return createMonitor(past, { interval: 60, ...input });
}

/** The jobs that a minute has for all of an account's shards, whoever claimed them. */
export async function jobsOf(ctx: Ctx, minute = minuteOf(Date.now())): Promise<ChecksJob[]> {
  const { accountId } = ctx.actor as AccountActor;
  const rows = await ctx.db.select().from(shards);
  const own = rows.filter((row) => row.accountId === accountId);
  return Array.from({ length: BUCKETS }, (_, bucket) => ({
    type: "checks" as const,
    minute,
    bucket,
    shards: own.map(({ id, version }) => [id, version]),
  }));
}

/** Makes all checks of this minute, as the queue's consumer does. */
export async function checkAll(ctx: Ctx): Promise<void> {
  for (const job of await jobsOf(ctx)) await runChecks(ctx, job);
}

/** Its target is another from now on, as if it had always been: nothing known is forgotten. */
export async function turn(ctx: Ctx, id: number, url: string): Promise<void> {
  const [row] = await ctx.db.update(monitors).set({ url }).where(eq(monitors.id, id)).returning();
  if (!row) throw new Error("No such monitor");
  const [shard] = await ctx.db
    .update(shards)
    .set({ version: sql`version + 1` })
    .where(eq(shards.id, row.shard))
    .returning();
  await ctx.ports.shards.refresh(row.shard, row.accountId, shard?.version ?? 0);
}

/** The object that looks after a monitor. */
export async function objectOf(ctx: Ctx, id: number) {
  const row = await ctx.db.select().from(monitors).where(eq(monitors.id, id)).get();
  return env.MONITOR.getByName(String(row?.shard));
}

/** All checks of a monitor, oldest first. */
export function checksOf(ctx: Ctx, id: number): Promise<Check[]> {
  return listChecks(ctx, id, { offset: 0, limit: 1000, sort: "asc" });
}
